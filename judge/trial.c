/* trial.c -- see trial.h. The tests are spread over idle slots (spread.h); results are taken in
 * order, and that is what skipping is decided from, so nothing depends on who ran what. */
#include "judge/trial.h"

#include "judge/validate.h"

int trial_flags(const char *const *words, size_t n, struct compare_flags *out, struct err *err)
{
	auto_buf struct buf text = {0};

	for (size_t i = 0; i < n; i++)
		buf_addf(&text, "%s ", words[i]);
	return compare_parse_flags(text.data ? text.data : "", out, err);
}

/* What is compiled. */

static bool is_included(const struct trial *t, const struct trial_include *f)
{
	const struct trial_problem *p = t->problem;
	const char *language = t->x.language->id;

	if (strcmp(f->language, language) == 0)
		return true;
	for (size_t i = 0; i < p->nincludes; i++)
		if (strcmp(p->includes[i].language, language) == 0)
			return false;
	return strcmp(f->language, "default") == 0;
}

static bool has_file(const struct box_source *files, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(files[i].name, name) == 0)
			return true;
	return false;
}

/* The included files, then the others; the number of the former. */
static size_t gather(
        const struct trial *t, const struct trial_submission *s, struct box_source *out, size_t *n)
{
	size_t included;

	*n = 0;
	for (size_t i = 0; i < t->problem->nincludes; i++)
		if (is_included(t, &t->problem->includes[i]))
			out[(*n)++] = t->problem->includes[i].source;
	included = *n;
	for (size_t i = 0; i < s->n; i++)
		if (!has_file(out, included, s->files[i].name))
			out[(*n)++] = s->files[i];
	return included;
}

/* The problem's own main program, or the submission's. */
static int find_entry(struct trial *t, const struct trial_submission *s,
        const struct box_source *included, size_t nincluded, struct err *err)
{
	const struct language *l = t->x.language;
	bool driven = has_file(included, nincluded, l->source);
	const struct box_source *from = driven ? included : s->files;
	size_t n = driven ? nincluded : s->n;
	auto_free struct language_file *files = xcalloc(n + 1, sizeof(*files));

	for (size_t i = 0; i < n; i++)
		files[i] = (struct language_file){from[i].name, from[i].data, from[i].len};
	return language_entry(
	        l, &(struct language_files){files, n}, driven ? NULL : s->entry, t->entry, err);
}

static int open_inspector(struct trial *t, const struct program *p, struct err *err)
{
	const struct trial_problem *problem = t->problem;
	const struct inspection what = {.jury = t->jury,
	        .program = problem->static_validator,
	        .artifact_fd = t->compiled.artifact_fd,
	        .files = p->files,
	        .nfiles = p->n};

	t->inspector = (struct inspector){.language = t->x.language->id,
	        .entry = t->entry,
	        .time_ms = problem->validation_ms,
	        .memory_bytes = problem->validation_memory_bytes};
	return what.program ? inspect_open(&t->inspector, &what, err) : 0;
}

int trial_compile(struct trial *t, const struct trial_submission *s, struct err *err)
{
	auto_free struct box_source *sources =
	        xcalloc(s->n + t->problem->nincludes + 1, sizeof(*sources));
	size_t n;
	size_t included = gather(t, s, sources, &n);
	const struct program p = {sources, n, t->entry};
	struct err mine = {0};
	int r;

	if (find_entry(t, s, sources, included, &mine) == 0) {
		r = execute_compile(&t->x, &p, &t->compiled, err);
		return r > 0 && open_inspector(t, &p, err) < 0 ? err_result(err) : r;
	}
	if (mine.code != ERR_INPUT) {
		*err = mine;
		return err_result(err);
	}
	t->compiled = (struct box_compiled){
	        .artifact_fd = -1, .output = xstrdup(mine.msg), .output_len = strlen(mine.msg)};
	return 0;
}

/* Answers. */

static const struct box_source *find_answer(
        const struct trial_submission *s, const char *test, size_t ntests)
{
	static const char *const ends[] = {"ans", "out", "txt"};
	const char *slash = strrchr(test, '/');
	const char *base = slash ? slash + 1 : test;
	size_t len = strlen(base);

	for (size_t i = 0; i < s->n; i++) {
		const char *name = s->files[i].name;

		if (strncmp(name, base, len) != 0)
			continue;
		if (!name[len])
			return &s->files[i];
		for (size_t k = 0; name[len] == '.' && k < ARRAY_LEN(ends); k++)
			if (strcmp(name + len + 1, ends[k]) == 0)
				return &s->files[i];
	}
	return s->n == 1 && ntests == 1 ? &s->files[0] : NULL;
}

int trial_answers(struct trial *t, const struct trial_submission *s, struct err *err)
{
	size_t n = t->problem->plan.ncases;

	t->answers = xcalloc(n + 1, sizeof(*t->answers));
	for (size_t i = 0; i < n; i++)
		t->answers[i] = -1;
	for (size_t i = 0; i < n; i++) {
		const struct box_source *f = find_answer(s, t->problem->tests[i].name, n);

		t->answers[i] = f ? box_memfd(f->data, f->len, err) : -1;
		if (f && t->answers[i] < 0)
			return err_result(err);
	}
	return 1;
}

void trial_free(struct trial *t)
{
	for (size_t i = 0; t->answers && i < t->problem->plan.ncases; i++)
		if (t->answers[i] >= 0)
			close(t->answers[i]);
	free(t->answers);
	t->answers = NULL;
	inspect_close(&t->inspector);
	box_compiled_free(&t->compiled);
}

/* One test case, with whoever runs it. */
struct test_at {
	struct pg *pg;
	size_t i;
	struct test_case c;
};

static int load_program(void *ctx, const struct spread_hands *h, struct err *err)
{
	const struct trial *t = ctx;

	if (t->answers)
		return 0;
	return box_load(h->box, t->x.language->id, t->entry, t->compiled.artifact_fd, err);
}

/* No output at all is a wrong answer. */
static int judge_answer(struct execution *x, const struct test_case *c, int output_fd,
        struct outcome *out, struct err *err)
{
	if (output_fd >= 0)
		return execute_output(x, c, output_fd, out, err);
	*out = (struct outcome){.verdict = VERDICT_WA};
	snprintf(out->message, sizeof(out->message), "no answer for this test case");
	return 0;
}

/* The program with the test's own files, for this one run. */
static int run_with_files(struct execution *x, const struct trial *t, const struct test_at *at,
        struct outcome *out, struct err *err)
{
	size_t n = t->problem->tests[at->i].nfiles;
	const char *language = t->x.language->id;
	struct trial_files files = {0};
	auto_close int whole = -1;

	if (t->files(t->ctx, at->pg, at->i, &files, err) == 0)
		whole = box_artifact_with(t->compiled.artifact_fd, files.list, n, err);
	arena_free(&files.a);
	if (whole < 0 || box_load(x->box, language, t->entry, whole, err) < 0 ||
	        execute_test(x, &at->c, out, err) < 0)
		return err_result(err);
	return box_load(x->box, language, t->entry, t->compiled.artifact_fd, err);
}

static int run_test(
        void *ctx, const struct spread_hands *h, size_t i, struct outcome *out, struct err *err)
{
	const struct trial *t = ctx;
	const struct trial_test *test = &t->problem->tests[i];
	struct execution x = t->x;
	struct test_at at = {h->pg, i,
	        {.keep = test->shown,
	                .flags = &test->flags,
	                .validation = t->problem->validation,
	                .validator_args = test->validator_args,
	                .nvalidator_args = test->nvalidator_args,
	                .args = test->args,
	                .nargs = test->nargs}};
	int fds[2] = {-1, -1};
	auto_close int input = -1;
	auto_close int answer = -1;

	if (t->known && t->known(t->ctx, i, out))
		return 0;
	x.box = h->box;
	x.stop = h->stop;
	if (test->is_static)
		return inspect_run(&x, &t->inspector, &at.c, out, err);
	if (t->open(t->ctx, h->pg, i, fds, err) < 0)
		return err_result(err);
	input = fds[0];
	answer = fds[1];
	at.c.input_fd = input;
	at.c.answer_fd = answer;
	if (t->answers)
		return judge_answer(&x, &at.c, t->answers[i], out, err);
	if (test->nfiles > 0)
		return run_with_files(&x, t, &at, out, err);
	return execute_test(&x, &at.c, out, err);
}

/* Without groups the first failure ends it; with groups `skip` says what is left. */
static bool take_result(void *ctx, size_t i, const struct outcome *o)
{
	struct trial *t = ctx;
	const struct grading_plan *p = &t->problem->plan;

	t->results[i] = (struct grading_result){o->verdict, o->given, o->score};
	t->ran(t->ctx, i, o);
	return (p->ngroups > 0 || p->run_all || o->verdict == VERDICT_AC) &&
	       (!t->go_on || t->go_on(t->ctx, i, o));
}

static bool skip_test(void *ctx, size_t i)
{
	const struct trial *t = ctx;

	return grading_skips(&t->problem->plan, t->results, i);
}

int trial_run(struct trial *t, struct spread *s, const struct spread_hands *mine, struct err *err)
{
	struct spread_work work = {.ctx = t,
	        .n = t->problem->plan.ncases,
	        .load = load_program,
	        .run = run_test,
	        .take = take_result,
	        .skip = t->problem->plan.ngroups ? skip_test : NULL};

	return spread_run(s, mine, &work, err);
}

/* The package's grader. */

static void add_line(struct buf *b, const struct grading_sum *m)
{
	static const enum verdict known[] = {VERDICT_AC, VERDICT_WA, VERDICT_TLE, VERDICT_RTE};
	enum verdict v = VERDICT_RTE; /* the format knows four words */

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (m->verdict == known[i])
			v = known[i];
	if (m->verdict == VERDICT_OLE)
		v = VERDICT_WA;
	buf_addf(b, "%s %.6f\n", verdict_id(v), m->score);
}

static int parse_line(const char *text, struct grading_sum *out, struct err *err)
{
	char word[4] = "";
	const char *space = strpbrk(text, " \t");
	char *end;

	snprintf(word, sizeof(word), "%.*s", space ? (int)(space - text) : 0, text);
	if (!space || verdict_parse(word, &out->verdict) < 0 || out->verdict == VERDICT_NONE ||
	        out->verdict == VERDICT_JE)
		return err_set(err, ERR_BUSY, "no verdict: \"%.60s\"", text);
	out->score = strtod(space, &end);
	end += strspn(end, " \t\r\n");
	if (end == space || *end)
		return err_set(err, ERR_BUSY, "no score: \"%.60s\"", text);
	return 0;
}

int trial_grade(void *ctx, const struct grading_group *g, const struct grading_members *members,
        struct grading_sum *out, struct err *err)
{
	struct trial_grader *t = ctx;
	auto_buf struct buf lines = {0};
	auto_buf struct buf said = {0};
	auto_close int input = -1;
	struct box_result r;
	struct jury_filter f = {.program = t->program,
	        .args = g->grader_flags,
	        .nargs = g->nflags,
	        .time_ms = t->time_ms,
	        .memory_bytes = t->memory_bytes,
	        .said = &said};

	for (size_t i = 0; i < members->n; i++)
		add_line(&lines, &members->list[i]);
	f.stdin_fd = input = box_memfd(lines.data ? lines.data : "", lines.len, err);
	if (input < 0 || jury_filter(t->x, &f, &r, err) < 0)
		return err_result(err);
	if (r.end != BOX_END_EXITED || r.exit_code != 0)
		return err_set(err, ERR_BUSY, "%s: %s, exit code %d: %.200s", t->program->name,
		        box_end_name(r.end), r.exit_code, said.data ? said.data : "");
	return parse_line(said.data ? said.data : "", out, err);
}
