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

static void equal_parts_are_known_by_their_bytes(void **state UNUSED)
{
#define TEAM "{\"teams\":[{\"id\":\"x\",\"name\":\"} \\\" {\"}]}"
	const char *text = EVENT(TEAM, "2", TEAM, "2");
	size_t len = 0;

	assert_ptr_equal(board_quick_same(text, 2, &len), strstr(text, TEAM));
	assert_int_equal(len, strlen(TEAM));
	assert_null(board_quick_same(text, 3, &len));
	assert_null(board_quick_same(EVENT(TEAM, "2", "null", "null"), 2, &len));
	assert_null(board_quick_same(EVENT("null", "2", "null", "null"), 2, &len));
	assert_null(board_quick_same(EVENT(TEAM, "2", PLAIN, "2"), 2, &len));
	assert_null(board_quick_same("{\"at\":\"x\",\"contest\":\"c\",\"contest_time\":0,"
	                             "\"jury\":{\"a\":{}",
	        2, &len));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_plain_event_is_read_quickly),
	        cmocka_unit_test(what_is_not_plain_is_left),
	        cmocka_unit_test(numbers_that_do_not_follow_are_left),
	        cmocka_unit_test(a_text_that_ends_anywhere_is_left),
	        cmocka_unit_test(equal_parts_are_known_by_their_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
