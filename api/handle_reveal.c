/* handle_reveal.c -- the resolver over HTTP.
 *
 *   GET  .../reveal            where it stands (position null: not open), for everybody; the jury
 *                              also gets all steps
 *   GET  .../reveal/rehearsal  the jury's alone: the steps as they would be now, at any time, so
 *                              that a private page can play them; nothing is opened
 *   POST .../reveal            the controller's buttons, for admins: {"action": "open" | "next" |
 *                              "back" | "jump" | "auto" | "pause" | "close"}; thaw ends and
 *                              publishes
 *
 * Viewers need neither: each move is an event of the board, and comes with its stream. */
#include "api/access.h"
#include "api/app.h"
#include "api/route.h"
#include "api/shape.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "scoreboard/catchup.h"
#include "scoreboard/part.h"
#include "scoreboard/record_reveal.h"

enum { MOVE_MAX = 16, REASON_BYTES = 500, DEFAULT_EVERY_MS = 1500 };

static json_t *steps_json(const PGresult *r)
{
	json_t *list = json_array();

	for (int row = 0; row < PQntuples(r); row++) {
		json_t *o = json_object();

		json_object_set_new(o, "position", json_integer(pg_int(r, row, "ordinal")));
		json_object_set_new(o, "team", json_string(pg_text(r, row, "team_id")));
		json_object_set_new(o, "problem",
		        pg_null(r, row, "problem_id") ? json_null()
		                                      : json_string(pg_text(r, row, "problem_id")));
		json_object_set_new(o, "rank",
		        pg_null(r, row, "rank") ? json_null()
		                                : json_integer(pg_int(r, row, "rank")));
		json_array_append_new(list, o);
	}
	return list;
}

/* The pace and the steps, which only the jury may know. */
static int add_jury(struct request *rq, const struct contest *c, json_t *o, struct err *err)
{
	auto_pgresult PGresult *r = NULL;
	auto_pgresult PGresult *steps = NULL;

	if (pg_run(rq->worker->pg, Q_REVEAL_GET, &r, err, c->id) < 0 ||
	        pg_run(rq->worker->pg, Q_REVEAL_STEPS, &steps, err, c->id, "1",
	                pg_arg_int(&rq->arena, c->reveal_steps)) < 0)
		return err_result(err);
	if (PQntuples(r) == 0) /* closed in between */
		return 0;
	json_object_set_new(o, "every_ms",
	        pg_null(r, 0, "auto_ms") ? json_null() : json_integer(pg_int(r, 0, "auto_ms")));
	json_object_set_new(o, "running", json_boolean(!pg_null(r, 0, "next_ms")));
	json_object_set_new(o, "stop_rank", json_integer(pg_int(r, 0, "stop_rank")));
	json_object_set_new(o, "all", steps_json(steps));
	return 0;
}

static int answer(struct request *rq, struct reply *rp, struct err *err)
{
	struct contest c;
	json_t *o;

	if (access_request(rq, false, &c, err) < 0)
		return err_result(err);
	o = part_reveal(&c);
	if (c.revealing && rq->who.role >= ROLE_JURY && add_jury(rq, &c, o, err) < 0) {
		json_decref(o);
		return err_result(err);
	}
	return reply_json(rp, o);
}

int handle_reveal_get(struct request *rq, struct reply *rp, struct err *err)
{
	return answer(rq, rp, err);
}

int handle_reveal_rehearsal(struct request *rq, struct reply *rp, struct err *err)
{
	struct reveal_step *steps;
	size_t n;
	json_t *list;

	if (record_reveal_rehearse(rq->worker->pg, &rq->arena, rq->params[0], &steps, &n, err) < 0)
		return err_result(err);
	list = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(
		        list, json_pack("{s:I, s:s, s:s?, s:o}", "position", (json_int_t)i + 1,
		                      "team", steps[i].team->id, "problem",
		                      steps[i].problem ? steps[i].problem->id : NULL, "rank",
		                      steps[i].rank ? json_integer(steps[i].rank) : json_null()));
	return reply_json(rp, list);
}

static int parse_order(const json_t *body, struct reveal_order *o, struct err *err)
{
	const char *word;
	int64_t position, every_ms, stop_rank;

	if (json_get_string(body, "action", MOVE_MAX, &word, err) < 0 ||
	        json_opt_string(body, "reason", REASON_BYTES, NULL, &o->reason, err) < 0 ||
	        json_opt_int(body, "position", 0, INT32_MAX, -1, &position, err) < 0 ||
	        json_opt_int(body, "every_ms", REVEAL_MIN_MS, REVEAL_MAX_MS, DEFAULT_EVERY_MS,
	                &every_ms, err) < 0 ||
	        json_opt_int(body, "stop_rank", 0, INT32_MAX, 0, &stop_rank, err) < 0)
		return err_result(err);
	if (!reveal_move_parse(word, &o->move))
		return err_set(err, ERR_INPUT,
		        "no such action: \"%s\" (open, next, back, jump, auto, pause, close)",
		        word);
	if (o->move == REVEAL_JUMP && position < 0)
		return err_set(err, ERR_INPUT, "jump needs \"position\"");
	o->position = (int)position;
	o->every_ms = (int)every_ms;
	o->stop_rank = (int)stop_rank;
	return 0;
}

int handle_reveal_post(struct request *rq, struct reply *rp, struct err *err)
{
	struct reveal_order o = {.actor = rq->who.account_id};
	json_auto_t *body = NULL;
	struct err later = {0};

	if (request_json(rq, &body, err) < 0 || parse_order(body, &o, err) < 0 ||
	        record_reveal(rq->worker->pg, rq->params[0], &o, err) < 0)
		return err_result(err);
	log_info("reveal.move", "contest=%s action=%s account=%s", rq->params[0],
	        json_string_value(json_object_get(body, "action")), rq->who.account_id);
	if (catchup_run(rq->worker->pg, rq->worker->kv, rq->params[0], &later) < 0)
		log_warn("catchup.failed", "contest=%s error=\"%s\"", rq->params[0], later.msg);
	return answer(rq, rp, err);
}
