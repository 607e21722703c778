/* test_golden.c -- each folder beside this file is one sentence of the rules: events.json says what
 * was submitted and judged, board.json what the jury and the public see then.
 *
 * The way is the whole pure one: facts -> rules and freeze -> PART -> board. board.json is written
 * by hand; of a row or cell only the members that stand there are compared. The cases' clock starts
 * at 0, so a contest time is a wall time (but for removed intervals). "awards" and "final_ranks" of
 * board.json are of the jury's board. A verdict null is a submission not judged yet. */
#include "tests/unit/test.h"

#include "base/clock.h"
#include "base/json.h"
#include "scoreboard/awards.h"
#include "scoreboard/board.h"
#include "scoreboard/freeze.h"
#include "scoreboard/part.h"

#include <dirent.h>

static const char folder[] = "tests/golden";
enum { TEAMS_MAX = 100, CASES_MAX = 200, FILE_MAX = 64 * 1024, DEPTH = 8 };

static json_t *read_json(const char *name, const char *file)
{
	auto_free char *path = xasprintf("%s/%s/%s", folder, name, file);
	auto_buf struct buf b = {0};
	struct err err = {0};
	json_t *v;

	if (buf_read_file(&b, path, FILE_MAX, &err) < 0)
		fail_msg("%s: %s", path, err.msg);
	v = json_parse(b.data, b.len, DEPTH, &err);
	if (!v)
		fail_msg("%s: %s", path, err.msg);
	return v;
}

static const char *text_of(const json_t *o, const char *name)
{
	return json_string_value(json_object_get(o, name));
}

static int64_t int_of(const json_t *o, const char *name, int64_t fallback)
{
	const json_t *v = json_object_get(o, name);

	return v ? json_integer_value(v) : fallback;
}

static int64_t time_of(const json_t *o, const char *name, int64_t fallback)
{
	const char *text = text_of(o, name);
	int64_t ms = fallback;

	if (text)
		assert_int_equal(clock_parse_reltime(text, &ms), 0);
	return ms;
}

/* ---- events.json -> contest and facts */

static enum rules_kind rules_from(const char *word)
{
	if (strcmp(word, "ioi") == 0)
		return RULES_IOI;
	return strcmp(word, "points") == 0 ? RULES_POINTS : RULES_ICPC;
}

static void load_freezes(struct contest *c, struct arena *a, const json_t *list)
{
	c->nfreezes = json_array_size(list);
	c->freezes = arena_alloc(a, c->nfreezes * sizeof(*c->freezes) + 1);
	for (size_t i = 0; i < c->nfreezes; i++) {
		const json_t *o = json_array_get(list, i);

		c->freezes[i] = (struct freeze_interval){.from_ms = time_of(o, "from", 0),
		        .to_ms = time_of(o, "to", INT64_MAX),
		        .thawed_ms = time_of(o, "thawed", 0)};
	}
}

static void load_removed(struct contest *c, struct arena *a, const json_t *list)
{
	c->nremoved = json_array_size(list);
	c->removed = arena_alloc(a, c->nremoved * sizeof(*c->removed) + 1);
	for (size_t i = 0; i < c->nremoved; i++) {
		const json_t *o = json_array_get(list, i);

		c->removed[i] = (struct removed_interval){.id = (int)i + 1,
		        .from_ms = time_of(o, "from", 0),
		        .to_ms = time_of(o, "to", 0)};
	}
}

static struct contest_medals medals_of(const json_t *o)
{
	return (struct contest_medals){.gold = (int)int_of(o, "gold", 0),
	        .silver = (int)int_of(o, "silver", 0),
	        .bronze = (int)int_of(o, "bronze", 0),
	        .extra = (int)int_of(o, "extra", 0),
	        .honors = json_is_true(json_object_get(o, "honors"))};
}

static void load_problems(struct contest *c, struct arena *a, const json_t *list)
{
	c->nproblems = json_array_size(list);
	c->problems = arena_alloc(a, c->nproblems * sizeof(*c->problems) + 1);
	for (size_t i = 0; i < c->nproblems; i++) {
		const json_t *o = json_array_get(list, i);
		const char *id = json_is_string(o) ? json_string_value(o) : text_of(o, "id");

		c->problems[i] = (struct contest_problem){.id = id,
		        .label = id,
		        .name = id,
		        .rgb = "#808080",
		        .color = "grey",
		        .ordinal = (int)i + 1,
		        .points_milli = int_of(o, "points", 100000)};
	}
}

static void load_teams(struct contest *c, struct arena *a, const json_t *list)
{
	c->nteams = json_array_size(list);
	c->teams = arena_alloc(a, c->nteams * sizeof(*c->teams) + 1);
	for (size_t i = 0; i < c->nteams; i++) {
		const json_t *o = json_array_get(list, i);

		c->teams[i] = (struct contest_team){.id = text_of(o, "id"),
		        .name = text_of(o, "name"),
		        .group_ids = text_of(o, "groups") ? text_of(o, "groups") : "",
		        .sort_group = (int)int_of(o, "sort_group", 0),
		        .hidden = json_is_true(json_object_get(o, "hidden")),
		        .unofficial = json_is_true(json_object_get(o, "unofficial")),
		        .disqualified = json_is_true(json_object_get(o, "disqualified")),
		        .penalty_adjustment = (int)int_of(o, "adjustment", 0)};
	}
}

static void load_contest(struct contest *c, struct arena *a, const json_t *events)
{
	const json_t *o = json_object_get(events, "contest");

	*c = (struct contest){.id = "golden",
	        .name = "Golden",
	        .show_runs = "none",
	        .after_end = "refuse",
	        .rules = rules_from(text_of(o, "rules")),
	        .duration_ms = INT64_C(5) * 60 * 60 * 1000,
	        .freeze_ms = -1,
	        .clock_rate = 1,
	        .penalty_minutes = (int)int_of(o, "penalty_minutes", 20),
	        .compile_penalty = json_is_true(json_object_get(o, "compile_penalty")),
	        .best_subtasks = json_is_true(json_object_get(o, "best_subtasks")),
	        .medals = medals_of(json_object_get(o, "medals"))};
	load_removed(c, a, json_object_get(o, "removed"));
	load_freezes(c, a, json_object_get(o, "freezes"));
	load_problems(c, a, json_object_get(events, "problems"));
	load_teams(c, a, json_object_get(events, "teams"));
}

static void load_facts(
        const struct contest *c, struct arena *a, const json_t *list, struct facts *out)
{
	size_t n = json_array_size(list);

	out->teams = arena_alloc(a, c->nteams * sizeof(*out->teams) + 1);
	for (size_t i = 0; i < c->nteams; i++)
		out->teams[i].subs = arena_alloc(a, n * sizeof(struct sub) + 1);
	for (size_t i = 0; i < n; i++) {
		const json_t *o = json_array_get(list, i);
		const struct contest_team *t = contest_team_find(c, text_of(o, "team"));
		struct sub s = {.id = arena_printf(a, "%zu", i + 1),
		        .team = t,
		        .problem = contest_problem_find(c, text_of(o, "problem")),
		        .submitted_ms = time_of(o, "time", 0),
		        .counts = !json_is_true(json_object_get(o, "ignored")) &&
		                  !json_is_true(json_object_get(o, "practice"))};
		struct team_facts *f;

		assert_non_null(t);
		assert_non_null(s.problem);
		s.fact = (struct fact){.ordinal = (int64_t)i + 1,
		        .contest_time_ms = contest_time_at(c, s.submitted_ms),
		        .points_milli = int_of(o, "points", 0),
		        .subtasks = text_of(o, "subtasks")};
		assert_int_equal(verdict_parse(text_of(o, "verdict"), &s.fact.verdict), 0);
		f = facts_of_team(out, c, t);
		f->subs[f->n++] = s;
	}
}

/* ---- facts -> board, as the log would carry it */

static void fold(struct board *b, const struct contest *c, const struct facts *facts,
        enum view_of v, struct arena *a)
{
	json_auto_t *part = json_object();
	json_t *rows = json_array(), *list = json_array();
	struct err err = {0};
	struct first *firsts;
	size_t n;

	json_object_set_new(part, "contest", part_contest(c));
	json_object_set_new(part, "problems", part_problems(c));
	json_object_set_new(part, "teams", part_teams(c, v));
	json_object_set_new(part, "rows", rows);
	json_object_set_new(part, "first", list);
	for (size_t i = 0; i < c->nteams; i++) {
		struct view view;

		if (v == VIEW_PUBLIC && !freeze_public_team(&c->teams[i]))
			continue;
		facts_view(c, &c->teams[i], &facts->teams[i], v, a, &view);
		json_array_append_new(rows, part_row(c, &c->teams[i], &view, NULL));
	}
	firsts = facts_firsts(c, facts, v, a, &n);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, part_first(&firsts[i]));
	if (board_apply(b, 1, part, &err) < 0)
		fail_msg("%s", err.msg);
}

/* ---- board.json */

struct member {
	const char *name;
	int64_t value;
};

static void assert_member(
        const struct member *m, size_t n, const char *name, const json_t *expected)
{
	for (size_t i = 0; i < n; i++) {
		int64_t want = json_is_boolean(expected) ? json_is_true(expected)
		                                         : json_integer_value(expected);

		if (strcmp(m[i].name, name) != 0)
			continue;
		if (m[i].value != want)
			fail_msg("\"%s\" is %lld, not %lld", name, (long long)m[i].value,
			        (long long)want);
		return;
	}
	fail_msg("board.json: unknown member \"%s\"", name);
}

static void assert_cell(const struct board_cell *c, json_t *expected)
{
	const struct member members[] = {{"judged", c->cell.judged}, {"pending", c->cell.pending},
	        {"solved", c->cell.solved}, {"time", c->cell.time_ms},
	        {"points", c->cell.points_milli}, {"penalty", c->cell.penalty_minutes},
	        {"first", c->first}};
	const char *name;
	json_t *v;

	json_object_foreach (expected, name, v) {
		assert_member(members, ARRAY_LEN(members), name, v);
	}
}

static void assert_row(const struct contest *c, const struct board_row *r, json_t *expected)
{
	const struct member members[] = {{"rank", r->rank}, {"solved", r->total.solved},
	        {"penalty", r->total.penalty_minutes}, {"points", r->total.points_milli},
	        {"wrong", r->total.wrong}};
	const char *name;
	json_t *v;

	assert_string_equal(r->team_id, text_of(expected, "team"));
	json_object_foreach (expected, name, v) {
		const struct contest_problem *p = contest_problem_find(c, name);

		if (p)
			assert_cell(&r->cells[p - c->problems], v);
		else if (strcmp(name, "team") != 0)
			assert_member(members, ARRAY_LEN(members), name, v);
	}
}

static void assert_board(const struct contest *c, struct board *b, const json_t *expected)
{
	size_t n;
	const struct board_row *const *rows = board_rows(b, &n);

	assert_int_equal(n, json_array_size(expected));
	for (size_t i = 0; i < n; i++)
		assert_row(c, rows[i], json_array_get(expected, i));
}

/* Each award with exactly these teams, in the order of the standings. */
static void assert_awards(const struct contest *c, struct board *b, json_t *expected)
{
	json_auto_t *list = awards_list(b, &c->medals, false);
	json_auto_t *got = json_object();
	auto_free char *left = NULL, *right = NULL;

	if (!expected)
		return;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *o = json_array_get(list, i);

		json_object_set(got, text_of(o, "id"), json_object_get(o, "team_ids"));
	}
	left = json_text(got);
	right = json_text(expected);
	assert_string_equal(left, right);
}

static void assert_final_ranks(const struct contest *c, struct board *b, const json_t *expected)
{
	int ranks[TEAMS_MAX] = {0};

	awards_ranks(b, &c->medals, ranks);
	for (size_t i = 0; i < json_array_size(expected); i++)
		assert_int_equal(ranks[i], json_integer_value(json_array_get(expected, i)));
}

static void golden(void **state)
{
	const char *name = *state;
	auto_arena struct arena a = {0};
	json_auto_t *events = read_json(name, "events.json");
	json_auto_t *expected = read_json(name, "board.json");
	static const char *const viewers[] = {"jury", "public"};
	struct contest c;
	struct facts facts;

	load_contest(&c, &a, events);
	load_facts(&c, &a, json_object_get(events, "submissions"), &facts);
	for (enum view_of v = VIEW_JURY; v < VIEW_COUNT; v++) {
		struct board *b = board_new();

		print_message("# %s\n", viewers[v]);
		fold(b, &c, &facts, v, &a);
		assert_board(&c, b, json_object_get(expected, viewers[v]));
		if (v == VIEW_JURY) {
			assert_awards(&c, b, json_object_get(expected, "awards"));
			assert_final_ranks(&c, b, json_object_get(expected, "final_ranks"));
		}
		board_free(b);
	}
}

static int by_name(const void *a, const void *b)
{
	const struct CMUnitTest *x = a, *y = b;

	return strcmp(x->name, y->name);
}

int main(void)
{
	static struct CMUnitTest tests[CASES_MAX];
	size_t n = 0;
	DIR *dir = opendir(folder);
	int failed;

	if (!dir) {
		fprintf(stderr, "run me from the top folder: no %s\n", folder);
		return 1;
	}
	for (const struct dirent *e = readdir(dir); e && n < CASES_MAX; e = readdir(dir)) {
		char *name;

		if (strchr(e->d_name, '.')) /* no case */
			continue;
		name = xstrdup(e->d_name);
		tests[n++] = (struct CMUnitTest){name, golden, NULL, NULL, name};
	}
	closedir(dir);
	qsort(tests, n, sizeof(tests[0]), by_name);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = _cmocka_run_group_tests("golden", tests, n, NULL, NULL);
	for (size_t i = 0; i < n; i++)
		free(tests[i].initial_state);
	return failed;
}
