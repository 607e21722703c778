/* submission.c -- claims, heartbeats, releases: thin calls of the SQL functions that hold the rules
 * of the queue. A stale attempt changes nothing there; here it only is told to the caller. */
#include "model/submission.h"

#include <assert.h>

enum { MAX_RINGS = 64 };

static const char *text(struct arena *a, const PGresult *r, int row, const char *col)
{
	const char *s = pg_text(r, row, col);

	return s ? arena_strdup(a, s) : NULL;
}

static void take_claim(struct arena *a, const PGresult *r, int row, struct claim *c)
{
	*c = (struct claim){
	        .judgement_id = text(a, r, row, "judgement_id"),
	        .submission_id = text(a, r, row, "submission_id"),
	        .contest_id = text(a, r, row, "contest_id"),
	        .team_id = text(a, r, row, "team_id"),
	        .problem_id = text(a, r, row, "problem_id"),
	        .language_id = text(a, r, row, "language_id"),
	        .entry_point = text(a, r, row, "entry_point"),
	        .month = text(a, r, row, "month"),
	        .class = text(a, r, row, "class"),
	        .attempt = (int)pg_int(r, row, "attempt"),
	        .problem_version = (int)pg_int(r, row, "problem_version"),
	        .practice = pg_bool(r, row, "practice"),
	        .hidden = pg_bool(r, row, "hidden"),
	        .icpc_verdicts = pg_bool(r, row, "icpc_verdicts"),
	};
}

static const char *lease(struct arena *a)
{
	return arena_printf(a, "%d milliseconds", LEASE_MS);
}

int submission_claim(struct pg *pg, struct arena *a, const struct claim_want *want,
        struct claim *out, struct err *err)
{
	auto_pgresult PGresult *r = NULL;

	if (pg_run(pg, Q_SUBMISSION_CLAIM, &r, err, want->worker,
	            pg_arg_array(a, want->languages, want->n), lease(a),
	            pg_arg_bool(want->low)) < 0)
		return err_result(err);
	if (PQntuples(r) == 0)
		return 0;
	take_claim(a, r, 0, out);
	return 1;
}

bool submission_is_low(const struct claim *c)
{
	return strcmp(c->class, "rejudge") == 0 || strcmp(c->class, "custom") == 0;
}

int submission_count_urgent(struct pg *pg, const struct claim_want *want, int *n, struct err *err)
{
	auto_arena struct arena a = {0};
	auto_pgresult PGresult *r = NULL;

	if (pg_run(pg, Q_SUBMISSION_COUNT_URGENT, &r, err,
	            pg_arg_array(&a, want->languages, want->n)) < 0)
		return err_result(err);
	*n = (int)pg_int(r, 0, "n");
	return 0;
}

static bool is_in(const PGresult *r, const char *judgement_id)
{
	for (int row = 0; row < PQntuples(r); row++) {
		if (strcmp(pg_text(r, row, "judgement_id"), judgement_id) == 0)
			return true;
	}
	return false;
}

/* NOLINTNEXTLINE(readability-function-size): claims and answers are arrays */
int submission_heartbeat(struct pg *pg, const char *worker, const struct claim *const *claims,
        size_t n, bool *still_mine, struct err *err)
{
	auto_arena struct arena a = {0};
	auto_pgresult PGresult *r = NULL;
	const char **ids = arena_alloc(&a, (n + 1) * sizeof(*ids));
	const char **attempts = arena_alloc(&a, (n + 1) * sizeof(*attempts));

	for (size_t i = 0; i < n; i++) {
		ids[i] = claims[i]->judgement_id;
		attempts[i] = pg_arg_int(&a, claims[i]->attempt);
	}
	if (pg_run(pg, Q_SUBMISSION_HEARTBEAT, &r, err, worker, pg_arg_array(&a, ids, n),
	            pg_arg_array(&a, attempts, n), lease(&a)) < 0)
		return err_result(err);
	for (size_t i = 0; i < n; i++)
		still_mine[i] = is_in(r, ids[i]);
	return 0;
}

/* NOLINTNEXTLINE(readability-function-size): failed and why say one thing */
int submission_release(struct pg *pg, const struct claim *c, bool failed, const char *why,
        int *failures, struct err *err)
{
	auto_arena struct arena a = {0};
	auto_pgresult PGresult *r = NULL;

	if (pg_run(pg, Q_SUBMISSION_RELEASE, &r, err, c->judgement_id, pg_arg_int(&a, c->attempt),
	            pg_arg_bool(failed), why) < 0)
		return err_result(err);
	*failures = pg_null(r, 0, "failures") ? -1 : (int)pg_int(r, 0, "failures");
	return 0;
}

int submission_was_alive(struct pg *pg, const struct claim *c, struct err *err)
{
	auto_arena struct arena a = {0};

	return pg_run(
	        pg, Q_SUBMISSION_WAS_ALIVE, NULL, err, c->judgement_id, pg_arg_int(&a, c->attempt));
}

/* NOLINTNEXTLINE(readability-function-size): connection, arena and err are in every call */
int submission_files(struct pg *pg, struct arena *a, const char *submission_id,
        struct submission_file **files, size_t *n, struct err *err)
{
	auto_pgresult PGresult *r = NULL;
	size_t count;

	if (pg_run(pg, Q_SUBMISSION_FILES, &r, err, submission_id) < 0)
		return err_result(err);
	count = (size_t)PQntuples(r);
	*files = arena_alloc(a, count * sizeof(**files) + 1);
	for (size_t i = 0; i < count; i++) {
		struct submission_file *f = &(*files)[i];
		auto_free unsigned char *body = pg_bytes(r, (int)i, "body", &f->len);
		char *data = arena_alloc(a, f->len + 1);

		if (body)
			memcpy(data, body, f->len);
		f->name = text(a, r, (int)i, "name");
		f->data = data;
	}
	*n = count;
	return 0;
}

/* What the list holds does not matter, only that it holds something: one entry per job, and no
 * more than judges could take at once. */
int submission_ring(struct kv *kv, size_t n, struct err *err)
{
	const char *argv[2 + MAX_RINGS] = {"LPUSH", kv_key(kv, "submissions")};
	size_t rings = n < MAX_RINGS ? n : MAX_RINGS;

	if (rings == 0)
		return 0;
	for (size_t i = 0; i < rings; i++)
		argv[2 + i] = "1";
	return kv_argv(kv, NULL, err, (int)(2 + rings), argv, NULL);
}

/* NOLINTNEXTLINE(readability-function-size): connection, arena and err are in every call */
int submission_expired(
        struct pg *pg, struct arena *a, struct expired *out, size_t max, size_t *n, struct err *err)
{
	auto_pgresult PGresult *r = NULL;

	if (pg_run(pg, Q_SUBMISSION_EXPIRED, &r, err, pg_arg_int(a, (int64_t)max)) < 0)
		return err_result(err);
	*n = (size_t)PQntuples(r);
	assert(*n <= max);
	for (size_t i = 0; i < *n; i++) {
		take_claim(a, r, (int)i, &out[i].claim);
		out[i].failures = (int)pg_int(r, (int)i, "failures");
	}
	return 0;
}

int submission_count_waiting(struct pg *pg, int older_than_ms, int64_t *n, struct err *err)
{
	auto_arena struct arena a = {0};
	auto_pgresult PGresult *r = NULL;

	if (pg_run(pg, Q_SUBMISSION_COUNT_WAITING, &r, err, pg_arg_int(&a, older_than_ms)) < 0)
		return err_result(err);
	*n = pg_int(r, 0, "n");
	return 0;
}
