/* handle_import.c -- problem packages over HTTP: their bytes are stored and never looked into here;
 * a judge host imports them (judge/importer.c) and reports in the same row. */
#include "api/app.h"
#include "api/route.h"
#include "base/log.h"

enum { CHUNK = 1 << 20, MAX_WAITING = 20, RETRY_S = 30, MAX_ID = 36 };

static json_t *text_of(const PGresult *res, int row, const char *column)
{
	const char *text = pg_text(res, row, column);

	return text ? json_string(text) : json_null();
}

static json_t *list_of(const PGresult *res, int row, const char *column)
{
	json_t *list = json_loads(pg_text(res, row, column), 0, NULL);

	return list ? list : json_array();
}

static json_t *import_json(const PGresult *res, int row)
{
	json_t *version = pg_null(res, row, "version")
	                          ? json_null()
	                          : json_integer((json_int_t)pg_int(res, row, "version"));

	return json_pack("{s:s, s:s, s:s, s:I, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "id",
	        pg_text(res, row, "id"), "problem_id", pg_text(res, row, "problem_id"),
	        "account_id", pg_text(res, row, "account_id"), "size",
	        (json_int_t)pg_int(res, row, "size"), "state", pg_text(res, row, "state"), "step",
	        pg_text(res, row, "step"), "version", version, "errors",
	        list_of(res, row, "errors"), "notes", list_of(res, row, "notes"), "created_at",
	        text_of(res, row, "created_at"), "finished_at", text_of(res, row, "finished_at"));
}

static int reply_import(struct request *rq, const char *id, struct reply *rp, struct err *err)
{
	auto_pgresult PGresult *res = NULL;

	if (pg_run(rq->worker->pg, Q_IMPORT_GET, &res, err, id) < 0)
		return err_result(err);
	if (PQntuples(res) == 0)
		return err_set(err, ERR_NOT_FOUND, "no such import: \"%s\"", id);
	return reply_json(rp, import_json(res, 0));
}

static bool is_ident(const char *s)
{
	size_t len = strlen(s);

	return len >= 1 && len <= MAX_ID &&
	       strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-") ==
	               len;
}

/* Inside the transaction; *id in the request's arena. */
static int store(struct request *rq, const char *problem, const char **id, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	struct pg *pg = rq->worker->pg;

	if (pg_run(pg, Q_IMPORT_CREATE, &res, err, problem, rq->who.account_id,
	            pg_arg_int(&rq->arena, (int64_t)rq->body.len)) < 0)
		return err_result(err);
	*id = arena_strdup(&rq->arena, pg_text(res, 0, "id"));
	for (size_t at = 0; at < rq->body.len; at += CHUNK) {
		auto_arena struct arena a = {0};
		size_t n = rq->body.len - at < CHUNK ? rq->body.len - at : CHUNK;

		if (pg_run(pg, Q_IMPORT_CHUNK_ADD, NULL, err, *id,
		            pg_arg_int(&a, (int64_t)(at / CHUNK)),
		            pg_arg_bytes(&a, rq->body.data + at, n)) < 0)
			return err_result(err);
	}
	return 0;
}

static int check(struct request *rq, const char *problem, struct err *err)
{
	auto_pgresult PGresult *res = NULL;

	if (!problem || !is_ident(problem))
		return err_set(err, ERR_INPUT,
		        "the query problem_id must be 1 to 36 of A-Z a-z 0-9 _ . -");
	if (rq->body.len == 0)
		return err_set(err, ERR_INPUT, "the body must be a zip or tar file");
	if (pg_run(rq->worker->pg, Q_IMPORT_WAITING, &res, err) < 0)
		return err_result(err);
	if (pg_int(res, 0, "n") >= MAX_WAITING) {
		rq->retry_after_s = RETRY_S;
		return err_set(
		        err, ERR_BUSY, "%d imports are waiting, try again later", MAX_WAITING);
	}
	return 0;
}

int handle_import_create(struct request *rq, struct reply *rp, struct err *err)
{
	const char *problem = request_query(rq, "problem_id");
	struct pg *pg = rq->worker->pg;
	const char *id = NULL;

	if (check(rq, problem, err) < 0 || pg_begin(pg, err) < 0)
		return err_result(err);
	if (store(rq, problem, &id, err) < 0) {
		pg_rollback(pg);
		return err_result(err);
	}
	if (pg_commit(pg, err) < 0)
		return err_result(err);
	log_info("import.queued", "id=%s problem=%s bytes=%zu account=%s", id, problem,
	        rq->body.len, rq->who.account_id);
	rp->status = MHD_HTTP_ACCEPTED;
	reply_header(rq, "Location", "/api/problem-imports/%s", id);
	return reply_import(rq, id, rp, err);
}

int handle_import(struct request *rq, struct reply *rp, struct err *err)
{
	return reply_import(rq, rq->params[0], rp, err);
}

int handle_imports(struct request *rq, struct reply *rp, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	json_t *list = NULL;

	if (pg_run(rq->worker->pg, Q_IMPORT_LIST, &res, err) < 0)
		return err_result(err);
	list = json_array();
	for (int i = 0; i < PQntuples(res); i++)
		json_array_append_new(list, import_json(res, i));
	return reply_json(rp, list);
}
