/* shape.c -- see the header. A value that cannot be made (no memory, a text that is not UTF-8) ends
 * as an assertion: all texts come from PostgreSQL, which has checked them. */
#include "api/shape.h"

#include "base/clock.h"
#include "scoreboard/part.h"

enum { MS = 1000, MILLI = 1000, KIB_PER_MIB = 1024 };

json_t *shape_text(const char *s)
{
	json_t *v = s ? json_string(s) : json_null();

	return v ? v : json_null();
}

json_t *shape_time(int64_t wall_ms)
{
	char text[CLOCK_TEXT_SIZE];

	if (wall_ms == 0 || wall_ms == INT64_MIN || wall_ms == INT64_MAX)
		return json_null();
	clock_format_time(wall_ms, text);
	return json_string(text);
}

json_t *shape_reltime(int64_t ms)
{
	char text[CLOCK_TEXT_SIZE];

	clock_format_reltime(ms, text);
	return json_string(text);
}

void shape_set(json_t *o, const char *name, json_t *value)
{
	int result = json_object_set_new(o, name, value);

	assert(result == 0);
}

json_t *shape_contest(const struct contest *c)
{
	json_t *o = json_object();

	shape_set(o, "id", shape_text(c->id));
	shape_set(o, "name", shape_text(c->name));
	shape_set(o, "formal_name", shape_text(c->formal_name ? c->formal_name : c->name));
	shape_set(o, "start_time", shape_time(c->start_ms));
	shape_set(o, "countdown_pause_time", json_null());
	shape_set(o, "duration", shape_reltime(c->duration_ms));
	shape_set(o, "scoreboard_freeze_duration",
	        c->freeze_ms >= 0 ? shape_reltime(c->freeze_ms) : json_null());
	shape_set(
	        o, "scoreboard_type", json_string(c->rules == RULES_ICPC ? "pass-fail" : "score"));
	shape_set(o, "penalty_time", json_integer(c->penalty_minutes));
	shape_set(o, "rules", json_string(rules_name(c->rules)));
	shape_set(o, "compile_penalty", json_boolean(c->compile_penalty));
	shape_set(o, "best_subtasks", json_boolean(c->best_subtasks));
	shape_set(o, "clock_rate", json_real(c->clock_rate));
	shape_set(o, "show_runs", shape_text(c->show_runs));
	shape_set(o, "after_end", shape_text(c->after_end));
	shape_set(o, "icpc_verdicts", json_boolean(c->icpc_verdicts));
	shape_set(o, "practice", json_boolean(c->practice));
	shape_set(o, "hidden", json_boolean(c->hidden));
	shape_set(o, "submissions_per_minute", json_integer(c->submissions_per_minute));
	shape_set(o, "hold", json_boolean(c->hold));
	shape_set(o, "end_time", shape_time(contest_end_ms(c, NULL)));
	shape_set(o, "removed_intervals", part_removed(c));
	return o;
}

json_t *shape_problem(const struct contest_problem *p, int64_t test_count)
{
	json_t *o = json_object();

	shape_set(o, "id", shape_text(p->id));
	shape_set(o, "label", shape_text(p->label));
	shape_set(o, "name", shape_text(p->name));
	shape_set(o, "ordinal", json_integer(p->ordinal));
	shape_set(o, "rgb", shape_text(p->rgb));
	shape_set(o, "color", shape_text(p->color));
	shape_set(o, "time_limit", json_real(p->time_limit_ms / (double)MS));
	shape_set(o, "test_data_count", json_integer(test_count));
	shape_set(o, "max_score", json_real((double)p->points_milli / MILLI));
	shape_set(o, "memory_limit", json_integer(p->memory_limit_kib / KIB_PER_MIB));
	shape_set(o, "output_limit_kib", json_integer(p->output_limit_kib));
	shape_set(o, "code_limit_kib", json_integer(p->code_limit_kib));
	shape_set(o, "sample_count", json_integer(p->sample_count));
	return o;
}

json_t *shape_words(const char *list)
{
	json_t *a = json_array();

	while (*list) {
		size_t len = strcspn(list, ",");

		json_array_append_new(a, json_stringn(list, len));
		list += len;
		list += *list == ',';
	}
	return a;
}

json_t *shape_team(const struct contest_team *t)
{
	json_t *o = json_object();

	shape_set(o, "id", shape_text(t->id));
	shape_set(o, "label", shape_text(t->id));
	shape_set(o, "name", shape_text(t->name));
	shape_set(o, "display_name", shape_text(t->display_name ? t->display_name : t->name));
	shape_set(o, "organization_id", shape_text(t->organization_id));
	shape_set(o, "group_ids", shape_words(t->group_ids));
	shape_set(o, "hidden", json_boolean(t->hidden));
	shape_set(o, "ranked", json_boolean(contest_team_has_rank(t)));
	shape_set(o, "organization", shape_text(t->organization_name));
	shape_set(o, "country", shape_text(t->country));
	shape_set(o, "sort_group", json_integer(t->sort_group));
	return o;
}

json_t *shape_judgement_type(enum verdict v, bool compile_penalty)
{
	json_t *o = json_object();

	shape_set(o, "id", json_string(verdict_id(v)));
	shape_set(o, "name", json_string(verdict_name(v)));
	shape_set(o, "penalty", json_boolean(verdict_has_penalty(v, compile_penalty)));
	shape_set(o, "solved", json_boolean(v == VERDICT_AC));
	return o;
}

json_t *shape_files(const char *contest_id, const char *submission_id)
{
	char href[160];

	snprintf(
	        href, sizeof(href), "contests/%s/submissions/%s/source", contest_id, submission_id);
	return json_pack("[{s:s, s:s}]", "href", href, "mime", "application/json");
}
