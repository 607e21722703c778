/* handle_clarification.c -- questions and answers. A team asks the jury; the jury answers one team
 * or everybody. A team sees what it asked, what it was told and what all were told. */
#include "api/access.h"
#include "api/app.h"
#include "api/route.h"
#include "api/shape.h"
#include "base/clock.h"
#include "base/json.h"

enum { TEXT_MAX = 4000 };

static json_t *clarification_json(const PGresult *res, int row)
{
	json_t *o = json_object();

	shape_set(o, "id", shape_text(pg_text(res, row, "id")));
	shape_set(o, "from_team_id", shape_text(pg_text(res, row, "from_team_id")));
	shape_set(o, "to_team_id", shape_text(pg_text(res, row, "to_team_id")));
	shape_set(o, "reply_to_id", shape_text(pg_text(res, row, "reply_to_id")));
	shape_set(o, "problem_id", shape_text(pg_text(res, row, "problem_id")));
	shape_set(o, "text", shape_text(pg_text(res, row, "text")));
	shape_set(o, "time", shape_time(pg_int(res, row, "at_ms")));
	shape_set(o, "contest_time", shape_reltime(pg_int(res, row, "contest_time_ms")));
	shape_set(o, "answered", json_boolean(pg_bool(res, row, "answered")));
	return o;
}

/* Rows this viewer may see; id NULL: all. */
static int find(struct request *rq, const char *id, PGresult **res, struct err *err)
{
	bool jury = access_viewer(&rq->who) == VIEWER_JURY;
	const char *team = rq->who.team_id[0] ? rq->who.team_id : NULL;

	return pg_run(rq->worker->pg, Q_API_CLARIFICATIONS, res, err, rq->params[0],
	        pg_arg_bool(jury), team, id);
}

int handle_clarifications(struct request *rq, struct reply *rp, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	struct contest c;
	json_t *list = NULL;

	if (access_request(rq, false, &c, err) < 0 || access_problems(&c, &rq->who, err) < 0 ||
	        find(rq, NULL, &res, err) < 0)
		return err_result(err);
	list = json_array();
	for (int i = 0; i < PQntuples(res); i++)
		json_array_append_new(list, clarification_json(res, i));
	return reply_json(rp, list);
}

struct question {
	const char *text, *problem, *to_team, *reply_to;
	const char *from_team; /* NULL: the jury */
};

static int read_question(
        struct request *rq, const struct contest *c, struct question *q, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	const struct contest_problem *p = NULL;
	bool jury = access_viewer(&rq->who) == VIEWER_JURY;

	q->from_team = jury ? NULL : rq->who.team_id;
	if (!jury && !contest_team_find(c, rq->who.team_id))
		return err_set(err, ERR_DENIED, "your team is not in this contest");
	if (!jury && q->to_team)
		return err_set(err, ERR_DENIED, "a team asks the jury only");
	if (q->problem && access_problem(c, &rq->who, q->problem, &p, err) < 0)
		return err_result(err);
	q->problem = p ? p->id : NULL;
	if (!q->reply_to)
		return 0;
	if (find(rq, q->reply_to, &res, err) < 0)
		return err_result(err);
	if (PQntuples(res) == 0)
		return err_set(err, ERR_INPUT, "no such clarification: \"%s\"", q->reply_to);
	return 0;
}

int handle_clarify(struct request *rq, struct reply *rp, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	auto_pgresult PGresult *made = NULL;
	json_auto_t *body = NULL;
	struct question q = {0};
	struct contest c;
	struct pg *pg = rq->worker->pg;

	if (request_json(rq, &body, err) < 0 ||
	        json_get_string(body, "text", TEXT_MAX, &q.text, err) < 0 ||
	        json_opt_string(body, "problem_id", ID_SIZE - 1, NULL, &q.problem, err) < 0 ||
	        json_opt_string(body, "to_team_id", ID_SIZE - 1, NULL, &q.to_team, err) < 0 ||
	        json_opt_string(body, "reply_to_id", ID_SIZE - 1, NULL, &q.reply_to, err) < 0 ||
	        access_request(rq, false, &c, err) < 0 || access_problems(&c, &rq->who, err) < 0 ||
	        read_question(rq, &c, &q, err) < 0)
		return err_result(err);
	if (pg_run(pg, Q_API_CLARIFY, &res, err, c.id, q.problem, q.from_team, q.to_team,
	            q.reply_to, q.text,
	            pg_arg_int(&rq->arena, contest_time_at(&c, clock_wall_ms())),
	            rq->who.account_id) < 0)
		return err_result(err);
	if (q.reply_to && !q.from_team &&
	        pg_run(pg, Q_API_CLARIFICATION_ANSWERED, NULL, err, c.id, q.reply_to) < 0)
		return err_result(err);
	if (find(rq, pg_text(res, 0, "id"), &made, err) < 0)
		return err_result(err);
	rp->status = MHD_HTTP_CREATED;
	return reply_json(rp, clarification_json(made, 0));
}
