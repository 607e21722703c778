/* submission_shape.c -- see the header. What the freeze hides is freeze.c's decision alone. */
#include "api/submission_shape.h"

enum { MS = 1000, MILLI = 1000 };

static bool is_jury(const struct eyes *e)
{
	return e->viewer == VIEWER_JURY;
}

bool eyes_see_verdict(const struct eyes *e, const PGresult *res, int row)
{
	const char *verdict = pg_text(res, row, "verdict");
	bool own = e->team_id[0] && strcmp(pg_text(res, row, "team_id"), e->team_id) == 0;

	if (!verdict || (strcmp(verdict, "JE") == 0 && !is_jury(e)))
		return false;
	if (pg_bool(res, row, "held") && !is_jury(e)) /* until a judge has confirmed it */
		return false;
	return freeze_shows_verdict(e->contest, e->viewer, own, pg_int(res, row, "submitted_ms"));
}

json_t *shape_submission(const struct eyes *e, const PGresult *res, int row)
{
	json_t *o = json_object();
	const char *id = pg_text(res, row, "id");
	const char *contest = pg_text(res, row, "contest_id");
	const char *state = pg_text(res, row, "state");
	bool known = eyes_see_verdict(e, res, row);

	if (strcmp(state, "final") == 0 && !known)
		state = "judging";
	shape_set(o, "id", shape_text(id));
	shape_set(o, "contest_id", shape_text(contest));
	shape_set(o, "language_id", shape_text(pg_text(res, row, "language_id")));
	shape_set(o, "problem_id", shape_text(pg_text(res, row, "problem_id")));
	shape_set(o, "team_id", shape_text(pg_text(res, row, "team_id")));
	shape_set(o, "time", shape_time(pg_int(res, row, "submitted_ms")));
	shape_set(o, "contest_time", shape_reltime(pg_int(res, row, "contest_time_ms")));
	shape_set(o, "entry_point", shape_text(pg_text(res, row, "entry_point")));
	shape_set(o, "files", shape_files(contest, id));
	shape_set(o, "state", shape_text(state));
	shape_set(o, "verdict", shape_text(known ? pg_text(res, row, "verdict") : NULL));
	shape_set(o, "practice", json_boolean(pg_bool(res, row, "practice")));
	shape_set(o, "ignored", json_boolean(pg_bool(res, row, "ignored")));
	shape_set(o, "source_size", json_integer(pg_int(res, row, "source_size")));
	if (is_jury(e))
		shape_set(o, "held", json_boolean(pg_bool(res, row, "held")));
	return o;
}

static json_t *seconds(const PGresult *res, int row, const char *column)
{
	if (pg_null(res, row, column))
		return json_null();
	return json_real((double)pg_int(res, row, column) / MS);
}

static void add_times(json_t *o, const struct eyes *e, const PGresult *res, int row)
{
	int64_t started = pg_int(res, row, "started_ms");
	int64_t finished = pg_int(res, row, "finished_ms");
	bool known = eyes_see_verdict(e, res, row);

	shape_set(o, "start_time", shape_time(started));
	shape_set(o, "start_contest_time", shape_reltime(contest_time_at(e->contest, started)));
	shape_set(o, "end_time", known ? shape_time(finished) : json_null());
	shape_set(o, "end_contest_time",
	        known ? shape_reltime(contest_time_at(e->contest, finished)) : json_null());
}

/* The jury sees the results of the groups; a team its own as far as the package and the contest
 * (show_runs) allow: with `count` their points, with `verdicts` all. */
static void add_groups(json_t *o, const struct eyes *e, const PGresult *res, int row)
{
	bool own = e->team_id[0] && strcmp(pg_text(res, row, "team_id"), e->team_id) == 0;
	const char *show = e->contest->show_runs;
	bool verdicts = is_jury(e) || strcmp(show, "verdicts") == 0;
	json_t *list = NULL;

	if (pg_null(res, row, "groups"))
		return;
	if (!is_jury(e) && (!own || !pg_bool(res, row, "show_groups") || strcmp(show, "none") == 0))
		return;
	list = json_loads(pg_text(res, row, "groups"), 0, NULL);
	for (size_t i = 0; !verdicts && i < json_array_size(list); i++)
		shape_set(json_array_get(list, i), "verdict", json_null());
	shape_set(o, "groups", list ? list : json_array());
}

json_t *shape_judgement(const struct eyes *e, const PGresult *res, int row)
{
	json_t *o = json_object();
	bool known = eyes_see_verdict(e, res, row);

	shape_set(o, "id", shape_text(pg_text(res, row, "id")));
	shape_set(o, "submission_id", shape_text(pg_text(res, row, "submission_id")));
	shape_set(o, "judgement_type_id", shape_text(known ? pg_text(res, row, "verdict") : NULL));
	if (known && e->contest->rules != RULES_ICPC)
		shape_set(o, "score", json_real((double)pg_int(res, row, "points_milli") / MILLI));
	add_times(o, e, res, row);
	shape_set(o, "max_run_time", known ? seconds(res, row, "time_ms") : json_null());
	if (known) {
		shape_set(o, "memory_kib", json_integer(pg_int(res, row, "memory_kib")));
		shape_set(o, "tests_total", json_integer(pg_int(res, row, "tests_total")));
		add_groups(o, e, res, row);
	}
	if (is_jury(e)) {
		shape_set(o, "valid", json_boolean(pg_bool(res, row, "valid")));
		shape_set(o, "state", shape_text(pg_text(res, row, "state")));
		shape_set(o, "class", shape_text(pg_text(res, row, "class")));
		shape_set(o, "attempt", json_integer(pg_int(res, row, "attempt")));
		shape_set(o, "worker", shape_text(pg_text(res, row, "worker")));
		shape_set(o, "fault", shape_text(pg_text(res, row, "fault")));
		shape_set(o, "decided_by", shape_text(pg_text(res, row, "decided_by")));
		shape_set(o, "confirmed_by", shape_text(pg_text(res, row, "confirmed_by")));
	}
	return o;
}

json_t *shape_run(const struct eyes *e, const PGresult *res, int row)
{
	json_t *o = json_object();

	shape_set(o, "id", shape_text(pg_text(res, row, "id")));
	shape_set(o, "judgement_id", shape_text(pg_text(res, row, "judgement_id")));
	shape_set(o, "ordinal", json_integer(pg_int(res, row, "ordinal")));
	shape_set(o, "judgement_type_id", shape_text(pg_text(res, row, "verdict")));
	shape_set(o, "time", shape_time(pg_int(res, row, "at_ms")));
	shape_set(o, "contest_time",
	        shape_reltime(contest_time_at(e->contest, pg_int(res, row, "at_ms"))));
	shape_set(o, "run_time", seconds(res, row, "time_ms"));
	shape_set(o, "time_ms", json_integer(pg_int(res, row, "time_ms")));
	shape_set(o, "memory_kib", json_integer(pg_int(res, row, "memory_kib")));
	shape_set(o, "hint", shape_text(pg_text(res, row, "hint")));
	shape_set(o, "team_message", shape_text(pg_text(res, row, "team_message")));
	if (is_jury(e)) {
		shape_set(o, "test_name", shape_text(pg_text(res, row, "test_name")));
		shape_set(o, "message", shape_text(pg_text(res, row, "message")));
		shape_set(o, "exit_code", json_integer(pg_int(res, row, "exit_code")));
		shape_set(o, "signal", json_integer(pg_int(res, row, "signal")));
		if (pg_text(res, row, "first_time_ms"))
			shape_set(o, "first_time_ms",
			        json_integer(pg_int(res, row, "first_time_ms")));
	}
	return o;
}
