/* handle_contest.c -- contests and what is around them: state, judgement types, languages, teams,
 * groups, organizations, and the admin's buttons. */
#include "api/access.h"
#include "api/app.h"
#include "api/handle_life.h"
#include "api/route.h"
#include "api/shape.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "scoreboard/catchup.h"
#include "scoreboard/part.h"
#include "scoreboard/record.h"

enum { REASON_MAX = 500, ACTION_MAX = 40 };

static bool is_jury(const struct request *rq)
{
	return access_viewer(&rq->who) == VIEWER_JURY;
}

int handle_contests(struct request *rq, struct reply *rp, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	struct access x = {rq->worker->pg, &rq->arena, &rq->who, false};
	json_auto_t *list = json_array();

	if (pg_run(rq->worker->pg, Q_API_CONTESTS, &res, err, pg_arg_bool(is_jury(rq)),
	            rq->who.team_id) < 0)
		return err_result(err);
	for (int i = 0; i < PQntuples(res); i++) {
		struct contest c;
		json_t *o = NULL;

		if (access_contest(&x, pg_text(res, i, "id"), &c, err) < 0)
			return err_result(err);
		o = shape_contest(&c);
		shape_set(o, "state", part_state(&c, clock_wall_ms()));
		json_array_append_new(list, o);
	}
	return reply_json(rp, json_incref(list));
}

int handle_contest(struct request *rq, struct reply *rp, struct err *err)
{
	const struct contest_team *team;
	struct contest c;
	json_t *o = NULL;

	if (access_request(rq, false, &c, err) < 0)
		return err_result(err);
	o = shape_contest(&c);
	shape_set(o, "state", part_state(&c, clock_wall_ms()));
	team = rq->who.team_id[0] ? contest_team_find(&c, rq->who.team_id) : NULL;
	shape_set(o, "member", json_boolean(team));
	shape_set(o, "own_end_time", team ? shape_time(contest_end_ms(&c, team)) : json_null());
	shape_set(o, "server_time", shape_time(clock_wall_ms()));
	return reply_json(rp, o);
}

int handle_state(struct request *rq, struct reply *rp, struct err *err)
{
	struct contest c;

	if (access_request(rq, false, &c, err) < 0)
		return err_result(err);
	return reply_json(rp, part_state(&c, clock_wall_ms()));
}

int handle_judgement_types(struct request *rq, struct reply *rp, struct err *err)
{
	struct contest c;
	json_t *list = NULL;

	if (access_request(rq, false, &c, err) < 0)
		return err_result(err);
	list = json_array();
	for (enum verdict v = VERDICT_AC; v < VERDICT_COUNT; v++) {
		if ((v == VERDICT_JE && !is_jury(rq)) || (v == VERDICT_MLE && c.icpc_verdicts))
			continue;
		json_array_append_new(list, shape_judgement_type(v, c.compile_penalty));
	}
	return reply_json(rp, list);
}

static json_t *command(const char *text)
{
	return *text ? json_pack("{s:s}", "command", text) : json_null();
}

static json_t *language_json(const PGresult *res, int row)
{
	json_t *o = json_object();
	json_t *extensions = json_array();
	const char *list = pg_text(res, row, "extensions");
	json_t *compiler = command(pg_text(res, row, "compile_command"));

	while (*list) {
		size_t len = strcspn(list, ",");

		json_array_append_new(extensions, json_stringn(list, len));
		list += len;
		list += *list == ',';
	}
	if (json_is_object(compiler))
		shape_set(compiler, "version", shape_text(pg_text(res, row, "version")));
	shape_set(o, "id", shape_text(pg_text(res, row, "id")));
	shape_set(o, "name", shape_text(pg_text(res, row, "name")));
	shape_set(
	        o, "entry_point_required", json_boolean(pg_bool(res, row, "entry_point_required")));
	shape_set(o, "entry_point_name", json_null());
	shape_set(o, "extensions", extensions);
	shape_set(o, "compiler", compiler);
	shape_set(o, "runner", command(pg_text(res, row, "run_command")));
	shape_set(o, "version", shape_text(pg_text(res, row, "version")));
	return o;
}

int handle_languages(struct request *rq, struct reply *rp, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	struct contest c;
	json_t *list = NULL;

	if (access_request(rq, false, &c, err) < 0 ||
	        pg_run(rq->worker->pg, Q_API_LANGUAGES, &res, err) < 0)
		return err_result(err);
	list = json_array();
	for (int i = 0; i < PQntuples(res); i++)
		json_array_append_new(list, language_json(res, i));
	return reply_json(rp, list);
}

int handle_groups(struct request *rq, struct reply *rp, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	struct contest c;
	json_t *list = NULL;

	if (access_request(rq, false, &c, err) < 0 ||
	        pg_run(rq->worker->pg, Q_API_GROUPS, &res, err, pg_arg_bool(is_jury(rq))) < 0)
		return err_result(err);
	list = json_array();
	for (int i = 0; i < PQntuples(res); i++)
		json_array_append_new(list,
		        json_pack("{s:s, s:s, s:b}", "id", pg_text(res, i, "id"), "name",
		                pg_text(res, i, "name"), "hidden", pg_bool(res, i, "hidden")));
	return reply_json(rp, list);
}

int handle_organizations(struct request *rq, struct reply *rp, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	struct contest c;
	json_t *list = NULL;

	if (access_request(rq, false, &c, err) < 0 ||
	        pg_run(rq->worker->pg, Q_API_ORGANIZATIONS, &res, err, c.id,
	                pg_arg_bool(is_jury(rq))) < 0)
		return err_result(err);
	list = json_array();
	for (int i = 0; i < PQntuples(res); i++)
		json_array_append_new(
		        list, json_pack("{s:s, s:s, s:s?, s:s?}", "id", pg_text(res, i, "id"),
		                      "name", pg_text(res, i, "name"), "formal_name",
		                      pg_text(res, i, "formal_name"), "country",
		                      pg_text(res, i, "country")));
	return reply_json(rp, list);
}

static bool shows_team(const struct request *rq, const struct contest_team *t)
{
	return is_jury(rq) || freeze_public_team(t) || strcmp(t->id, rq->who.team_id) == 0;
}

int handle_teams(struct request *rq, struct reply *rp, struct err *err)
{
	struct contest c;
	json_t *list = NULL;

	if (access_request(rq, true, &c, err) < 0)
		return err_result(err);
	list = json_array();
	for (size_t i = 0; i < c.nteams; i++)
		if (shows_team(rq, &c.teams[i]))
			json_array_append_new(list, shape_team(&c.teams[i]));
	return reply_json(rp, list);
}

int handle_team(struct request *rq, struct reply *rp, struct err *err)
{
	struct contest c;
	const struct contest_team *t = NULL;

	if (access_request(rq, true, &c, err) < 0)
		return err_result(err);
	t = contest_team_find(&c, rq->params[1]);
	if (!t || !shows_team(rq, t))
		return err_set(err, ERR_NOT_FOUND, "no such team: \"%s\"", rq->params[1]);
	return reply_json(rp, shape_team(t));
}

/* ---- the buttons ---- */

static int find_action(const char *name, enum contest_action *out, struct err *err)
{
	static const char *const names[] = {
	        [ACTION_START] = "start",
	        [ACTION_FREEZE] = "freeze",
	        [ACTION_THAW] = "thaw",
	        [ACTION_END] = "end",
	        [ACTION_FINALIZE] = "finalize",
	        [ACTION_END_UPDATES] = "end-updates",
	        [ACTION_UNFINALIZE] = "unfinalize",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(name, names[i]) == 0) {
			*out = (enum contest_action)i;
			return 0;
		}
	}
	return err_set(err, ERR_INPUT, "no such action: \"%s\"", name);
}

static int press(struct request *rq, const char *name, const json_t *body, struct err *err)
{
	const char *reason = NULL;
	enum contest_action action = ACTION_START;

	if (json_opt_string(body, "reason", REASON_MAX, NULL, &reason, err) < 0 ||
	        find_action(name, &action, err) < 0)
		return err_result(err);
	return record_action(
	        rq->worker->pg, rq->params[0], action, rq->who.account_id, reason, err);
}

int handle_action(struct request *rq, struct reply *rp, struct err *err)
{
	json_auto_t *body = NULL;
	const char *name = NULL;
	int result = 0;
	struct contest c;
	struct err later = {0};
	json_t *o = NULL;

	if (request_json(rq, &body, err) < 0 ||
	        json_get_string(body, "action", ACTION_MAX, &name, err) < 0)
		return err_result(err);
	result = life_action(rq, name, body, err);
	if (result < 0 || (result == 0 && press(rq, name, body, err) < 0))
		return err_result(err);
	log_info("contest.action", "contest=%s action=%s account=%s", rq->params[0], name,
	        rq->who.account_id);
	if (catchup_run(rq->worker->pg, rq->worker->kv, rq->params[0], &later) < 0)
		log_warn("catchup.failed", "contest=%s error=\"%s\"", rq->params[0], later.msg);
	if (access_request(rq, false, &c, err) < 0)
		return err_result(err);
	o = shape_contest(&c);
	shape_set(o, "state", part_state(&c, clock_wall_ms()));
	return reply_json(rp, o);
}
