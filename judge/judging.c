/* judging.c -- one submission from its source to a verdict; reads like RULES.md section 2.
 *
 * judging_decide: load the problem, find the language, compile, run the tests in order. A compile
 * error ends it there. Lazy judging (the rule) stops at the first test that is not accepted, full
 * judging (run_all) runs them all; the first that is not accepted decides either way. Each step is
 * published as it ends; that is only for the owner's screen, and may be lost.
 *
 * What must stay true: a fault of ours is never a verdict. Whatever is not the submission's own
 * doing comes back as an error, the submission returns to the queue, and only after MAX_FAILURES
 * of those a person is asked (JE). */
#include "judge/judging.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "scoreboard/catchup.h"

enum { MAX_TESTS = 10000, KIB = 1024, US_PER_MS = 1000, PROCESSED_S = 3600 };

struct test {
	int ordinal;
	bool sample;
	const char *input, *answer; /* hashes */
};

/* The version of the problem that this judgement is of. */
struct problem {
	int64_t time_ms, memory_bytes, output_bytes, compile_ms;
	struct compare_flags flags;
	bool run_all;
	struct test *tests;
	size_t n;
};

/* One judgement at work. */
struct work {
	struct judging *j;
	struct arena *a;
	const struct claim *c;
	struct problem problem;
	struct execution x;
	struct box_compiled compiled; /* its artifact, for other slots */
	char entry[LANGUAGE_NAME_SIZE];
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

static void publish_test(struct work *w, const struct test *t, const struct run *r)
{
	auto_buf struct buf b = {0};

	buf_addf(&b,
	        "{\"type\":\"TEST_RESULT\",\"attempt\":%d,\"ordinal\":%d,\"total\":%zu,"
	        "\"verdict\":\"%s\",\"time_ms\":%d,\"memory_kib\":%lld,\"sample\":%s}",
	        w->c->attempt, t->ordinal, w->problem.n, verdict_id(r->verdict), r->time_ms,
	        (long long)r->memory_kib, t->sample ? "true" : "false");
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

static int load_limits(struct work *w, struct err *err)
{
	auto_pgresult PGresult *r = NULL;
	struct problem *p = &w->problem;

	if (pg_run(w->j->pg, Q_JUDGING_PROBLEM, &r, err, w->c->problem_id,
	            pg_arg_int(w->a, w->c->problem_version)) < 0)
		return err_result(err);
	if (PQntuples(r) == 0)
		return err_set(err, ERR_BUG, "no version %d of problem %s", w->c->problem_version,
		        w->c->problem_id);
	p->time_ms = pg_int(r, 0, "time_limit_ms");
	p->memory_bytes = pg_int(r, 0, "memory_limit_kib") * KIB;
	p->output_bytes = pg_int(r, 0, "output_limit_kib") * KIB;
	p->compile_ms = pg_int(r, 0, "compile_limit_ms");
	p->run_all = pg_bool(r, 0, "run_all");
	if (compare_parse_flags(pg_text(r, 0, "validator_flags"), &p->flags, err) < 0)
		return err_wrap(err, "problem %s", w->c->problem_id);
	return 0;
}

static int load_tests(struct work *w, struct err *err)
{
	auto_pgresult PGresult *r = NULL;
	struct problem *p = &w->problem;

	if (pg_run(w->j->pg, Q_JUDGING_TESTS, &r, err, w->c->problem_id,
	            pg_arg_int(w->a, w->c->problem_version)) < 0)
		return err_result(err);
	p->n = (size_t)PQntuples(r);
	if (p->n == 0 || p->n > MAX_TESTS)
		return err_set(
		        err, ERR_BUG, "problem %s has %zu test cases", w->c->problem_id, p->n);
	p->tests = arena_alloc(w->a, p->n * sizeof(*p->tests));
	for (size_t i = 0; i < p->n; i++) {
		p->tests[i] = (struct test){.ordinal = (int)pg_int(r, (int)i, "ordinal"),
		        .sample = pg_bool(r, (int)i, "sample"),
		        .input = arena_strdup(w->a, pg_text(r, (int)i, "input")),
		        .answer = arena_strdup(w->a, pg_text(r, (int)i, "answer"))};
	}
	return 0;
}

static int prepare(struct work *w, struct err *err)
{
	const struct language *l = language_find(w->j->languages, w->c->language_id);

	if (!l)
		return err_set(err, ERR_BUG, "no such language: \"%s\"", w->c->language_id);
	if (load_limits(w, err) < 0 || load_tests(w, err) < 0)
		return err_result(err);
	w->x = (struct execution){.box = w->j->box,
	        .language = l,
	        .alone = w->j->alone,
	        .stop = w->j->stop,
	        .compile_ms = w->problem.compile_ms,
	        .time_ms = language_time_ms(l, w->problem.time_ms),
	        .memory_bytes = w->problem.memory_bytes,
	        .output_bytes = w->problem.output_bytes};
	return 0;
}

/* Compiling. */

static void decide_compile_error(
        struct work *w, const char *output, size_t len, struct decision *out)
{
	out->verdict = VERDICT_CE;
	out->compile_output = arena_strndup(w->a, output ? output : "", len);
	out->compile_output_len = len;
	out->compile_output_cut = len >= BOX_MAX_OUTPUT_BYTES;
}

/* The entry point; one that cannot be found is the submission's mistake: 0, and the decision. */
static int find_entry(struct work *w, const struct language_files *files,
        char entry[LANGUAGE_NAME_SIZE], struct decision *out, struct err *err)
{
	struct err mine = {0};

	if (language_entry(w->x.language, files, w->c->entry_point, entry, &mine) == 0)
		return 1;
	if (mine.code != ERR_INPUT) {
		*err = mine;
		return err_result(err);
	}
	decide_compile_error(w, mine.msg, strlen(mine.msg), out);
	return 0;
}

/* 1: compiled and loaded; 0: *out is a compile error. */
static int compile(struct work *w, struct decision *out, struct err *err)
{
	struct submission_file *files;
	struct language_file *texts;
	struct box_source *sources;
	size_t n;
	int r;

	if (submission_files(w->j->pg, w->a, w->c->submission_id, &files, &n, err) < 0)
		return err_result(err);
	if (n == 0)
		return err_set(err, ERR_BUG, "submission %s has no files", w->c->submission_id);
	texts = arena_alloc(w->a, n * sizeof(*texts));
	sources = arena_alloc(w->a, n * sizeof(*sources));
	for (size_t i = 0; i < n; i++) {
		texts[i] = (struct language_file){files[i].name, files[i].data, files[i].len};
		sources[i] = (struct box_source){files[i].name, files[i].data, files[i].len};
	}
	publish_compiling(w);
	r = find_entry(w, &(struct language_files){texts, n}, w->entry, out, err);
	if (r <= 0)
		return r;
	r = execute_compile(&w->x, &(struct program){sources, n, w->entry}, &w->compiled, err);
	if (r < 0)
		return err_wrap(err, "compile");
	if (r == 0)
		decide_compile_error(w, w->compiled.output, w->compiled.output_len, out);
	return r;
}

/* Running. */

static struct run run_of(struct arena *a, const struct test *t, const struct outcome *o)
{
	return (struct run){.ordinal = t->ordinal,
	        .verdict = o->verdict,
	        .time_ms = (int)(o->cpu_us / US_PER_MS),
	        .wall_ms = (int)(o->wall_us / US_PER_MS),
	        .memory_kib = o->memory_bytes / KIB,
	        .exit_code = o->exit_code,
	        .signal = o->signal,
	        .message = o->message[0] ? arena_strdup(a, o->message) : NULL};
}

/* The three functions that spread.h asks for; the first two may run in any slot's thread. */

static int load_program(void *ctx, const struct spread_hands *h, struct err *err)
{
	const struct work *w = ctx;

	return box_load(h->box, w->x.language->id, w->entry, w->compiled.artifact_fd, err);
}

static int run_test(
        void *ctx, const struct spread_hands *h, size_t i, struct outcome *out, struct err *err)
{
	const struct work *w = ctx;
	const struct test *t = &w->problem.tests[i];
	struct execution x = w->x;
	auto_close int input = testdata_open(w->j->data, h->pg, t->input, err);
	auto_close int answer = input < 0 ? -1 : testdata_open(w->j->data, h->pg, t->answer, err);
	struct test_case files = {
	        .input_fd = input, .answer_fd = answer, .flags = &w->problem.flags};

	if (yield_knows(&w->kept, i, out))
		return 0;
	x.box = h->box;
	x.stop = h->stop;
	if (input < 0 || answer < 0 || execute_test(&x, &files, out, err) < 0)
		return err_wrap(err, "test %d", t->ordinal);
	return 0;
}

/* After a test of a low judgement that was run now: is it a contestant's turn? */
static bool gives_way(struct work *w, size_t i, const struct outcome *o)
{
	if (i >= w->kept.n || yield_knows(&w->kept, i, NULL))
		return false;
	yield_note(&w->kept, w->a, i, o);
	w->gave_way = i + 1 < w->kept.n && yield_must(w->j->yield, w->j->pg, w->j->want);
	return w->gave_way;
}

static bool take_run(void *ctx, size_t i, const struct outcome *o)
{
	struct work *w = ctx;
	struct decision *out = w->out;
	struct run *r = &w->runs[i];

	*r = run_of(w->a, &w->problem.tests[i], o);
	publish_test(w, &w->problem.tests[i], r);
	out->nruns = i + 1;
	out->time_ms = r->time_ms > out->time_ms ? r->time_ms : out->time_ms;
	out->memory_kib = r->memory_kib > out->memory_kib ? r->memory_kib : out->memory_kib;
	return (w->problem.run_all || r->verdict == VERDICT_AC) && !gives_way(w, i, o);
}

static int run_tests(struct work *w, struct decision *out, struct err *err)
{
	struct spread_hands mine = {w->j->box, w->j->pg, w->j->stop};
	struct spread_work tests = {.ctx = w,
	        .n = w->problem.n,
	        .load = load_program,
	        .run = run_test,
	        .take = take_run};

	w->out = out;
	w->runs = arena_alloc(w->a, w->problem.n * sizeof(*w->runs));
	if (w->j->yield && submission_is_low(w->c)) {
		w->kept.n = w->problem.n;
		yield_take(w->j->yield, w->a, w->c, &w->kept);
	}
	if (spread_run(w->kept.n ? NULL : w->j->spread, &mine, &tests, err) < 0)
		return err_result(err);
	if (w->gave_way) {
		yield_keep(w->j->yield, w->c, &w->kept);
		return JUDGING_GAVE_WAY;
	}
	out->runs = w->runs;
	out->verdict = judging_verdict(w->runs, out->nruns);
	return 0;
}

enum verdict judging_verdict(const struct run *runs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (runs[i].verdict != VERDICT_AC)
			return runs[i].verdict;
	return VERDICT_AC;
}

int judging_decide(struct judging *j, struct arena *a, const struct claim *c, struct decision *out,
        struct err *err)
{
	struct work w = {.j = j, .a = a, .c = c, .compiled = {.artifact_fd = -1}};
	int r = prepare(&w, err);

	*out = (struct decision){0};
	if (r < 0)
		return r;
	out->tests_total = (int)w.problem.n;
	r = compile(&w, out, err);
	if (r > 0)
		r = run_tests(&w, out, err);
	box_compiled_free(&w.compiled);
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
