/* test_board_query.c -- pages, own rows and filters of a board: ties over a page's border, teams
 * without a rank, names that are not there; and that a board which is kept in order change by
 * change is the same as one that is sorted at once. */
#include "tests/unit/test.h"

#include "base/json.h"
#include "scoreboard/board_query.h"

#define TEAM(id, group, country, more)                                                             \
	"{\"id\":\"" id "\",\"name\":\"" id "\",\"organization_id\":\"o-" country                  \
	"\",\"country\":\"" country "\",\"groups\":[" group "]" more "}"
#define START                                                                                      \
	"{\"contest\":{\"id\":\"c\",\"rules\":\"icpc\"},\"problems\":[{\"id\":\"p\"},{\"id\":"     \
	"\"q\"}],\"teams\":[" TEAM("a", "\"g\"", "DEU", "") "," TEAM(                              \
	        "b", "\"g\",\"h\"", "NLD", "") "," TEAM("c", "\"h\"", "DEU", "") "," TEAM("d",     \
	        "\"g\",\"g\"", "NLD", "") "," TEAM("e", "", "DEU", "") "," TEAM("hid",             \
	        "\"secret\"", "XXX", ",\"hidden\":true") "," TEAM("out", "\"g\"", "DEU",           \
	        ",\"ranked\":false") "," TEAM("z", "\"g\"", "DEU", ",\"sort_group\":1") "]}"

static void apply(struct board *b, const char *text)
{
	struct err err = {0};
	json_auto_t *part = json_parse(text, strlen(text), 16, &err);

	if (!part || board_apply(b, board_number(b) + 1, part, &err) < 0)
		fail_msg("%s: %s", text, err.msg);
}

/* The team has solved so many problems in that time. */
static void put(struct board *b, const char *team, int solved, int minutes)
{
	auto_free char *text = xasprintf(
	        "{\"rows\":[{\"team\":\"%s\",\"solved\":%d,\"penalty\":%d,\"points\":0,"
	        "\"last\":%d,\"wrong\":0,\"cells\":[{\"problem\":\"p\",\"judged\":1,\"pending\":0,"
	        "\"solved\":true,\"time\":%d,\"points\":0,\"penalty\":%d}]}]}",
	        team, solved, minutes, minutes * 60000, minutes * 60000, minutes);

	apply(b, text);
}

/* a 2, then b c d share, e, and z alone in another sort group; hid and out have no rank. */
static int begin(void **state)
{
	struct board *b = board_new();

	apply(b, START);
	put(b, "a", 2, 30);
	put(b, "b", 1, 10);
	put(b, "c", 1, 10);
	put(b, "d", 1, 10);
	put(b, "hid", 2, 1);
	put(b, "out", 1, 5);
	put(b, "z", 1, 99);
	*state = b;
	return 0;
}

static int end(void **state)
{
	board_free(*state);
	return 0;
}

/* "a1 b2 c2": teams of the slice with their ranks, on the whole board or among those that pass. */
static void assert_rows(struct board *b, const struct board_query *q, const struct board_slice *s,
        const char *expected)
{
	auto_buf struct buf text = {0};

	for (size_t i = 0; i < s->n; i++)
		buf_addf(&text, "%s%s%d", i ? " " : "", s->rows[i]->team_id,
		        q->by ? board_filtered_rank(b, q, s->rows[i]) : board_rank(b, s->rows[i]));
	assert_string_equal(text.data ? text.data : "", expected);
}

static void assert_page(struct board *b, struct board_query q, const char *expected)
{
	struct board_answer a;
	struct err err = {0};

	if (board_select(b, &q, &a, &err) < 0)
		fail_msg("%s", err.msg);
	assert_rows(b, &q, &a.page, expected);
}

static void a_tie_over_the_border_of_a_page_keeps_its_shared_rank(void **state)
{
	assert_page(*state, (struct board_query){.limit = 2}, "a1 b2");
	assert_page(*state, (struct board_query){.offset = 2, .limit = 2}, "c2 d2");
	assert_page(*state, (struct board_query){.offset = 4, .limit = 1}, "e5");
	assert_page(*state, (struct board_query){.offset = 5, .limit = 9}, "z1");
	assert_page(*state, (struct board_query){.offset = 6, .limit = 9}, "");
	assert_page(*state, (struct board_query){.limit = 0}, "");
}

static void a_filter_has_ranks_of_its_own(void **state)
{
	struct board_query q = {.by = BOARD_BY_GROUP, .id = "h", .limit = 9};
	struct board_answer a;
	struct err err = {0};

	assert_page(*state, q, "b1 c1");
	assert_int_equal(board_select(*state, &q, &a, &err), 0);
	assert_int_equal(a.total, 2);
	assert_int_equal(board_rank(*state, a.page.rows[0]), 2);
	q.id = "g";
	assert_page(*state, q, "a1 b2 d2 z1");
	assert_page(*state, (struct board_query){BOARD_BY_COUNTRY, "DEU", 1, 2, NULL, 0}, "c2 e3");
	assert_page(*state, (struct board_query){BOARD_BY_ORGANIZATION, "o-NLD", 0, 9, NULL, 0},
	        "b1 d1");
}

static void a_team_is_found_with_its_neighbours(void **state)
{
	struct board_query q = {.team = "c", .around = 1};
	struct board_answer a;
	struct err err = {0};

	assert_int_equal(board_select(*state, &q, &a, &err), 0);
	assert_int_equal(a.place, 2);
	assert_true(a.passes);
	assert_rows(*state, &q, &a.around, "b2 c2 d2");
	q.team = "a";
	assert_int_equal(board_select(*state, &q, &a, &err), 0);
	assert_rows(*state, &q, &a.around, "a1 b2");
	q.team = "z";
	assert_int_equal(board_select(*state, &q, &a, &err), 0);
	assert_rows(*state, &q, &a.around, "e5 z1");
}

static void a_team_without_a_rank_is_shown_where_it_would_stand(void **state)
{
	struct board_query q = {.team = "out", .around = 1};
	auto_buf struct buf text = {0};
	struct board_answer a;
	struct err err = {0};

	assert_int_equal(board_select(*state, &q, &a, &err), 0);
	assert_false(a.passes);
	assert_int_equal(board_rank(*state, a.team), 0);
	assert_rows(*state, &q, &a.around, "a1 b2");
	assert_int_equal(board_team_json(*state, &q, &text, &err), 0);
	assert_non_null(strstr(text.data, "\"rank\":null"));
}

static void a_team_that_does_not_pass_has_no_filtered_rank(void **state)
{
	struct board_query q = {.by = BOARD_BY_GROUP, .id = "h", .team = "a"};
	auto_buf struct buf text = {0};
	struct err err = {0};

	assert_int_equal(board_team_json(*state, &q, &text, &err), 0);
	assert_non_null(strstr(text.data, "\"filtered_rank\":null"));
	assert_non_null(strstr(text.data, "\"rank\":1"));
}

static void what_is_not_on_the_board_is_said(void **state)
{
	struct board_query q = {.team = "nobody", .limit = 1};
	struct board_answer a;
	struct err err = {0};

	assert_int_equal(board_select(*state, &q, &a, &err), -ERR_NOT_FOUND);
	assert_string_equal(err.msg, "no such team on this board: \"nobody\"");
	q = (struct board_query){.by = BOARD_BY_COUNTRY, .id = "FRA"};
	assert_int_equal(board_select(*state, &q, &a, &err), -ERR_NOT_FOUND);
	assert_string_equal(err.msg, "no ranked team of this board is of country \"FRA\"");
	/* Hidden teams alone do not make a group. */
	q = (struct board_query){.by = BOARD_BY_GROUP, .id = "secret"};
	assert_int_equal(board_select(*state, &q, &a, &err), -ERR_NOT_FOUND);
}

static void a_board_without_teams_has_empty_pages(void **state UNUSED)
{
	struct board *b = board_new();

	assert_page(b, (struct board_query){.limit = 5}, "");
	board_free(b);
}

/* ---- kept in order = sorted at once */

enum { MANY = 60, CHANGES = 4000 };

static struct board *many(void)
{
	auto_buf struct buf text = {0};
	struct board *b = board_new();

	buf_adds(&text,
	        "{\"contest\":{\"id\":\"c\",\"rules\":\"icpc\"},\"problems\":[{\"id\":\"p\"}],"
	        "\"teams\":[");
	for (int i = 0; i < MANY; i++)
		buf_addf(&text,
		        "%s{\"id\":\"t%d\",\"name\":\"n%d\",\"sort_group\":%d,\"ranked\":%s,"
		        "\"country\":\"C%d\",\"organization_id\":null,\"groups\":[\"g%d\",\"g%d\"]"
		        "}",
		        i ? "," : "", i, i % 7, i % 11 == 0, i % 5 ? "true" : "false", i % 3, i % 4,
		        i % 2);
	buf_adds(&text, "]}");
	apply(b, text.data);
	return b;
}

static void assert_same(struct board *kept, struct board *fresh, const struct board_query *q)
{
	auto_buf struct buf one = {0};
	auto_buf struct buf other = {0};
	struct err err = {0};

	if (board_compare(kept, fresh, &err) < 0 || board_page_json(kept, q, &one, &err) < 0 ||
	        board_page_json(fresh, q, &other, &err) < 0)
		fail_msg("%s", err.msg);
	assert_string_equal(one.data, other.data);
}

static void an_order_that_is_kept_is_the_one_that_sorting_makes(void **state UNUSED)
{
	static const struct board_query queries[] = {{.limit = MANY},
	        {.by = BOARD_BY_GROUP, .id = "g1", .limit = MANY},
	        {.by = BOARD_BY_COUNTRY, .id = "C2", .limit = MANY}};
	struct board *kept = many(), *late = many();
	unsigned seed = 7;

	assert_same(kept, late, &queries[0]);
	for (int i = 0; i < CHANGES; i++) {
		char team[8];
		int solved, minutes;

		seed = seed * 1103515245U + 12345U;
		snprintf(team, sizeof(team), "t%u", (seed >> 16) % MANY);
		solved = (int)(seed >> 8) % 4;
		minutes = (int)(seed >> 11) % 5;
		put(kept, team, solved < 0 ? 0 : solved, minutes < 0 ? 0 : minutes);
		put(late, team, solved < 0 ? 0 : solved, minutes < 0 ? 0 : minutes);
		if (i % 100 == 99) {
			struct board *fresh = many();
			auto_buf struct buf text = {0};
			struct err err = {0};
			json_auto_t *part = NULL;

			board_snapshot(late, &text);
			part = json_parse(text.data, text.len, 16, &err);
			assert_int_equal(board_apply(fresh, 2, part, &err), 0);
			assert_same(kept, fresh, &queries[(i / 100) % 3]);
			board_free(fresh);
		}
	}
	board_free(kept);
	board_free(late);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(
	                a_tie_over_the_border_of_a_page_keeps_its_shared_rank, begin, end),
	        cmocka_unit_test_setup_teardown(a_filter_has_ranks_of_its_own, begin, end),
	        cmocka_unit_test_setup_teardown(a_team_is_found_with_its_neighbours, begin, end),
	        cmocka_unit_test_setup_teardown(
	                a_team_without_a_rank_is_shown_where_it_would_stand, begin, end),
	        cmocka_unit_test_setup_teardown(
	                a_team_that_does_not_pass_has_no_filtered_rank, begin, end),
	        cmocka_unit_test_setup_teardown(what_is_not_on_the_board_is_said, begin, end),
	        cmocka_unit_test(a_board_without_teams_has_empty_pages),
	        cmocka_unit_test(an_order_that_is_kept_is_the_one_that_sorting_makes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
