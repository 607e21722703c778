/* part.c -- contest, teams, rows ... as the JSON that events carry. One function per member; what
 * a viewer may see was decided before (freeze.h). */
#include "scoreboard/part.h"

#include "base/clock.h"
#include "scoreboard/freeze.h"

static void set(json_t *o, const char *name, json_t *value)
{
	json_object_set_new(o, name, value);
}

static json_t *text_or_null(const char *s)
{
	return s ? json_string(s) : json_null();
}

static json_t *time_text(int64_t wall_ms)
{
	char text[CLOCK_TEXT_SIZE];

	clock_format_time(wall_ms, text);
	return json_string(text);
}

/* 0: not reached. */
static json_t *instant(int64_t wall_ms)
{
	return wall_ms ? time_text(wall_ms) : json_null();
}

static json_t *not_negative(int64_t v)
{
	return v >= 0 ? json_integer(v) : json_null();
}

json_t *part_removed(const struct contest *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->nremoved; i++) {
		json_t *o = json_object();

		set(o, "id", json_integer(c->removed[i].id));
		set(o, "from", time_text(c->removed[i].from_ms));
		set(o, "to", time_text(c->removed[i].to_ms));
		json_array_append_new(list, o);
	}
	return list;
}

json_t *part_contest(const struct contest *c)
{
	json_t *o = json_object();

	set(o, "id", json_string(c->id));
	set(o, "name", json_string(c->name));
	set(o, "formal_name", text_or_null(c->formal_name));
	set(o, "rules", json_string(rules_name(c->rules)));
	set(o, "start_time", c->start_ms == INT64_MIN ? json_null() : time_text(c->start_ms));
	set(o, "duration", json_integer(c->duration_ms));
	set(o, "freeze_duration", not_negative(c->freeze_ms));
	set(o, "clock_rate", json_real(c->clock_rate));
	set(o, "penalty_time", json_integer(c->penalty_minutes));
	set(o, "show_runs", json_string(c->show_runs));
	set(o, "after_end", json_string(c->after_end));
	set(o, "icpc_verdicts", json_boolean(c->icpc_verdicts));
	if (c->nremoved > 0)
		set(o, "removed_intervals", part_removed(c));
	return o;
}

json_t *part_state(const struct contest *c, int64_t now_ms)
{
	struct contest_state s = contest_state_at(c, now_ms);
	json_t *o = json_object();

	set(o, "started", instant(s.started));
	set(o, "frozen", instant(s.frozen));
	set(o, "ended", instant(s.ended));
	set(o, "thawed", instant(s.thawed));
	set(o, "finalized", instant(s.finalized));
	set(o, "end_of_updates", instant(s.end_of_updates));
	return o;
}

json_t *part_freezes(const struct contest *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->nfreezes; i++) {
		const struct freeze_interval *f = &c->freezes[i];
		json_t *o = json_object();

		set(o, "from", time_text(f->from_ms));
		set(o, "to", f->to_ms == INT64_MAX ? json_null() : time_text(f->to_ms));
		set(o, "thawed", instant(f->thawed_ms));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *place_or_null(const struct reveal_place *p)
{
	json_t *o;

	if (!p->team_id)
		return json_null();
	o = json_object();
	set(o, "team", json_string(p->team_id));
	set(o, "problem", text_or_null(p->problem_id));
	return o;
}

/* What comes next follows from what was shown. */
json_t *part_reveal(const struct contest *c)
{
	json_t *o = json_object();

	set(o, "position", c->revealing ? json_integer(c->reveal_position) : json_null());
	set(o, "steps", json_integer(c->reveal_steps));
	set(o, "last", place_or_null(&c->reveal_last));
	set(o, "next", place_or_null(&c->reveal_next));
	return o;
}

json_t *part_problems(const struct contest *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->nproblems; i++) {
		const struct contest_problem *p = &c->problems[i];
		json_t *o = json_object();

		set(o, "id", json_string(p->id));
		set(o, "label", json_string(p->label));
		set(o, "name", json_string(p->name));
		set(o, "rgb", json_string(p->rgb));
		set(o, "color", json_string(p->color));
		set(o, "ordinal", json_integer(p->ordinal));
		set(o, "points", json_integer(p->points_milli));
		json_array_append_new(list, o);
	}
	return list;
}

/* "a,b" -> ["a","b"] */
static json_t *words(const char *list)
{
	json_t *array = json_array();

	while (*list) {
		size_t len = strcspn(list, ",");

		json_array_append_new(array, json_stringn(list, len));
		list += len + (list[len] == ',');
	}
	return array;
}

json_t *part_teams(const struct contest *c, enum view_of v)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->nteams; i++) {
		const struct contest_team *t = &c->teams[i];
		json_t *o;

		if (v == VIEW_PUBLIC && !freeze_public_team(t))
			continue;
		o = json_object();
		set(o, "id", json_string(t->id));
		set(o, "name", json_string(t->name));
		set(o, "display_name", text_or_null(t->display_name));
		set(o, "organization", text_or_null(t->organization_name));
		set(o, "organization_id", text_or_null(t->organization_id));
		set(o, "country", text_or_null(t->country));
		set(o, "groups", words(t->group_ids));
		set(o, "sort_group", json_integer(t->sort_group));
		set(o, "hidden", json_boolean(t->hidden));
		if (!contest_team_has_rank(t))
			set(o, "ranked", json_false());
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *part_cell(const struct contest_problem *p, const struct cell *cell)
{
	json_t *o = json_object();

	set(o, "problem", json_string(p->id));
	set(o, "judged", json_integer(cell->judged));
	set(o, "pending", json_integer(cell->pending));
	set(o, "solved", json_boolean(cell->solved));
	set(o, "time", not_negative(cell->time_ms));
	set(o, "points", json_integer(cell->points_milli));
	set(o, "penalty", json_integer(cell->penalty_minutes));
	return o;
}

json_t *part_row(const struct contest *c, const struct contest_team *t, const struct view *view,
        const struct contest_problem *problem)
{
	json_t *o = json_object();
	json_t *cells = json_array();

	for (size_t i = 0; i < c->nproblems; i++) {
		const struct contest_problem *p = &c->problems[i];
		bool wanted = problem ? problem == p : !facts_cell_is_empty(&view->cells[i]);

		if (wanted)
			json_array_append_new(cells, part_cell(p, &view->cells[i]));
	}
	set(o, "team", json_string(t->id));
	set(o, "solved", json_integer(view->total.solved));
	set(o, "penalty", json_integer(view->total.penalty_minutes));
	set(o, "points", json_integer(view->total.points_milli));
	set(o, "last", not_negative(view->total.last_ms));
	set(o, "wrong", json_integer(view->total.wrong));
	set(o, "cells", cells);
	return o;
}

json_t *part_first(const struct first *f)
{
	json_t *o = json_object();

	set(o, "problem", json_string(f->problem->id));
	set(o, "sort_group", json_integer(f->sort_group));
	set(o, "team", text_or_null(f->team_id));
	return o;
}
