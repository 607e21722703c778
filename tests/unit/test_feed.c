/* test_feed.c -- what is made of a board in memory, for the public and for the jury. */
#include "tests/unit/test.h"

#include "api/feed_board.h"
#include "base/json.h"

enum { START_MS = 1000000, NOW_BEFORE = 999999, NOW_AFTER = 1000001 };

static struct feed_board *board_with_contest(void)
{
	struct feed_board *fb = feed_board_new("c");

	fb->contest = (struct contest){.id = "c",
	        .start_ms = START_MS,
	        .duration_ms = 3600000,
	        .freeze_ms = -1,
	        .clock_rate = 1};
	return fb;
}

static int apply_text(struct feed_board *fb, const char *text, bool changed[FEED_VIEWS])
{
	struct err err = {0};
	json_auto_t *event = json_parse(text, strlen(text), 16, &err);

	assert_non_null(event);
	return feed_board_apply(fb, event, changed, &err);
}

static const char first_event[] =
        "{\"at\":\"1970-01-01T00:10:00.000Z\",\"contest\":\"c\",\"kind\":\"contest\",\"number\":1,"
        "\"public_number\":1,\"subject\":{},"
        "\"public\":{\"contest\":{\"id\":\"c\",\"rules\":\"icpc\"},"
        "\"teams\":[{\"id\":\"t\",\"name\":\"T\"}]},"
        "\"jury\":{\"contest\":{\"id\":\"c\",\"rules\":\"icpc\"},"
        "\"problems\":[{\"id\":\"secret\",\"label\":\"A\",\"name\":\"Hidden name\"}],"
        "\"teams\":[{\"id\":\"t\",\"name\":\"T\"}]}}";

static const char hidden_event[] =
        "{\"at\":\"1970-01-01T00:20:00.000Z\",\"contest\":\"c\",\"kind\":\"judgement\",\"number\":"
        "2,"
        "\"public_number\":null,\"public\":null,\"subject\":{},"
        "\"jury\":{\"rows\":[{\"team\":\"t\",\"solved\":1,\"penalty\":3,\"points\":0,\"last\":"
        "180000,"
        "\"wrong\":0,\"cells\":[{\"problem\":\"secret\",\"judged\":1,\"pending\":0,\"solved\":true,"
        "\"time\":180000,\"points\":0,\"penalty\":3}]}]}}";

static bool snapshot_has(struct feed_board *fb, enum feed_view v, int64_t now, const char *word)
{
	auto_frame struct frame *f = NULL;

	feed_board_forget(fb);
	f = feed_board_snapshot(fb, v, "inc", now);
	return memmem(f->data, f->len, word, strlen(word)) != NULL;
}

static void before_the_start_the_public_sees_no_problem(void **state UNUSED)
{
	struct feed_board *fb = board_with_contest();
	bool changed[FEED_VIEWS];

	assert_int_equal(apply_text(fb, first_event, changed), 0);
	assert_true(changed[FEED_PUBLIC] && changed[FEED_JURY]);
	assert_false(snapshot_has(fb, FEED_PUBLIC, NOW_BEFORE, "secret"));
	assert_false(snapshot_has(fb, FEED_PUBLIC, NOW_BEFORE, "problems"));
	assert_true(snapshot_has(fb, FEED_JURY, NOW_BEFORE, "secret"));
	feed_board_free(fb);
}

static void the_passing_of_the_start_brings_the_problems(void **state UNUSED)
{
	struct feed_board *fb = board_with_contest();
	bool changed[FEED_VIEWS], started;

	assert_int_equal(apply_text(fb, first_event, changed), 0);
	assert_false(feed_board_time(fb, NOW_BEFORE, &started));
	assert_true(feed_board_time(fb, NOW_AFTER, &started));
	assert_true(started);
	assert_false(feed_board_time(fb, NOW_AFTER, &started));
	assert_true(snapshot_has(fb, FEED_PUBLIC, NOW_AFTER, "Hidden name"));
	feed_board_free(fb);
}

static void a_snapshot_is_json_with_its_number_and_notice(void **state UNUSED)
{
	struct feed_board *fb = board_with_contest();
	bool changed[FEED_VIEWS];
	auto_frame struct frame *f = NULL;
	json_auto_t *part = NULL;
	struct err err = {0};
	static const char head[] = "id: inc-1\nevent: snapshot\ndata: ";

	assert_int_equal(apply_text(fb, first_event, changed), 0);
	f = feed_board_snapshot(fb, FEED_PUBLIC, "inc", NOW_AFTER);
	assert_memory_equal(f->data, head, strlen(head));
	part = json_parse(f->data + strlen(head), f->len - strlen(head), 16, &err);
	assert_non_null(part);
	assert_int_equal(json_integer_value(json_object_get(part, "number")), 1);
	assert_string_equal(json_string_value(json_object_get(part, "notice")), "");
	assert_int_equal(json_array_size(json_object_get(part, "problems")), 1);
	feed_board_free(fb);
}

static void a_hidden_verdict_moves_only_the_jurys_board(void **state UNUSED)
{
	struct feed_board *fb = board_with_contest();
	bool changed[FEED_VIEWS];
	auto_frame struct frame *before = NULL;
	auto_frame struct frame *after = NULL;

	assert_int_equal(apply_text(fb, first_event, changed), 0);
	before = feed_board_scoreboard(fb, FEED_PUBLIC, NOW_AFTER);
	assert_int_equal(apply_text(fb, hidden_event, changed), 0);
	assert_false(changed[FEED_PUBLIC]);
	assert_true(changed[FEED_JURY]);
	feed_board_forget(fb);
	after = feed_board_scoreboard(fb, FEED_PUBLIC, NOW_AFTER);
	assert_int_equal(before->len, after->len);
	assert_memory_equal(before->data, after->data, after->len);
	feed_board_free(fb);
}

static void an_event_that_comes_twice_changes_nothing(void **state UNUSED)
{
	struct feed_board *fb = board_with_contest();
	bool changed[FEED_VIEWS];

	assert_int_equal(apply_text(fb, first_event, changed), 0);
	assert_int_equal(apply_text(fb, first_event, changed), 0);
	assert_false(changed[FEED_PUBLIC] || changed[FEED_JURY]);
	feed_board_free(fb);
}

static void a_hole_is_refused(void **state UNUSED)
{
	struct feed_board *fb = board_with_contest();
	bool changed[FEED_VIEWS];

	assert_true(apply_text(fb, hidden_event, changed) < 0);
	assert_int_equal(board_number(fb->boards[FEED_JURY]), 0);
	feed_board_free(fb);
}

static void the_ids_of_the_two_views_differ(void **state UNUSED)
{
	struct feed_board *fb = board_with_contest();
	char id[ETAG_SIZE];

	feed_board_event_id(fb, FEED_PUBLIC, "inc", id);
	assert_string_equal(id, "inc-0");
	feed_board_event_id(fb, FEED_JURY, "inc", id);
	assert_string_equal(id, "inc-j0");
	feed_board_free(fb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(before_the_start_the_public_sees_no_problem),
	        cmocka_unit_test(the_passing_of_the_start_brings_the_problems),
	        cmocka_unit_test(a_snapshot_is_json_with_its_number_and_notice),
	        cmocka_unit_test(a_hidden_verdict_moves_only_the_jurys_board),
	        cmocka_unit_test(an_event_that_comes_twice_changes_nothing),
	        cmocka_unit_test(a_hole_is_refused),
	        cmocka_unit_test(the_ids_of_the_two_views_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
