/* test_freeze.c -- what the public may know; RULES.md section 4. */
#include "tests/unit/test.h"

#include "scoreboard/freeze.h"

#define MINUTE INT64_C(60000)

static struct freeze_interval frozen = {.from_ms = 240 * MINUTE, .to_ms = INT64_MAX};
static struct contest contest = {.start_ms = 0,
        .duration_ms = 300 * MINUTE,
        .clock_rate = 1,
        .freezes = &frozen,
        .nfreezes = 1};

static int reset(void **state UNUSED)
{
	frozen = (struct freeze_interval){.from_ms = 240 * MINUTE, .to_ms = INT64_MAX};
	contest.ended_ms = 0;
	contest.clock_rate = 1;
	contest.start_ms = 0;
	return 0;
}

static void the_interval_begins_with_its_first_and_ends_before_its_last_instant(void **state UNUSED)
{
	frozen.to_ms = 250 * MINUTE;
	assert_false(freeze_hides(&contest, 240 * MINUTE - 1));
	assert_true(freeze_hides(&contest, 240 * MINUTE));
	assert_true(freeze_hides(&contest, 250 * MINUTE - 1));
	assert_false(freeze_hides(&contest, 250 * MINUTE));
}

static void the_end_reveals_nothing_and_the_thaw_does(void **state UNUSED)
{
	contest.ended_ms = 300 * MINUTE;
	assert_true(freeze_hides(&contest, 299 * MINUTE));
	frozen.thawed_ms = 310 * MINUTE;
	assert_false(freeze_hides(&contest, 299 * MINUTE));
}

static void a_hidden_fact_is_pending_whatever_it_is(void **state UNUSED)
{
	for (enum verdict v = VERDICT_NONE; v < VERDICT_COUNT; v++) {
		struct fact f = {.ordinal = 3,
		        .contest_time_ms = 250 * MINUTE,
		        .verdict = v,
		        .points_milli = 5};
		struct fact shown = freeze_public_fact(&contest, 250 * MINUTE, f);

		assert_int_equal(shown.verdict, VERDICT_NONE);
		assert_int_equal(shown.points_milli, 0);
		assert_int_equal(shown.ordinal, 3);
		shown = freeze_public_fact(&contest, 239 * MINUTE, f);
		assert_int_equal(shown.verdict, v);
		assert_int_equal(shown.points_milli, 5);
	}
}

static void a_team_sees_its_own_verdicts_and_no_others(void **state UNUSED)
{
	int64_t at = 250 * MINUTE;

	assert_true(freeze_shows_verdict(&contest, VIEWER_TEAM, true, at));
	assert_false(freeze_shows_verdict(&contest, VIEWER_TEAM, false, at));
	assert_false(freeze_shows_verdict(&contest, VIEWER_PUBLIC, false, at));
	assert_false(freeze_shows_verdict(&contest, VIEWER_PUBLIC, true, at));
	assert_true(freeze_shows_verdict(&contest, VIEWER_JURY, false, at));
	assert_true(freeze_shows_verdict(&contest, VIEWER_PUBLIC, false, at - 20 * MINUTE));
}

static void problems_are_public_from_the_start_on(void **state UNUSED)
{
	assert_false(freeze_public_problems(&contest, -1));
	assert_true(freeze_public_problems(&contest, 0));
	contest.start_ms = INT64_MIN;
	assert_false(freeze_public_problems(&contest, INT64_MAX));
}

static void hidden_teams_are_not_public(void **state UNUSED)
{
	struct contest_team t = {.hidden = true};

	assert_false(freeze_public_team(&t));
	t.hidden = false;
	assert_true(freeze_public_team(&t));
}

static void the_notice_says_the_minutes_while_something_is_hidden(void **state UNUSED)
{
	char text[256];

	freeze_notice(&contest, 239 * MINUTE, text, sizeof(text));
	assert_string_equal(text, "");
	freeze_notice(&contest, 240 * MINUTE, text, sizeof(text));
	assert_string_equal(text,
	        "The scoreboard was frozen with 60 minutes remaining - submissions in the last 60 "
	        "minutes of the contest are still shown as pending.");
	freeze_notice(&contest, 400 * MINUTE, text, sizeof(text));
	assert_non_null(strstr(text, "with 60 minutes remaining"));
	frozen.thawed_ms = 310 * MINUTE;
	freeze_notice(&contest, 400 * MINUTE, text, sizeof(text));
	assert_string_equal(text, "");
}

static void the_notice_counts_minutes_of_the_contest(void **state UNUSED)
{
	char text[256];

	contest.clock_rate = 60; /* five hours in five minutes */
	frozen.from_ms = 4 * MINUTE;
	freeze_notice(&contest, 4 * MINUTE, text, sizeof(text));
	assert_non_null(strstr(text, "with 60 minutes remaining"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(
	                the_interval_begins_with_its_first_and_ends_before_its_last_instant, reset),
	        cmocka_unit_test_setup(the_end_reveals_nothing_and_the_thaw_does, reset),
	        cmocka_unit_test_setup(a_hidden_fact_is_pending_whatever_it_is, reset),
	        cmocka_unit_test_setup(a_team_sees_its_own_verdicts_and_no_others, reset),
	        cmocka_unit_test_setup(problems_are_public_from_the_start_on, reset),
	        cmocka_unit_test_setup(hidden_teams_are_not_public, reset),
	        cmocka_unit_test_setup(
	                the_notice_says_the_minutes_while_something_is_hidden, reset),
	        cmocka_unit_test_setup(the_notice_counts_minutes_of_the_contest, reset),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
