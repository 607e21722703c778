/* handle_draft.c -- what somebody is writing, per problem and language. The newest version wins:
 * the client counts, and an older one that arrives late is refused (409). */
#include "api/access.h"
#include "api/app.h"
#include "api/route.h"
#include "api/shape.h"
#include "base/json.h"

static const size_t draft_max = 1048576;

static int find_problem(struct request *rq, const char **id, struct err *err)
{
	struct contest *c = arena_alloc(&rq->arena, sizeof(*c));
	const struct contest_problem *p = NULL;

	if (access_request(rq, false, c, err) < 0 ||
	        access_problem(c, &rq->who, rq->params[1], &p, err) < 0)
		return err_result(err);
	*id = p->id;
	return 0;
}

int handle_draft_get(struct request *rq, struct reply *rp, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	const char *problem = NULL;

	if (find_problem(rq, &problem, err) < 0 ||
	        pg_run(rq->worker->pg, Q_API_DRAFT, &res, err, rq->who.account_id, rq->params[0],
	                problem, rq->params[2]) < 0)
		return err_result(err);
	if (PQntuples(res) == 0)
		return err_set(err, ERR_NOT_FOUND, "there is no draft");
	return reply_json(rp, json_pack("{s:s, s:I, s:o}", "body", pg_text(res, 0, "body"),
	                              "version", (json_int_t)pg_int(res, 0, "version"), "saved_at",
	                              shape_time(pg_int(res, 0, "saved_ms"))));
}

int handle_draft_put(struct request *rq, struct reply *rp, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	json_auto_t *body = NULL;
	const char *problem = NULL;
	const char *text = NULL;
	int64_t version = 0;

	if (request_json(rq, &body, err) < 0 ||
	        json_opt_string(body, "body", draft_max, "", &text, err) < 0 ||
	        json_get_int(body, "version", 0, INT64_MAX, &version, err) < 0 ||
	        find_problem(rq, &problem, err) < 0 ||
	        pg_run(rq->worker->pg, Q_API_DRAFT_PUT, &res, err, rq->who.account_id,
	                rq->params[0], problem, rq->params[2], text,
	                pg_arg_int(&rq->arena, version)) < 0)
		return err_result(err);
	if (PQntuples(res) == 0)
		return err_set(err, ERR_CONFLICT, "a newer version of the draft is saved");
	return reply_json(rp, json_pack("{s:I}", "version", (json_int_t)version));
}
