/* test_board.c -- the fold of a log: what a part changes, what is refused, what viewers get. */
#include "tests/unit/test.h"

#include "base/json.h"
#include "scoreboard/board.h"

#define TEAMS                                                                                      \
	"\"teams\":[{\"id\":\"b\",\"name\":\"Bears\"},{\"id\":\"a\",\"name\":\"Zebras\","          \
	"\"display_name\":\"Ants\"},{\"id\":\"h\",\"name\":\"Hidden\",\"hidden\":true}]"
#define START                                                                                      \
	"{\"contest\":{\"id\":\"c\",\"name\":\"C\",\"rules\":\"icpc\"},\"state\":{\"started\":"    \
	"null},\"freezes\":[],\"problems\":[{\"id\":\"p\"},{\"id\":\"q\"}]," TEAMS "}"

static json_t *parse(const char *text)
{
	struct err err = {0};
	json_t *v = json_parse(text, strlen(text), 16, &err);

	if (!v)
		fail_msg("%s: %s", text, err.msg);
	return v;
}

static void apply(struct board *b, const char *text)
{
	struct err err = {0};
	json_auto_t *part = parse(text);

	if (board_apply(b, board_number(b) + 1, part, &err) < 0)
		fail_msg("%s", err.msg);
}

static void assert_refused(struct board *b, const char *text, const char *sentence)
{
	struct err err = {0};
	json_auto_t *part = parse(text);
	int64_t before = board_number(b);

	assert_int_equal(board_apply(b, before + 1, part, &err), -ERR_INPUT);
	if (!strstr(err.msg, sentence))
		fail_msg("%s", err.msg);
	assert_int_equal(board_number(b), before);
}

/* {"team":..,"solved":..,...,"cells":[{"problem":..}]} of a team that solved one problem. */
static char *solved_row(const char *team, const char *problem, int minutes)
{
	return xasprintf("{\"team\":\"%s\",\"solved\":1,\"penalty\":%d,\"points\":0,\"last\":%d,"
	                 "\"wrong\":0,\"cells\":[{\"problem\":\"%s\",\"judged\":1,\"pending\":0,"
	                 "\"solved\":true,\"time\":%d,\"points\":0,\"penalty\":%d}]}",
	        team, minutes, minutes * 60000, problem, minutes * 60000, minutes);
}

static void apply_rows(struct board *b, const char *rest, char *row)
{
	auto_free char *text = xasprintf("{\"rows\":[%s]%s}", row, rest);

	apply(b, text);
	free(row);
}

static int begin(void **state)
{
	struct board *b = board_new();

	apply(b, START);
	*state = b;
	return 0;
}

static int end(void **state)
{
	board_free(*state);
	return 0;
}

static void numbers_go_up_by_one(void **state)
{
	struct board *b = *state;
	json_auto_t *part = parse("{}");
	struct err err = {0};

	assert_int_equal(board_apply(b, 3, part, &err), -ERR_CONFLICT);
	assert_int_equal(board_apply(b, 1, part, &err), -ERR_CONFLICT);
	assert_int_equal(board_number(b), 1);
	assert_int_equal(board_apply(b, 2, part, &err), 0);
}

static void a_changed_cell_leaves_the_others(void **state)
{
	struct board *b = *state;
	const struct board_row *r;

	apply_rows(b, "", solved_row("a", "p", 10));
	apply_rows(b, "", solved_row("a", "q", 20));
	r = board_row_find(b, "a");
	assert_true(r->cells[0].cell.solved);
	assert_int_equal(r->cells[1].cell.penalty_minutes, 20);
	assert_int_equal(r->total.penalty_minutes, 20); /* as the row says: totals are absolute */
}

static void bulk_takes_the_place_of_all_rows(void **state)
{
	struct board *b = *state;

	apply_rows(b, ",\"first\":[{\"problem\":\"p\",\"sort_group\":0,\"team\":\"a\"}]",
	        solved_row("a", "p", 10));
	assert_true(board_row_find(b, "a")->cells[0].first);
	apply_rows(b, ",\"first\":[],\"bulk\":true", solved_row("b", "q", 20));
	assert_false(board_row_find(b, "a")->cells[0].cell.solved);
	assert_false(board_row_find(b, "a")->cells[0].first);
	assert_int_equal(board_row_find(b, "a")->total.solved, 0);
	assert_int_equal(board_row_find(b, "b")->total.solved, 1);
}

static void rows_are_ranked_with_ties_by_display_name(void **state)
{
	struct board *b = *state;
	const struct board_row *const *rows;
	size_t n;

	apply_rows(b, "", solved_row("h", "p", 1));
	apply_rows(b, "", solved_row("b", "p", 10));
	apply_rows(b, "", solved_row("a", "q", 10));
	rows = board_rows(b, &n);
	assert_int_equal(n, 3);
	assert_string_equal(rows[0]->team_id, "h");
	assert_int_equal(rows[0]->rank, 0);
	assert_string_equal(rows[1]->name, "Ants");
	assert_int_equal(rows[1]->rank, 1);
	assert_string_equal(rows[2]->name, "Bears");
	assert_int_equal(rows[2]->rank, 1);
}

static void cells_follow_their_problem_when_the_list_changes(void **state)
{
	struct board *b = *state;

	apply_rows(b, "", solved_row("a", "q", 7));
	apply(b, "{\"problems\":[{\"id\":\"q\"},{\"id\":\"new\"}]}");
	assert_int_equal(board_nproblems(b), 2);
	assert_true(board_row_find(b, "a")->cells[0].cell.solved);
	assert_false(board_row_find(b, "a")->cells[1].cell.solved);
}

static void teams_that_stay_keep_what_they_have(void **state)
{
	struct board *b = *state;

	apply_rows(b, "", solved_row("a", "q", 7));
	apply(b,
	        "{\"teams\":[{\"id\":\"a\",\"name\":\"New name\"},{\"id\":\"z\",\"name\":\"Z\"}]}");
	assert_int_equal(board_row_find(b, "a")->total.solved, 1);
	assert_string_equal(board_row_find(b, "a")->name, "New name");
	assert_null(board_row_find(b, "b"));
	assert_int_equal(board_row_find(b, "z")->total.solved, 0);
}

static void first_to_solve_moves_and_goes(void **state)
{
	struct board *b = *state;

	apply(b, "{\"first\":[{\"problem\":\"p\",\"sort_group\":0,\"team\":\"a\"}]}");
	assert_true(board_row_find(b, "a")->cells[0].first);
	apply(b, "{\"first\":[{\"problem\":\"p\",\"sort_group\":0,\"team\":\"b\"}]}");
	assert_false(board_row_find(b, "a")->cells[0].first);
	assert_true(board_row_find(b, "b")->cells[0].first);
	apply(b, "{\"first\":[{\"problem\":\"p\",\"sort_group\":0,\"team\":null}]}");
	assert_false(board_row_find(b, "b")->cells[0].first);
}

static void a_wrong_part_changes_nothing(void **state)
{
	struct board *b = *state;
	auto_free char *good = solved_row("a", "p", 10), *bad = solved_row("a", "nope", 10);
	auto_free char *mixed = xasprintf("{\"rows\":[%s,%s]}", good, bad);
	auto_buf struct buf before = {0}, after = {0};

	board_snapshot(b, &before);
	assert_refused(b, mixed, "unknown problem: \"nope\"");
	assert_refused(b, "[]", "must be an object");
	assert_refused(b, "{\"rows\":{}}", "\"rows\" must be a list");
	assert_refused(b, "{\"rows\":[{\"team\":\"x\"}]}", "unknown team: \"x\"");
	assert_refused(b, "{\"rows\":[{\"team\":\"a\",\"solved\":-1}]}", "\"solved\"");
	assert_refused(b, "{\"rows\":[1]}", "\"team\"");
	assert_refused(b, "{\"teams\":[{\"id\":\"a\"}]}", "\"name\"");
	assert_refused(b,
	        "{\"teams\":[{\"id\":\"a\",\"name\":\"A\"},{\"id\":\"a\",\"name\":\"B\"}]}",
	        "listed twice");
	assert_refused(b,
	        "{\"teams\":[{\"id\":\"x\",\"name\":\"x\"},{\"id\":\"y\",\"name\":\"y\"},"
	        "{\"id\":\"x\",\"name\":\"z\"}]}",
	        "listed twice");
	assert_refused(b, "{\"problems\":[{\"id\":\"a\"},{\"id\":\"a\"}]}", "listed twice");
	assert_refused(b, "{\"contest\":{\"rules\":\"chess\"}}", "unknown \"rules\"");
	assert_refused(b, "{\"contest\":null}", "\"contest\" has the wrong type");
	assert_refused(b, "{\"first\":[{\"problem\":\"p\",\"team\":\"x\"}]}", "unknown team");
	assert_refused(b, "{\"bulk\":1}", "\"bulk\"");
	board_snapshot(b, &after);
	assert_string_equal(before.data, after.data);
}

static void an_event_without_a_public_part_is_nothing_to_the_public(void **state UNUSED)
{
	const char *text =
	        "{\"jury\":" START ",\"number\":1,\"public\":null,\"public_number\":null}";
	struct board *jury = board_new(), *public_board = board_new();
	struct err err = {0};

	assert_int_equal(board_apply_event(jury, true, text, &err), 1);
	assert_int_equal(board_apply_event(public_board, false, text, &err), 0);
	assert_int_equal(board_number(jury), 1);
	assert_int_equal(board_number(public_board), 0);
	assert_int_equal(board_apply_event(jury, true, "{", &err), -ERR_INPUT);
	assert_int_equal(board_apply_event(jury, true, "{\"jury\":{}}", &err), -ERR_INPUT);
	board_free(jury);
	board_free(public_board);
}

static void a_board_from_its_snapshot_is_the_same(void **state)
{
	struct board *b = *state, *copy = board_new();
	auto_buf struct buf text = {0};
	struct err err = {0};

	apply_rows(b, ",\"first\":[{\"problem\":\"p\",\"sort_group\":0,\"team\":\"a\"}]",
	        solved_row("a", "p", 10));
	board_snapshot(b, &text);
	apply(copy, text.data);
	if (board_compare(b, copy, &err) < 0)
		fail_msg("%s", err.msg);
	apply_rows(copy, "", solved_row("b", "q", 3));
	assert_int_equal(board_compare(b, copy, &err), -ERR_CONFLICT);
	board_free(copy);
}

static void a_row_is_canonical_and_has_no_empty_cells(void **state)
{
	struct board *b = *state;
	auto_free char *row = NULL;

	apply_rows(b, "", solved_row("a", "q", 7));
	row = board_row_json(b, board_row_find(b, "a"));
	assert_string_equal(row,
	        "{\"cells\":[{\"judged\":1,\"penalty\":7,\"pending\":0,\"points\":0,\"problem\":"
	        "\"q\",\"solved\":true,\"time\":420000}],\"last\":420000,\"penalty\":7,\"points\":"
	        "0,"
	        "\"solved\":1,\"team\":\"a\",\"wrong\":0}");
}

static void the_contest_api_gets_minutes_and_no_hidden_team(void **state)
{
	struct board *b = *state;
	auto_buf struct buf out = {0};
	json_auto_t *head = json_pack("{s:s}", "time", "now");

	apply_rows(b, "", solved_row("a", "q", 7));
	board_ccs(b, head, &out);
	assert_string_equal(out.data,
	        "{\"rows\":[{\"problems\":[{\"first_to_solve\":false,\"num_judged\":1,"
	        "\"num_pending\":0,\"problem_id\":\"q\",\"solved\":true,\"time\":7}],\"rank\":1,"
	        "\"score\":{\"num_solved\":1,\"time\":7,\"total_time\":7},\"team_id\":\"a\"},"
	        "{\"problems\":[],\"rank\":2,\"score\":{\"num_solved\":0,\"total_time\":0},"
	        "\"team_id\":\"b\"}],\"time\":\"now\"}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(numbers_go_up_by_one, begin, end),
	        cmocka_unit_test_setup_teardown(a_changed_cell_leaves_the_others, begin, end),
	        cmocka_unit_test_setup_teardown(bulk_takes_the_place_of_all_rows, begin, end),
	        cmocka_unit_test_setup_teardown(
	                rows_are_ranked_with_ties_by_display_name, begin, end),
	        cmocka_unit_test_setup_teardown(
	                cells_follow_their_problem_when_the_list_changes, begin, end),
	        cmocka_unit_test_setup_teardown(teams_that_stay_keep_what_they_have, begin, end),
	        cmocka_unit_test_setup_teardown(first_to_solve_moves_and_goes, begin, end),
	        cmocka_unit_test_setup_teardown(a_wrong_part_changes_nothing, begin, end),
	        cmocka_unit_test(an_event_without_a_public_part_is_nothing_to_the_public),
	        cmocka_unit_test_setup_teardown(a_board_from_its_snapshot_is_the_same, begin, end),
	        cmocka_unit_test_setup_teardown(
	                a_row_is_canonical_and_has_no_empty_cells, begin, end),
	        cmocka_unit_test_setup_teardown(
	                the_contest_api_gets_minutes_and_no_hidden_team, begin, end),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
