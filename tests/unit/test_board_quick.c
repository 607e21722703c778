/* test_board_quick.c -- the quick reading of plain events does what board_apply does, or nothing.
 */
#include "tests/unit/test.h"

#include "base/json.h"
#include "scoreboard/board_quick.h"

#define START                                                                                      \
	"{\"contest\":{\"id\":\"c\",\"rules\":\"points\"},\"problems\":[{\"id\":\"p\"},{\"id\":"   \
	"\"q\"}],\"teams\":[{\"id\":\"a\",\"name\":\"A\"},{\"id\":\"ab\",\"name\":\"B\"}]}"
#define CELL(problem, judged, time)                                                                \
	"{\"judged\":" judged ",\"penalty\":0,\"pending\":1,\"points\":12500,\"problem\":"         \
	"\"" problem "\",\"solved\":true,\"time\":" time "}"
#define ROW(team, cells, total)                                                                    \
	"{\"cells\":[" cells "],\"last\":60000,\"penalty\":-20,\"points\":12500,\"solved\":"       \
	"" total ",\"team\":\"" team "\",\"wrong\":3}"
#define EVENT(jury, number, open, open_number)                                                     \
	"{\"at\":\"2026-01-01T00:00:00.000Z\",\"contest\":\"c\",\"contest_time\":-5,"              \
	"\"jury\":" jury ",\"kind\":\"judgement\",\"number\":" number ",\"public\":" open          \
	",\"public_number\":" open_number ",\"subject\":{}}"
#define ROWS(rows) "{\"rows\":[" rows "]}"
#define PLAIN      ROWS(ROW("ab", CELL("q", "2", "60000"), "1"))

static struct board *start(void)
{
	struct board *b = board_new();
	struct err err = {0};
	json_auto_t *part = json_parse(START, strlen(START), 16, &err);

	if (!part || board_apply(b, 1, part, &err) < 0)
		fail_msg("%s", err.msg);
	return b;
}

static void slowly(struct board *b, bool jury, const char *text)
{
	struct err err = {0};

	if (board_apply_event(b, jury, text, &err) < 0)
		fail_msg("%s", err.msg);
}

/* Read quickly it is the same as read slowly. */
static void assert_quick(const char *text, int64_t public_number)
{
	struct board *jury = start(), *open = start(), *jury_slow = start(), *open_slow = start();
	struct err err = {0};

	if (!board_quick(jury, open, 2, public_number, text))
		fail_msg("not quick: %s", text);
	slowly(jury_slow, true, text);
	slowly(open_slow, false, text);
	if (board_compare(jury, jury_slow, &err) < 0 || board_compare(open, open_slow, &err) < 0)
		fail_msg("%s: %s", text, err.msg);
	assert_int_equal(board_number(jury), 2);
	assert_int_equal(board_number(open), public_number ? 2 : 1);
	board_free(jury);
	board_free(open);
	board_free(jury_slow);
	board_free(open_slow);
}

/* Left to board_apply, and nothing was changed. */
static void assert_left(const char *text, int64_t number, int64_t public_number)
{
	struct board *jury = start(), *open = start(), *fresh = start();
	struct err err = {0};

	if (board_quick(jury, open, number, public_number, text))
		fail_msg("was quick: %s", text);
	if (board_compare(jury, fresh, &err) < 0 || board_compare(open, fresh, &err) < 0)
		fail_msg("%s: %s", text, err.msg);
	assert_int_equal(board_number(jury), 1);
	assert_int_equal(board_number(open), 1);
	board_free(jury);
	board_free(open);
	board_free(fresh);
}

static void a_plain_event_is_read_quickly(void **state UNUSED)
{
	assert_quick(EVENT(PLAIN, "2", PLAIN, "2"), 2);
	assert_quick(EVENT(PLAIN, "2", "null", "null"), 0);
	assert_quick(EVENT(PLAIN, "2", ROWS(ROW("a", CELL("p", "0", "null"), "0")), "2"), 2);
	assert_quick(EVENT(ROWS(ROW("a", CELL("p", "1", "0") "," CELL("q", "1", "7"), "2") "," ROW(
	                           "ab", "", "0")),
	                     "2", "null", "null"),
	        0);
}

static void what_is_not_plain_is_left(void **state UNUSED)
{
	static const char *const parts[] = {"{\"bulk\":true,\"rows\":[]}", "{\"rows\":[]}",
	        "{\"state\":{}}", "null", "{}", ROWS(ROW("nobody", "", "0")),
	        ROWS(ROW("a\\u0062", "", "0")), ROWS(ROW("", "", "0")),
	        ROWS(ROW("a", CELL("r", "1", "0"), "0")), ROWS(ROW("a", CELL("p", "-1", "0"), "0")),
	        ROWS(ROW("a", CELL("p", "1", "-7"), "0")),
	        ROWS(ROW("a", CELL("p", "01", "0"), "0")),
	        ROWS(ROW("a", CELL("p", "1.5", "0"), "0")),
	        ROWS(ROW("a", CELL("p", "1", "0"), "true")),
	        ROWS(ROW("a", CELL("p", "99999999999999999999", "0"), "0")),
	        "{\"first\":[],\"rows\":[" ROW("a", "", "0") "]}",
	        "{\"rows\":[" ROW("a", "", "0") "],\"state\":{}}"};

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		auto_free char *text = xasprintf(EVENT("%s", "2", "null", "null"), parts[i]);

		assert_left(text, 2, 0);
	}
	assert_left(EVENT(PLAIN, "2", ROWS(ROW("nobody", "", "0")), "2"), 2, 2);
}

static void numbers_that_do_not_follow_are_left(void **state UNUSED)
{
	assert_left(EVENT(PLAIN, "3", PLAIN, "2"), 3, 2);
	assert_left(EVENT(PLAIN, "3", PLAIN, "2"), 2, 2);
	assert_left(EVENT(PLAIN, "2", PLAIN, "4"), 2, 4);
	assert_left(EVENT(PLAIN, "2", PLAIN, "2"), 2, 0);
	assert_left(EVENT(PLAIN, "2", "null", "null"), 2, 2);
}

static void a_text_that_ends_anywhere_is_left(void **state UNUSED)
{
	const char *whole = EVENT(PLAIN, "2", PLAIN, "2");
	const char *end = strstr(whole, ",\"public_number\"");

	for (size_t n = 0; whole + n < end; n++) {
		auto_free char *text = strndup(whole, n);

		assert_left(text, 2, 2);
	}
}

static void a_member_is_found_by_its_name(void **state UNUSED)
{
	const char *text =
	        "{\"a\":\"} \\\" {\",\"b\":{\"c\":[1,{\"d\":\"]\"}]},\"c\":-12,\"d\":null}";
	static const char *const members[][2] = {{"a", "\"} \\\" {\""},
	        {"b", "{\"c\":[1,{\"d\":\"]\"}]}"}, {"c", "-12"}, {"d", "null"}};
	struct board_word found;

	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		assert_true(board_quick_member(text, strlen(text), members[i][0], &found));
		assert_int_equal(found.len, strlen(members[i][1]));
		assert_memory_equal(found.s, members[i][1], found.len);
	}
	assert_false(board_quick_member(text, strlen(text), "e", &found));
	for (size_t n = 0; n < strlen(text); n++)
		assert_false(board_quick_member(text, n, "d", &found));
}

static void the_parts_of_an_event_are_found(void **state UNUSED)
{
	static const char *const open[] = {PLAIN, "null", ROWS(ROW("a", "", "0"))};
	struct board_word parts[2];

	for (size_t i = 0; i < ARRAY_LEN(open); i++) {
		auto_free char *text = xasprintf(EVENT(PLAIN, "2", "%s", "2"), open[i]);
		const char *end = strstr(text, ",\"public_number\"");

		assert_true(board_quick_parts(text, &parts[0], &parts[1]));
		assert_int_equal(parts[0].len, strlen(PLAIN));
		assert_memory_equal(parts[0].s, PLAIN, parts[0].len);
		assert_int_equal(parts[1].len, strlen(open[i]));
		assert_memory_equal(parts[1].s, open[i], parts[1].len);
		for (size_t n = 0; text + n < end; n++) {
			auto_free char *cut = strndup(text, n);

			assert_false(board_quick_parts(cut, &parts[0], &parts[1]));
		}
	}
}

#define PLAIN_TEAM(id, more)                                                                       \
	"{\"country\":\"DEU\",\"display_name\":null,\"groups\":[\"g\",\"h\",\"g\"],\"hidden\":"    \
	"false,"                                                                                   \
	"\"id\":\"" id "\",\"name\":\"Team " id                                                    \
	"\",\"organization\":\"O\",\"organization_id\":\"o\"," more "\"sort_group\":-1}"

/* Teams that are read as text, plain and not, are the same as those read as JSON. */
static void teams_as_text_are_teams_as_json(void **state UNUSED)
{
	static const char *const lists[] = {"[]", "[" PLAIN_TEAM("a", "") "]",
	        "[" PLAIN_TEAM("b", "\"ranked\":false,") "," PLAIN_TEAM("a", "") "]",
	        "[" PLAIN_TEAM("a",
	                "") ",{\"hidden\":true,\"id\":\"c\",\"name\":\"\\\"]}\"}," PLAIN_TEAM("b",
	                "") "]",
	        "[" PLAIN_TEAM("a", "\"other\":[{}],") "]", "[" PLAIN_TEAM("a\\u0062", "") "]",
	        "[" PLAIN_TEAM("a", "") "," PLAIN_TEAM("a", "") "]", "[" PLAIN_TEAM("", "") "]",
	        "[{\"id\":\"a\"}]", "[" PLAIN_TEAM("a", "") ",]", "[1]", "[,]",
	        "[" PLAIN_TEAM("a", "") PLAIN_TEAM("b", "") "]",
	        "[" PLAIN_TEAM("a", "\"sort_group\":7,") "]"};

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		auto_free char *text = xasprintf(
		        "{\"contest\":{\"id\":\"c\",\"rules\":\"icpc\"},\"teams\":%s}", lists[i]);
		struct err err = {0}, ignored = {0};
		struct board *read = board_new(), *scanned = board_new();
		json_auto_t *json = json_parse(text, strlen(text), 16, &ignored), *rest = NULL;
		struct board_part part;
		bool good = json && board_apply(read, 1, json, &ignored) == 0;

		rest = board_part_read(text, strlen(text), &part, &err);
		assert_int_equal(rest && board_apply_part(scanned, 1, &part, &err) == 0, good);
		if (rest && good)
			assert_non_null(part.teams);
		if (board_compare(read, scanned, &err) < 0)
			fail_msg("%s: %s", lists[i], err.msg);
		if (good && i > 0) {
			assert_int_equal(
			        board_row_find(scanned, scanned->rows[0].team_id)->ngroups, 2);
			assert_string_equal(scanned->rows[0].groups[1], read->rows[0].groups[1]);
			assert_string_equal(scanned->rows[0].country, "DEU");
			assert_string_equal(scanned->rows[0].organization_id, "o");
			assert_int_equal(scanned->rows[0].sort_group, -1);
		}
		board_free(read);
		board_free(scanned);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_plain_event_is_read_quickly),
	        cmocka_unit_test(what_is_not_plain_is_left),
	        cmocka_unit_test(numbers_that_do_not_follow_are_left),
	        cmocka_unit_test(a_text_that_ends_anywhere_is_left),
	        cmocka_unit_test(a_member_is_found_by_its_name),
	        cmocka_unit_test(the_parts_of_an_event_are_found),
	        cmocka_unit_test(teams_as_text_are_teams_as_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
