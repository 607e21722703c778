/* verify_judge.c -- `problem verify` judges the jury's submissions: one item per submission, its
 * test cases spread over all slots. What a submission got is kept raw (verdict, score and time per
 * case); verify_expect.c makes sense of it, for whatever time limit is decided in the end.
 *
 * A program that ran longer than the limit of this round, but within a later one, cannot be told
 * from it any more: so the round that finds the limit uses a generous one. */
#include "admin/verify.h"

#include "base/mem.h"

enum { KIB = 1024 };

/* One submission at work. */
struct work {
	struct verify *v;
	struct verify_result *r;
	size_t slot;
	struct trial_problem problem;
	struct trial trial;
	struct box_source *sources; /* of its folder itself, as a team would send them */
	struct trial_submission sent;
	size_t steps; /* of v->p->ncases + 1, so far */
};

static void advance(struct work *w, int64_t cpu_us)
{
	verify_advance(w->v, 1, cpu_us);
	w->steps++;
}

/* ---- its language */

static const struct language *named_language(const struct verify *v, const char *name)
{
	static const struct {
		const char *word, *id;
	} words[] = {{"c++", "cpp"}, {"python", "python3"}, {"py", "python3"}, {"python3", "pypy3"},
	        {"javascript", "javascript"}, {"js", "javascript"}, {"c#", "csharp"},
	        {"csharp", "csharp"}, {"rs", "rust"}, {"kt", "kotlin"}, {"pas", "pascal"}};
	const struct language *l = language_find(v->languages, name);

	for (size_t i = 0; !l && i < ARRAY_LEN(words); i++)
		if (strcmp(name, words[i].word) == 0)
			l = language_find(v->languages, words[i].id);
	return l;
}

/* The first line names Python 2, which no judge has any more. */
static bool is_python2(const struct package_program *p)
{
	for (size_t i = 0; i < p->nsources; i++) {
		const char *text = p->sources[i].file->data;
		size_t len = strcspn(text, "\n");

		if (strncmp(text, "#!", 2) == 0 && memmem(text, len, "python2", strlen("python2")))
			return true;
	}
	return false;
}

static const struct language *language_of(const struct verify *v, const struct package_program *p)
{
	if (is_python2(p))
		return NULL;
	if (p->language)
		return named_language(v, p->language);
	for (size_t i = 0; i < p->nsources; i++) {
		const struct language *l = language_by_file(v->languages, p->sources[i].name);

		if (l)
			return l;
	}
	return NULL;
}

/* ---- compiling */

static void gather_sources(struct work *w)
{
	const struct package_program *p = &w->r->s->program;

	w->sources = xcalloc(p->nsources + 1, sizeof(*w->sources));
	w->sent = (struct trial_submission){.files = w->sources, .entry = p->entry};
	for (size_t i = 0; i < p->nsources; i++) {
		const struct package_source *s = &p->sources[i];

		if (!strchr(s->name, '/'))
			w->sources[w->sent.n++] =
			        (struct box_source){s->name, s->file->data, s->file->len};
	}
}

/* 1: compiled; 0: CE. */
static int compile(struct work *w, struct err *err)
{
	const struct box_compiled *said = &w->trial.compiled;
	int r = trial_compile(&w->trial, &w->sent, err);

	if (r < 0)
		return r;
	advance(w, said->result.cpu_us);
	if (r == 0) {
		w->r->verdict = VERDICT_CE;
		snprintf(w->r->why, sizeof(w->r->why), "%s", said->output ? said->output : "");
	}
	return r;
}

/* ---- running */

static int open_case(void *ctx, struct pg *pg UNUSED, size_t i, int fds[2], struct err *err)
{
	const struct work *w = ctx;
	const struct package_case *c = &w->v->p->cases[i];

	fds[0] = box_memfd(c->input->data, c->input->len, err);
	fds[1] = fds[0] < 0 ? -1 : box_memfd(c->answer->data, c->answer->len, err);
	if (fds[1] >= 0)
		return 0;
	if (fds[0] >= 0)
		close(fds[0]);
	return err_result(err);
}

static int open_files(
        void *ctx, struct pg *pg UNUSED, size_t i, struct trial_files *out, struct err *err UNUSED)
{
	const struct work *w = ctx;
	const struct package_case *c = &w->v->p->cases[i];

	out->list = verify_sources(&out->a, c->files, c->nfiles);
	return 0;
}

static void take_case(void *ctx, size_t i, const struct outcome *o)
{
	struct work *w = ctx;
	struct verify_result *r = w->r;

	r->cpu_us[i] = o->cpu_us;
	r->messages[i] = o->message[0] ? xstrdup(o->message) : NULL;
	if (o->cpu_us > r->slowest_us || r->slowest < 0) {
		r->slowest_us = o->cpu_us;
		r->slowest = (int)i;
	}
	if (o->memory_bytes > r->memory_bytes)
		r->memory_bytes = o->memory_bytes;
	if (o->verdict != VERDICT_AC && r->failed < 0) {
		r->failed = (int)i;
		snprintf(r->why, sizeof(r->why), "%s", o->message);
	}
	advance(w, o->cpu_us);
}

static void free_work(struct work *w)
{
	trial_free(&w->trial);
	free(w->sources);
}

static void clear_result(const struct verify *v, struct verify_result *r)
{
	for (size_t i = 0; i < v->p->ncases; i++) {
		free(r->messages[i]);
		r->messages[i] = NULL;
		r->cases[i] = (struct grading_result){0};
		r->cpu_us[i] = 0;
	}
	r->fault = r->skipped = false;
	r->verdict = VERDICT_NONE;
	r->slowest_us = r->memory_bytes = 0;
	r->slowest = r->failed = -1;
	r->why[0] = r->mismatch[0] = 0;
}

static int grade(struct work *w, struct err *err)
{
	struct verify *v = w->v;
	struct trial_grader by = {.x = &w->trial.x,
	        .program = v->grader,
	        .time_ms = v->problem.validation_ms,
	        .memory_bytes = v->problem.validation_memory_bytes};
	struct grading_grader grader = {trial_grade, &by};
	struct verify_result *r = w->r;

	if (grading_finish(&v->problem.plan, r->cases, v->grader ? &grader : NULL, r->groups, err) <
	        0)
		return err_result(err);
	r->verdict = verify_verdict(v, r);
	return 0;
}

static int judge(struct work *w, struct err *err)
{
	struct verify *v = w->v;
	struct spread_hands mine = {v->box->boxes[w->slot], NULL, v->stop};
	int r;

	gather_sources(w);
	r = v->p->submit_answer ? trial_answers(&w->trial, &w->sent, err) : compile(w, err);
	if (r <= 0)
		return r;
	w->trial.open = open_case;
	w->trial.files = open_files;
	w->trial.ran = take_case;
	w->trial.ctx = w;
	w->trial.results = w->r->cases;
	if (trial_run(&w->trial, v->spread, &mine, err) < 0)
		return err_result(err);
	return grade(w, err);
}

static void judge_step(struct verify *v, size_t slot, size_t i)
{
	const struct package_limits *l = &v->p->limits;
	struct verify_result *r = v->wanted[i];
	struct work w = {.v = v, .r = r, .slot = slot};
	struct err err = {0};

	clear_result(v, r);
	r->language = language_of(v, &r->s->program);
	if (!v->p->submit_answer && (!r->language || !verify_has_language(v, slot, r->language))) {
		r->skipped = true;
		snprintf(r->why, sizeof(r->why), "%s",
		        r->language ? "its language is not installed here" : "no such language");
		verify_advance(v, v->p->ncases + 1, 0);
		return;
	}
	w.trial = (struct trial){.problem = &w.problem,
	        .jury = v->jury,
	        .x = {.box = v->box->boxes[slot],
	                .language = r->language ? r->language : &v->languages->rows[0],
	                .alone = v->alone,
	                .stop = v->stop,
	                .compile_ms = l->compile_ms,
	                .memory_bytes = l->memory_kib * KIB,
	                .output_bytes = l->output_kib * KIB}};
	w.trial.x.time_ms = language_time_ms(w.trial.x.language, v->time_ms);
	w.trial.x.wall_of_ms = w.trial.x.time_ms;
	if (verify_must_be_slow(r->s)) /* to see the margin */
		w.trial.x.time_ms = (int64_t)((double)w.trial.x.time_ms * l->time_limit_to_tle);
	w.problem = v->problem;
	w.problem.plan.run_all = v->options.all || (r->s->nrules > 0 && !v->p->scoring);
	if (judge(&w, &err) < 0) {
		r->fault = true;
		r->verdict = VERDICT_JE;
		snprintf(r->why, sizeof(r->why), "%s", err.msg);
		if (err.code != ERR_CONFLICT)
			(void)verify_box_again(v->box, slot, &err);
	}
	verify_advance(v, v->p->ncases + 1 - w.steps, 0); /* what was not needed */
	free_work(&w);
}

int verify_submissions(
        struct verify *v, bool (*wanted)(const struct package_submission *s), struct err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < v->p->nsubmissions; i++)
		if (!wanted || wanted(&v->p->submissions[i]))
			v->wanted[n++] = &v->results[i];
	verify_begin(v, "submissions", n * (v->p->ncases + 1));
	return verify_crew(v, n, judge_step, err);
}
