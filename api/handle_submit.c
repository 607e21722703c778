/* handle_submit.c -- a submission comes in: who, where, what; then the batching writer has it, and
 * the request is answered when it has been committed (202) or refused. What the contest's clock and
 * limits say is decided there, under the contest's lock (scoreboard/record.c). */
#include "api/access.h"
#include "api/app.h"
#include "api/route.h"
#include "api/submit_body.h"
#include "api/writer.h"
#include "base/hash.h"
#include "base/json.h"

enum { KIB = 1024, MAX_KEY = 100 };

static int find_contest(struct request *rq, struct submit_body *b, struct err *err)
{
	auto_pgresult PGresult *res = NULL;

	if (rq->params[0]) {
		if (b->contest_id && strcmp(b->contest_id, rq->params[0]) != 0)
			return err_set(err, ERR_INPUT, "\"contest_id\" is not the one of the URL");
		b->contest_id = rq->params[0];
	}
	if (b->contest_id)
		return 0;
	if (pg_run(rq->worker->pg, Q_API_CONTESTS_RUNNING, &res, err, rq->who.team_id) < 0)
		return err_result(err);
	if (PQntuples(res) != 1)
		return err_set(err, ERR_INPUT,
		        "your team is in %d running contests: say \"contest_id\"", PQntuples(res));
	b->contest_id = arena_strdup(&rq->arena, pg_text(res, 0, "id"));
	return 0;
}

/* The file of `code` gets the name that its language wants. */
static int name_file(struct request *rq, struct submit_body *b, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	const char *extension = NULL;

	if (!b->unnamed)
		return 0;
	if (pg_run(rq->worker->pg, Q_API_LANGUAGE, &res, err, b->language_id) < 0)
		return err_result(err);
	if (PQntuples(res) != 1)
		return err_set(err, ERR_INPUT, "no such language: \"%s\"", b->language_id);
	extension = pg_text(res, 0, "extension");
	b->files[0].name = arena_printf(
	        &rq->arena, "%s.%s", strcmp(extension, "java") == 0 ? "Main" : "main", extension);
	return 0;
}

/* The package may name the languages that it is for. */
static int check_language(struct request *rq, const struct contest_problem *p,
        const struct submit_body *b, struct err *err)
{
	auto_pgresult PGresult *res = NULL;

	if (pg_run(rq->worker->pg, Q_API_LANGUAGE_REFUSED, &res, err, p->id,
	            pg_arg_int(&rq->arena, p->version), b->language_id) < 0)
		return err_result(err);
	if (PQntuples(res) > 0)
		return err_set(err, ERR_INPUT, "problem %s is for %s alone, not \"%s\"", p->label,
		        pg_text(res, 0, "languages"), b->language_id);
	return 0;
}

static int check_key(const char *key, struct err *err)
{
	size_t len = key ? strlen(key) : 0;

	if (!key)
		return 0;
	for (size_t i = 0; i < len; i++)
		if (key[i] < '!' || key[i] > '~')
			len = 0;
	if (len < 1 || len > MAX_KEY)
		return err_set(
		        err, ERR_INPUT, "Idempotency-Key: 1 to %d printable characters", MAX_KEY);
	return 0;
}

int handle_submit(struct request *rq, UNUSED struct reply *rp, struct err *err)
{
	json_auto_t *json = NULL;
	struct submit_body b;
	struct contest c;
	const struct contest_problem *problem = NULL;
	const char *key = request_header(rq, "Idempotency-Key");
	struct access x = {rq->worker->pg, &rq->arena, &rq->who, false};
	struct writing *one = arena_alloc(&rq->arena, sizeof(*one));

	if (!rq->who.team_id[0])
		return err_set(
		        err, ERR_DENIED, "only a team can submit, and your account has none");
	if (request_json(rq, &json, err) < 0 ||
	        submit_body_read(
	                &rq->arena, json, (size_t)rq->app->conf.max_body_kib * KIB, &b, err) < 0 ||
	        check_key(key, err) < 0 || find_contest(rq, &b, err) < 0 ||
	        access_contest(&x, b.contest_id, &c, err) < 0 ||
	        access_problem(&c, &rq->who, b.problem_id, &problem, err) < 0 ||
	        check_language(rq, problem, &b, err) < 0 || name_file(rq, &b, err) < 0)
		return err_result(err);
	one->rq = rq;
	one->contest_id = b.contest_id;
	one->sub = (struct new_submission){
	        .account_id = rq->who.account_id,
	        .team_id = rq->who.team_id,
	        .problem_id = problem->id,
	        .language_id = b.language_id,
	        .entry_point = b.entry_point,
	        .files = b.files,
	        .nfiles = b.nfiles,
	        .idempotency_key = key ? arena_strdup(&rq->arena, key) : NULL,
	};
	hash_sha256(rq->body.data, rq->body.len, one->sub.body_hash);
	if (writer_add(rq->app->writer, one, err) < 0)
		return err_result(err);
	return REQUEST_LATER;
}
