/* handle_log.c -- what proves a contest, for those who run it: the head of its log (an anchor, to
 * be noted down: `codearena log verify --anchor`) with what the background checks found last, and
 * who did what, when and why. */
#include "api/access.h"
#include "api/app.h"
#include "api/route.h"
#include "api/shape.h"
#include "model/event.h"

#include <bsd/stdlib.h>

enum { ROWS = 200, ROWS_MAX = 1000 };

static json_t *checks_json(const PGresult *r)
{
	json_t *list = json_array();

	for (int i = 0; i < PQntuples(r); i++)
		json_array_append_new(
		        list, json_pack("{s:s, s:I, s:b, s:s, s:s}", "what", pg_text(r, i, "what"),
		                      "number", (json_int_t)pg_int(r, i, "number"), "ok",
		                      pg_bool(r, i, "ok"), "why", pg_text(r, i, "why"), "time",
		                      pg_text(r, i, "time")));
	return list;
}

int handle_log(struct request *rq, struct reply *rp, struct err *err)
{
	auto_pgresult PGresult *checks = NULL;
	struct log_head head;
	struct contest c;
	char hex[HASH_HEX_SIZE];

	if (access_request(rq, false, &c, err) < 0 ||
	        event_head(rq->worker->pg, &rq->arena, c.id, &head, err) < 0 ||
	        pg_run(rq->worker->pg, Q_AUDIT_FOUND, &checks, err, c.id) < 0)
		return err_result(err);
	hash_hex(head.hash, hex);
	return reply_json(rp, json_pack("{s:I, s:I, s:o, s:o}", "number", (json_int_t)head.number,
	                              "public_number", (json_int_t)head.public_number, "anchor",
	                              json_sprintf("%lld:%s", (long long)head.number, hex),
	                              "checks", checks_json(checks)));
}

/* A number of the query, or NULL; wrong: ERR_INPUT. */
static int ask(struct request *rq, const char *name, int64_t max, const char **out, struct err *err)
{
	const char *text = request_query(rq, name), *wrong = NULL;

	*out = text;
	if (text)
		(void)strtonum(text, 1, max, &wrong);
	if (wrong)
		return err_set(
		        err, ERR_INPUT, "%s must be a number from 1 to %lld", name, (long long)max);
	return 0;
}

int handle_audit(struct request *rq, struct reply *rp, struct err *err)
{
	auto_pgresult PGresult *r = NULL;
	const char *limit, *before;
	struct contest c;
	json_t *list;

	if (access_request(rq, false, &c, err) < 0 || ask(rq, "limit", ROWS_MAX, &limit, err) < 0 ||
	        ask(rq, "before", INT64_MAX, &before, err) < 0 ||
	        pg_run(rq->worker->pg, Q_AUDIT_LIST, &r, err, c.id, request_query(rq, "action"),
	                before, limit ? limit : pg_arg_int(&rq->arena, ROWS)) < 0)
		return err_result(err);
	list = json_array();
	for (int i = 0; i < PQntuples(r); i++)
		json_array_append_new(list,
		        json_pack("{s:I, s:s, s:s, s:s, s:s?, s:s?, s:s}", "id",
		                (json_int_t)pg_int(r, i, "id"), "time", pg_text(r, i, "time"),
		                "actor", pg_text(r, i, "actor"), "action", pg_text(r, i, "action"),
		                "subject", pg_text(r, i, "subject"), "reason",
		                pg_text(r, i, "reason"), "detail", pg_text(r, i, "detail")));
	return reply_json(rp, list);
}
