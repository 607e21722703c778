/* handle_life.c -- what admins and judges do in a contest's life beyond its buttons: extensions,
 * removed intervals, marks and penalties of teams, hold-for-verification, schedule, medals (all of
 * them actions of a contest); one submission ignored, confirmed or overridden; judging paused and
 * resumed; what stands in the way of finalize.
 *
 * Every one needs a reason, which stands in the log of events and in the audit log; a confirmation
 * may go without. An override needs the password of the one who asks once more. */
#include "api/handle_life.h"

#include "api/access.h"
#include "api/app.h"
#include "api/password.h"
#include "api/route.h"
#include "api/shape.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "model/submission.h"
#include "scoreboard/catchup.h"
#include "scoreboard/record_life.h"

enum { REASON_MAX = 500, WORD_MAX = 40, ID_MAX = 36, MINUTES_MAX = 100000, MEDALS_MAX = 1000 };
static const int64_t POINTS_MAX = 100000000;

/* ---------------------------------------------------------------- actions of a contest */

struct action {
	struct request *rq;
	const json_t *body;
	struct why why;
	int which; /* of a table's row that serves several names */
};

static struct pg *pg_of(const struct action *x)
{
	return x->rq->worker->pg;
}

static int get_team(const struct action *x, const char **team, struct err *err)
{
	return json_get_string(x->body, "team_id", ID_MAX, team, err);
}

static int extend(const struct action *x, struct err *err)
{
	struct extension e = {0};
	const char *by = NULL;

	if (json_get_string(x->body, "by", WORD_MAX, &by, err) < 0 ||
	        json_opt_string(x->body, "team_id", ID_MAX, NULL, &e.team_id, err) < 0)
		return err_result(err);
	if (clock_parse_reltime(by, &e.by_ms) < 0 || e.by_ms == 0)
		return err_set(err, ERR_INPUT, "\"by\" must be like 0:10:00 or -0:05:00");
	return record_extend(pg_of(x), x->rq->params[0], &e, &x->why, err);
}

/* An absolute time; missing or null: 0 when it may be. */
static int get_time(
        const json_t *body, const char *name, bool optional, int64_t *ms, struct err *err)
{
	const char *text = NULL;

	*ms = 0;
	if (json_opt_string(body, name, WORD_MAX, NULL, &text, err) < 0)
		return err_result(err);
	if (!text && optional)
		return 0;
	if (!text || clock_parse_time(text, ms) < 0)
		return err_set(err, ERR_INPUT,
		        "\"%s\" must be a time like 2026-01-31T10:00:00.000Z", name);
	return 0;
}

static int remove_interval(const struct action *x, struct err *err)
{
	struct interval i = {0};

	if (get_time(x->body, "from", false, &i.from_ms, err) < 0 ||
	        get_time(x->body, "to", false, &i.to_ms, err) < 0)
		return err_result(err);
	return record_interval_remove(pg_of(x), x->rq->params[0], &i, &x->why, err);
}

static int restore_interval(const struct action *x, struct err *err)
{
	int64_t id = 0;

	if (json_get_int(x->body, "interval", 1, INT32_MAX, &id, err) < 0)
		return err_result(err);
	return record_interval_restore(pg_of(x), x->rq->params[0], (int)id, &x->why, err);
}

static int adjust(const struct action *x, struct err *err)
{
	const char *team = NULL;
	int64_t minutes = 0;

	if (get_team(x, &team, err) < 0 ||
	        json_get_int(x->body, "minutes", -MINUTES_MAX, MINUTES_MAX, &minutes, err) < 0)
		return err_result(err);
	return record_adjust(pg_of(x), x->rq->params[0], team, (int)minutes, &x->why, err);
}

static int set_mark(const struct action *x, bool on, struct err *err)
{
	struct team_mark m = {.flag = (enum team_flag)x->which, .on = on};

	if (get_team(x, &m.team_id, err) < 0)
		return err_result(err);
	return record_team_mark(pg_of(x), x->rq->params[0], &m, &x->why, err);
}

static int mark(const struct action *x, struct err *err)
{
	return set_mark(x, true, err);
}

static int unmark(const struct action *x, struct err *err)
{
	return set_mark(x, false, err);
}

static int hold(const struct action *x, struct err *err)
{
	return record_hold(pg_of(x), x->rq->params[0], x->which == 1, &x->why, err);
}

/* A span of contest time; null: -1, when it may be. */
static int get_span(
        const json_t *body, const char *name, bool optional, int64_t *ms, struct err *err)
{
	const char *text = NULL;

	*ms = -1;
	if (json_opt_string(body, name, WORD_MAX, NULL, &text, err) < 0)
		return err_result(err);
	if (!text && optional)
		return 0;
	if (!text || clock_parse_reltime(text, ms) < 0 || *ms < 0)
		return err_set(err, ERR_INPUT, "\"%s\" must be like 5:00:00", name);
	return 0;
}

static int schedule(const struct action *x, struct err *err)
{
	struct schedule s = {0};
	const struct {
		const char *name;
		unsigned bit;
		int64_t *value;
	} times[] = {{"start", SCHEDULE_START, &s.start_ms}, {"thaw", SCHEDULE_THAW, &s.thaw_ms},
	        {"finalize", SCHEDULE_FINALIZE, &s.finalize_ms},
	        {"end_updates", SCHEDULE_END_UPDATES, &s.end_updates_ms}};

	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		if (!json_object_get(x->body, times[i].name))
			continue;
		s.set |= times[i].bit;
		if (get_time(x->body, times[i].name, true, times[i].value, err) < 0)
			return err_result(err);
	}
	if (json_object_get(x->body, "duration")) {
		s.set |= SCHEDULE_DURATION;
		if (get_span(x->body, "duration", false, &s.duration_ms, err) < 0)
			return err_result(err);
	}
	if (json_object_get(x->body, "freeze")) {
		s.set |= SCHEDULE_FREEZE;
		if (get_span(x->body, "freeze", true, &s.freeze_ms, err) < 0)
			return err_result(err);
	}
	return record_schedule(pg_of(x), x->rq->params[0], &s, &x->why, err);
}

static int medals(const struct action *x, struct err *err)
{
	struct contest_medals m = {0};
	const struct {
		const char *name;
		int *value;
	} members[] = {{"gold", &m.gold}, {"silver", &m.silver}, {"bronze", &m.bronze},
	        {"extra", &m.extra}};

	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		int64_t n = 0;

		if (json_opt_int(x->body, members[i].name, 0, MEDALS_MAX, 0, &n, err) < 0)
			return err_result(err);
		*members[i].value = (int)n;
	}
	if (json_opt_bool(x->body, "honors", false, &m.honors, err) < 0)
		return err_result(err);
	return record_medals(pg_of(x), x->rq->params[0], &m, &x->why, err);
}

static int set(const struct action *x, struct err *err)
{
	const json_t *settings = json_object_get(x->body, "settings");

	if (!json_is_object(settings))
		return err_set(err, ERR_INPUT, "\"settings\" must be an object");
	return record_settings(pg_of(x), x->rq->params[0], settings, &x->why, err);
}

static const struct {
	const char *name;
	int (*run)(const struct action *x, struct err *err);
	int which;
} actions[] = {
        {"extend", extend, 0},
        {"remove-interval", remove_interval, 0},
        {"restore-interval", restore_interval, 0},
        {"adjust", adjust, 0},
        {"hide", mark, TEAM_HIDDEN},
        {"show", unmark, TEAM_HIDDEN},
        {"unofficial", mark, TEAM_UNOFFICIAL},
        {"official", unmark, TEAM_UNOFFICIAL},
        {"disqualify", mark, TEAM_DISQUALIFIED},
        {"requalify", unmark, TEAM_DISQUALIFIED},
        {"hold", hold, 1},
        {"release", hold, 0},
        {"schedule", schedule, 0},
        {"settings", set, 0},
        {"medals", medals, 0},
};

static int get_reason(const json_t *body, const char **reason, struct err *err)
{
	if (json_get_string(body, "reason", REASON_MAX, reason, err) < 0)
		return err_result(err);
	return **reason ? 0 : err_set(err, ERR_INPUT, "\"reason\" must not be empty");
}

int life_action(struct request *rq, const char *name, const json_t *body, struct err *err)
{
	struct action x = {.rq = rq, .body = body, .why.actor = rq->who.account_id};

	for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
		if (strcmp(name, actions[i].name) != 0)
			continue;
		x.which = actions[i].which;
		if (get_reason(body, &x.why.reason, err) < 0 || actions[i].run(&x, err) < 0)
			return err_result(err);
		return 1;
	}
	return 0;
}

/* ---------------------------------------------------------------- one submission */

/* What the three have in common: found, done, the board brought up, the submission's id replied. */
struct deed {
	struct submission_word word;
	const char *contest_id;
	json_t *body;
};

static int begin(struct request *rq, struct deed *d, struct err *err)
{
	auto_pgresult PGresult *res = NULL;

	d->word.submission_id = rq->params[0];
	d->word.why.actor = rq->who.account_id;
	if (pg_run(rq->worker->pg, Q_API_SUBMISSION, &res, err, rq->params[0]) < 0)
		return err_result(err);
	if (PQntuples(res) == 0)
		return err_set(err, ERR_NOT_FOUND, "no such submission: \"%s\"", rq->params[0]);
	d->contest_id = arena_strdup(&rq->arena, pg_text(res, 0, "contest_id"));
	if (rq->body.len == 0) {
		d->body = json_object();
		return 0;
	}
	return request_json(rq, &d->body, err);
}

static int finish(struct request *rq, const struct deed *d, const char *what, struct reply *rp)
{
	struct err later = {0};

	log_info("submission.decided", "id=%s what=%s account=%s", rq->params[0], what,
	        rq->who.account_id);
	if (catchup_run(rq->worker->pg, rq->worker->kv, d->contest_id, &later) < 0)
		log_warn("catchup.failed", "submission=%s error=\"%s\"", rq->params[0], later.msg);
	return reply_json(rp, json_pack("{s:s, s:s}", "id", rq->params[0], "done", what));
}

int handle_ignore(struct request *rq, struct reply *rp, struct err *err)
{
	struct deed d = {0};
	json_auto_t *body = NULL;
	bool on = true;
	int result = begin(rq, &d, err);

	body = d.body;
	if (result < 0 || get_reason(body, &d.word.why.reason, err) < 0 ||
	        json_opt_bool(body, "ignored", true, &on, err) < 0 ||
	        record_ignore(rq->worker->pg, &rq->arena, &d.word, on, err) < 0)
		return err_result(err);
	return finish(rq, &d, on ? "ignored" : "counted", rp);
}

int handle_confirm(struct request *rq, struct reply *rp, struct err *err)
{
	struct deed d = {0};
	json_auto_t *body = NULL;
	int result = begin(rq, &d, err);

	body = d.body;
	if (result < 0 ||
	        json_opt_string(body, "reason", REASON_MAX, NULL, &d.word.why.reason, err) < 0 ||
	        record_confirm(rq->worker->pg, &rq->arena, &d.word, err) < 0)
		return err_result(err);
	return finish(rq, &d, "confirmed", rp);
}

/* A stolen session must not be able to change a verdict. */
static int reauthenticate(struct request *rq, const char *password, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	struct presented from = {.address = rq->address};
	struct login login = {.from = &from, .password = password};
	struct identity who;
	int result;

	if (pg_run(rq->worker->pg, Q_AUTH_ACCOUNT, &res, err, rq->who.account_id) < 0)
		return err_result(err);
	if (PQntuples(res) != 1)
		return err_set(err, ERR_DENIED, "the account is gone");
	login.username = pg_text(res, 0, "username");
	result = auth_login(rq->app->auth, rq->worker, &login, &who, err);
	rq->retry_after_s = from.retry_after_s;
	return result;
}

int handle_override(struct request *rq, struct reply *rp, struct err *err)
{
	struct deed d = {0};
	struct override o = {0};
	json_auto_t *body = NULL;
	const char *verdict = NULL, *password = NULL;
	int result = begin(rq, &d, err);

	body = d.body;
	if (result < 0 || get_reason(body, &d.word.why.reason, err) < 0 ||
	        json_get_string(body, "verdict", WORD_MAX, &verdict, err) < 0 ||
	        json_get_string(body, "password", PASSWORD_MAX, &password, err) < 0 ||
	        json_opt_int(body, "points_milli", 0, POINTS_MAX, 0, &o.points_milli, err) < 0)
		return err_result(err);
	if (verdict_parse(verdict, &o.verdict) < 0)
		return err_set(err, ERR_INPUT, "no such verdict: \"%s\"", verdict);
	if (reauthenticate(rq, password, err) < 0 ||
	        record_override(rq->worker->pg, &rq->arena, &d.word, &o, err) < 0)
		return err_result(err);
	return finish(rq, &d, "overridden", rp);
}

/* ---------------------------------------------------------------- pause */

int handle_judging(struct request *rq, struct reply *rp, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	json_t *list = NULL;

	if (pg_run(rq->worker->pg, Q_JUDGING_PAUSED, &res, err, pg_arg_bool(true)) < 0)
		return err_result(err);
	list = json_array();
	for (int i = 0; i < PQntuples(res); i++)
		json_array_append_new(
		        list, json_pack("{s:s, s:s?, s:s, s:b, s:I, s:I}", "kind",
		                      pg_text(res, i, "kind"), "contest_id",
		                      pg_text(res, i, "contest"), "id", pg_text(res, i, "subject"),
		                      "paused", pg_bool(res, i, "paused"), "judging_errors",
		                      (json_int_t)pg_int(res, i, "faults"), "waiting",
		                      (json_int_t)pg_int(res, i, "waiting")));
	return reply_json(rp, list);
}

int handle_judging_pause(struct request *rq, struct reply *rp, struct err *err)
{
	json_auto_t *body = NULL;
	struct pause p = {.why.actor = rq->who.account_id};
	const char *action = NULL;
	struct err later = {0};

	if (request_json(rq, &body, err) < 0 ||
	        json_get_string(body, "action", WORD_MAX, &action, err) < 0 ||
	        json_opt_string(body, "contest_id", ID_MAX, NULL, &p.contest_id, err) < 0 ||
	        json_opt_string(body, "problem_id", ID_MAX, NULL, &p.problem_id, err) < 0 ||
	        json_opt_string(body, "language_id", ID_MAX, NULL, &p.language_id, err) < 0 ||
	        json_opt_string(body, "host", REASON_MAX, NULL, &p.host, err) < 0 ||
	        get_reason(body, &p.why.reason, err) < 0)
		return err_result(err);
	p.on = strcmp(action, "pause") == 0;
	if (!p.on && strcmp(action, "resume") != 0)
		return err_set(err, ERR_INPUT, "\"action\" must be pause or resume");
	if (record_pause(rq->worker->pg, &p, err) < 0)
		return err_result(err);
	log_info("judging.pause", "action=%s account=%s", action, rq->who.account_id);
	if (!p.on && submission_ring(rq->worker->kv, PAUSE_RINGS, &later) < 0)
		log_warn("ring.failed", "error=\"%s\"", later.msg);
	return handle_judging(rq, rp, err);
}

/* ---------------------------------------------------------------- finalize's blockers */

int handle_blockers(struct request *rq, struct reply *rp, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	struct contest c;
	json_t *list = NULL;

	if (access_request(rq, false, &c, err) < 0 ||
	        pg_run(rq->worker->pg, Q_RECORD_BLOCKERS, &res, err, c.id) < 0)
		return err_result(err);
	list = json_array();
	for (int i = 0; i < PQntuples(res); i++)
		json_array_append_new(
		        list, json_pack("{s:s, s:I, s:o}", "why", pg_text(res, i, "why"), "count",
		                      (json_int_t)pg_int(res, i, "n"), "ids",
		                      shape_words(pg_text(res, i, "ids"))));
	return reply_json(rp, list);
}
