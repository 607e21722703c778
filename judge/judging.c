/* judging.c -- one submission from its source to a verdict; reads like RULES.md section 2.
 *
 * judging_decide: load the problem (task.h), find the language, compile, run the tests (trial.h),
 * sum them up (grading.h). A compile error ends it there. Each step is published as it ends; that
 * is only for the owner's screen, and may be lost.
 *
 * What must stay true: a fault of ours is never a verdict. Whatever is not the submission's own
 * doing comes back as an error, the submission returns to the queue, and only after MAX_FAILURES
 * of those a person is asked (JE). */
#include "judge/judging.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "scoreboard/catchup.h"

#include <math.h>

enum { KIB = 1024, US_PER_MS = 1000, PROCESSED_S = 3600 };

/* One judgement at work. */
struct work {
	struct judging *j;
	struct arena *a;
	const struct claim *c;
	struct task task; /* the version of the problem that this judgement is of */
	struct trial trial;
	struct trial_submission sent;
	struct decision *out;
	struct run *runs;
	struct yield_kept kept; /* of a low judgement; n 0: it gives way to nobody */
	bool gave_way;
};

/* Progress for the owner's screen. */

static void publish(struct work *w, const struct buf *message)
{
	struct err err = {0};

	if (w->c->hidden)
		return;
	if (kv_command(w->j->kv, NULL, &err, "PUBLISH %s %b",
	            kv_key(w->j->kv, "events:%s", w->c->submission_id), message->data,
	            message->len) < 0)
		log_debug("progress.lost", "id=%s why=\"%s\"", w->c->submission_id, err.msg);
}

static void publish_compiling(struct work *w)
{
	auto_buf struct buf b = {0};

	buf_addf(&b, "{\"type\":\"COMPILING\",\"attempt\":%d}", w->c->attempt);
	publish(w, &b);
}

static void publish_test(struct work *w, const struct task_test *t, const struct run *r)
{
	auto_buf struct buf b = {0};

	buf_addf(&b,
	        "{\"type\":\"TEST_RESULT\",\"attempt\":%d,\"ordinal\":%d,\"total\":%zu,"
	        "\"verdict\":\"%s\",\"time_ms\":%d,\"memory_kib\":%lld,\"sample\":%s}",
	        w->c->attempt, t->ordinal, w->task.problem.plan.ncases, verdict_id(r->verdict),
	        r->time_ms, (long long)r->memory_kib, t->sample ? "true" : "false");
	publish(w, &b);
}

static void publish_finished(struct work *w, const struct decision *d)
{
	auto_buf struct buf b = {0};

	buf_addf(&b,
	        "{\"type\":\"FINISHED\",\"attempt\":%d,\"verdict\":\"%s\",\"time_ms\":%d,"
	        "\"memory_kib\":%lld}",
	        w->c->attempt, verdict_id(d->verdict), d->time_ms, (long long)d->memory_kib);
	publish(w, &b);
}

/* The problem. */

static int load_files(struct work *w, struct err *err)
{
	struct submission_file *list;
	struct box_source *files;
	size_t n;

	if (submission_files(w->j->pg, w->a, w->c->submission_id, &list, &n, err) < 0)
		return err_result(err);
	if (n == 0)
		return err_set(err, ERR_BUG, "submission %s has no files", w->c->submission_id);
	files = arena_alloc(w->a, n * sizeof(*files));
	for (size_t i = 0; i < n; i++)
		files[i] = (struct box_source){list[i].name, list[i].data, list[i].len};
	w->sent = (struct trial_submission){files, n, w->c->entry_point};
	return 0;
}

static int prepare(struct work *w, struct err *err)
{
	const struct language *l = language_find(w->j->languages, w->c->language_id);
	const struct task_of of = {w->j->pg, w->j->data, w->c->problem_id, w->c->problem_version};
	struct task *t = &w->task;

	if (!l)
		return err_set(err, ERR_BUG, "no such language: \"%s\"", w->c->language_id);
	if (task_load(&of, w->a, t, err) < 0 || load_files(w, err) < 0)
		return err_result(err);
	w->trial = (struct trial){.problem = &t->problem,
	        .jury = w->j->jury,
	        .x = {.box = w->j->box,
	                .language = l,
	                .alone = w->j->alone,
	                .stop = w->j->stop,
	                .artifacts = w->j->artifacts,
	                .owner = w->c->team_id,
	                .memory_is_rte = w->c->icpc_verdicts,
	                .compile_ms = t->compile_ms,
	                .time_ms = language_time_ms(l, t->time_ms),
	                .memory_bytes = t->memory_bytes,
	                .output_bytes = t->output_bytes}};
	return task_compile(t, w->j->jury, &w->trial.x, w->a, err);
}

/* 1: compiled and loaded; 0: *out is a compile error. */
static int compile(struct work *w, struct decision *out, struct err *err)
{
	const struct box_compiled *said = &w->trial.compiled;
	int r;

	publish_compiling(w);
	r = trial_compile(&w->trial, &w->sent, err);
	if (r < 0)
		return err_wrap(err, "compile");
	if (r > 0)
		return r;
	out->verdict = VERDICT_CE;
	out->compile_output =
	        arena_strndup(w->a, said->output ? said->output : "", said->output_len);
	out->compile_output_len = said->output_len;
	out->compile_output_cut = said->output_len >= BOX_MAX_OUTPUT_BYTES;
	return 0;
}

/* Running: what trial.h asks for. */

static const char *keep_text(struct arena *a, const char *text)
{
	return text[0] ? arena_strdup(a, text) : NULL;
}

static struct run run_of(struct arena *a, const struct task_test *t, const struct outcome *o)
{
	return (struct run){.ordinal = t->ordinal,
	        .verdict = o->verdict,
	        .time_ms = (int)(o->cpu_us / US_PER_MS),
	        .wall_ms = (int)(o->wall_us / US_PER_MS),
	        .memory_kib = o->memory_bytes / KIB,
	        .exit_code = o->exit_code,
	        .signal = o->signal,
	        .first_time_ms = (int)(o->first_us / US_PER_MS),
	        .message = keep_text(a, o->message),
	        .team_message = keep_text(a, o->team_message),
	        .transcript = o->verdict == VERDICT_AC ? NULL : keep_text(a, o->transcript),
	        .transcript_cut = o->transcript_cut};
}

static int open_test(void *ctx, struct pg *pg, size_t i, int fds[2], struct err *err)
{
	const struct work *w = ctx;
	const struct task_test *t = &w->task.tests[i];

	fds[0] = testdata_open(w->j->data, pg, t->input, err);
	fds[1] = fds[0] < 0 ? -1 : testdata_open(w->j->data, pg, t->answer, err);
	if (fds[1] >= 0)
		return 0;
	if (fds[0] >= 0)
		close(fds[0]);
	return err_wrap(err, "test %s", w->task.problem.tests[i].name);
}

static int open_files(void *ctx, struct pg *pg, size_t i, struct trial_files *out, struct err *err)
{
	const struct work *w = ctx;
	const struct task_of of = {.pg = pg, .data = w->j->data};

	if (task_files(&w->task, i, &of, out, err) < 0)
		return err_wrap(err, "files of test %s", w->task.problem.tests[i].name);
	return 0;
}

static void take_run(void *ctx, size_t i, const struct outcome *o)
{
	struct work *w = ctx;
	struct decision *out = w->out;
	struct run *r = &w->runs[out->nruns++];

	*r = run_of(w->a, &w->task.tests[i], o);
	publish_test(w, &w->task.tests[i], r);
	out->time_ms = r->time_ms > out->time_ms ? r->time_ms : out->time_ms;
	out->memory_kib = r->memory_kib > out->memory_kib ? r->memory_kib : out->memory_kib;
}

static bool known(void *ctx, size_t i, struct outcome *out)
{
	const struct work *w = ctx;

	return yield_knows(&w->kept, i, out);
}

/* After a test of a low judgement that was run now: is it a contestant's turn? */
static bool go_on(void *ctx, size_t i, const struct outcome *o)
{
	struct work *w = ctx;

	if (yield_knows(&w->kept, i, NULL))
		return true;
	yield_note(&w->kept, w->a, i, o);
	w->gave_way = i + 1 < w->kept.n && yield_must(w->j->yield, w->j->pg, w->j->want);
	return !w->gave_way;
}

/* Samples have no points where the package ignores them. */
static bool is_scored(const struct grading_plan *plan, const struct grading_group *g)
{
	static const char sample[] = "sample";
	size_t n = sizeof(sample) - 1;
	bool is_sample = strncmp(g->name, sample, n) == 0 && (!g->name[n] || g->name[n] == '/');

	return plan->scoring &&
	       !(is_sample && (plan->score_is_all || plan->groups[0].ignore_sample));
}

/* Nobody made groups who has no points and no folder in `secret`. */
static bool has_groups(const struct grading_plan *plan)
{
	for (size_t i = 0; i < plan->ngroups; i++)
		if (plan->scoring || strchr(plan->groups[i].name, '/'))
			return true;
	return false;
}

/* What is stored of the groups: all but the root, which is the judgement itself. */
static void take_groups(struct work *w, const struct grading_sum *sums, struct decision *out)
{
	const struct grading_plan *plan = &w->task.problem.plan;
	size_t n = has_groups(plan) ? plan->ngroups : 0;
	struct group_result *list = arena_alloc(w->a, (n + 1) * sizeof(*list));

	for (size_t i = 1; i < n; i++) {
		const struct grading_group *g = &plan->groups[i];

		list[out->ngroups++] = (struct group_result){.name = g->name,
		        .verdict = sums[i].verdict,
		        .scored = is_scored(plan, g),
		        .bounded = isfinite(g->range_max),
		        .points_milli = grading_milli(sums[i].score),
		        .max_milli = grading_milli(g->range_max)};
	}
	out->groups = list;
}

/* Groups and points (grading.h). */
static int grade(struct work *w, struct decision *out, struct err *err)
{
	const struct grading_plan *plan = &w->task.problem.plan;
	struct trial_grader by = {.x = &w->trial.x,
	        .time_ms = w->task.problem.validation_ms,
	        .memory_bytes = w->task.problem.validation_memory_bytes};
	struct grading_grader grader = {trial_grade, &by};
	struct grading_sum *sums = arena_alloc(w->a, (plan->ngroups + 1) * sizeof(*sums));

	if (w->task.ngraders > 0 &&
	        jury_program(w->j->jury, &w->trial.x, &w->task.graders[0], &by.program, err) < 0)
		return err_result(err);
	if (grading_finish(plan, w->trial.results, by.program ? &grader : NULL, sums, err) < 0)
		return err_result(err);
	out->verdict = grading_verdict(plan, w->trial.results, &sums[0]);
	out->points_milli = grading_points(plan, &sums[0]);
	take_groups(w, sums, out);
	return 0;
}

static int run_tests(struct work *w, struct decision *out, struct err *err)
{
	struct spread_hands mine = {w->j->box, w->j->pg, w->j->stop};
	size_t n = w->task.problem.plan.ncases;
	struct trial *t = &w->trial;

	w->out = out;
	w->runs = arena_alloc(w->a, n * sizeof(*w->runs));
	t->results = arena_alloc(w->a, n * sizeof(*t->results));
	t->open = open_test;
	t->files = open_files;
	t->ran = take_run;
	t->ctx = w;
	if (w->j->yield && submission_is_low(w->c)) {
		w->kept.n = n;
		yield_take(w->j->yield, w->a, w->c, &w->kept);
		t->known = known;
		t->go_on = go_on;
	}
	if (trial_run(t, t->go_on ? NULL : w->j->spread, &mine, err) < 0)
		return err_result(err);
	if (w->gave_way) {
		yield_keep(w->j->yield, w->c, &w->kept);
		return JUDGING_GAVE_WAY;
	}
	out->runs = w->runs;
	return grade(w, out, err);
}

int judging_decide(struct judging *j, struct arena *a, const struct claim *c, struct decision *out,
        struct err *err)
{
	struct work w = {.j = j, .a = a, .c = c};
	int r = prepare(&w, err);

	*out = (struct decision){0};
	if (r < 0)
		return r;
	out->tests_total = (int)w.task.problem.plan.ncases;
	r = w.task.submit_answer ? trial_answers(&w.trial, &w.sent, err) : compile(&w, out, err);
	if (r > 0)
		r = run_tests(&w, out, err);
	trial_free(&w.trial);
	return r;
}

/* What follows a decision. */

static void set_processed(struct judging *j, const struct claim *c)
{
	struct err ignored = {0};

	/* hints: nobody skips work because of them */
	(void)kv_command(j->kv, NULL, &ignored, "SET %s %s EX %d",
	        kv_key(j->kv, "processed:%s", c->judgement_id), j->worker, PROCESSED_S);
	(void)kv_command(
	        j->kv, NULL, &ignored, "DEL %s", kv_key(j->kv, "processing:%s", c->judgement_id));
}

int judging_record(struct judging *j, struct arena *a, const struct claim *c,
        const struct decision *d, struct err *err)
{
	struct work w = {.j = j, .a = a, .c = c};
	struct err late = {0};
	int r = record_judgement(j->pg, a, c, d, err);

	if (r <= 0)
		return r;
	if (catchup_run(j->pg, j->kv, c->contest_id, &late) < 0)
		log_warn("board.late", "contest=%s why=\"%s\"", c->contest_id, late.msg);
	publish_finished(&w, d);
	set_processed(j, c);
	return 1;
}

int judging_give_back(
        struct judging *j, const struct claim *c, bool failed, const char *why, struct err *err)
{
	auto_arena struct arena a = {0};
	struct decision d = {.verdict = VERDICT_JE, .fault = why};
	int failures;
	int r = submission_release(j->pg, c, failed, why, &failures, err);

	if (r < 0 || failures < MAX_FAILURES || !failed)
		return r < 0 ? r : 0;
	r = judging_record(j, &a, c, &d, err);
	if (r > 0)
		log_error("submission.undecided", "id=%s judgement=%s failures=%d why=\"%s\"",
		        c->submission_id, c->judgement_id, failures, why);
	return r;
}
