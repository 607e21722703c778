/* test_contest.c -- the clock and the states of a contest (RULES.md section 4). */
#include "tests/unit/test.h"

#include "model/contest.h"

enum { START = 1000000, HOUR = 3600000, END = START + 5 * HOUR, FREEZE = START + 4 * HOUR };

static struct freeze_interval frozen_last_hour = {.from_ms = FREEZE, .to_ms = INT64_MAX};

static struct contest five_hours(void)
{
	return (struct contest){.id = "c",
	        .start_ms = START,
	        .duration_ms = 5 * (int64_t)HOUR,
	        .clock_rate = 1,
	        .freezes = &frozen_last_hour,
	        .nfreezes = 1};
}

static void contest_time_runs_at_the_contests_rate(void **state UNUSED)
{
	struct contest c = five_hours();

	assert_int_equal(contest_time_at(&c, START), 0);
	assert_int_equal(contest_time_at(&c, START + 61999), 61999);
	assert_int_equal(contest_time_at(&c, START - 1), -1);
	c.clock_rate = 60;
	assert_int_equal(contest_time_at(&c, START + 1000), 60000);
	assert_int_equal(contest_wall_at(&c, 60000), START + 1000);
	assert_int_equal(contest_wall_at(&c, 60001), START + 1001);
	c.clock_rate = 0.5;
	assert_int_equal(contest_time_at(&c, START + 3), 1);
}

static void an_instant_of_contest_time_is_reached_at_its_wall_time(void **state UNUSED)
{
	static const double rates[] = {0.5, 1, 1.1, 3, 7, 60, 99.9};
	struct contest c = five_hours();

	for (size_t r = 0; r < ARRAY_LEN(rates); r++) {
		c.clock_rate = rates[r];
		for (int64_t ms = 0; ms < 100000; ms += 997) {
			int64_t wall = contest_wall_at(&c, ms);

			assert_true(contest_time_at(&c, wall) >= ms);
			assert_true(contest_time_at(&c, wall - 1) <= ms);
		}
	}
}

static void an_extension_moves_the_end_of_its_team_only(void **state UNUSED)
{
	struct contest c = five_hours();
	struct contest_team team = {.id = "t", .extension_ms = HOUR};

	assert_int_equal(contest_end_ms(&c, NULL), END);
	assert_int_equal(contest_end_ms(&c, &team), END + HOUR);
	c.clock_rate = 2;
	assert_int_equal(contest_end_ms(&c, &team), START + 3 * HOUR);
	c.start_ms = INT64_MIN;
	assert_true(contest_end_ms(&c, &team) == INT64_MAX);
}

static void the_button_ends_it_for_everybody(void **state UNUSED)
{
	struct contest c = five_hours();
	struct contest_team team = {.id = "t", .extension_ms = HOUR};

	c.ended_ms = START + 2 * HOUR;
	assert_int_equal(contest_end_ms(&c, NULL), START + 2 * HOUR);
	assert_int_equal(contest_end_ms(&c, &team), START + 2 * HOUR);
}

static void before_the_start_there_is_no_state(void **state UNUSED)
{
	struct contest c = five_hours();
	struct contest_state s = contest_state_at(&c, START - 1);

	assert_int_equal(s.started, 0);
	assert_int_equal(s.frozen, 0);
	c.start_ms = INT64_MIN;
	s = contest_state_at(&c, END);
	assert_int_equal(s.started, 0);
	assert_int_equal(s.ended, 0);
}

static void states_come_by_the_schedule(void **state UNUSED)
{
	struct contest c = five_hours();
	struct contest_state s = contest_state_at(&c, FREEZE - 1);

	assert_int_equal(s.started, START);
	assert_int_equal(s.frozen, 0);
	s = contest_state_at(&c, FREEZE);
	assert_int_equal(s.frozen, FREEZE);
	assert_int_equal(s.ended, 0);
	s = contest_state_at(&c, END);
	assert_int_equal(s.frozen, FREEZE);
	assert_int_equal(s.ended, END);
	assert_int_equal(s.thawed, 0);
	assert_int_equal(s.finalized, 0);
}

static void a_thaw_after_the_end_keeps_when_it_was_frozen(void **state UNUSED)
{
	struct freeze_interval f = frozen_last_hour;
	struct contest c = five_hours();
	struct contest_state s;

	f.thawed_ms = f.to_ms = END + 5;
	c.freezes = &f;
	c.finalized_ms = END + 3;
	s = contest_state_at(&c, END + 10);
	assert_int_equal(s.frozen, FREEZE);
	assert_int_equal(s.thawed, END + 5);
	assert_int_equal(s.finalized, END + 3);
}

static void updates_end_once_it_is_thawed_and_final(void **state UNUSED)
{
	struct contest c = five_hours();
	struct freeze_interval thawed = {FREEZE, END + 30, END + 30};

	c.end_of_updates_ms = END + 10;
	assert_int_equal(contest_state_at(&c, END + 50).end_of_updates, 0);
	c.finalized_ms = END + 20;
	assert_int_equal(contest_state_at(&c, END + 50).end_of_updates, 0);
	c.freezes = &thawed;
	assert_int_equal(contest_state_at(&c, END + 50).end_of_updates, END + 30);
	c.end_of_updates_ms = END + 60;
	assert_int_equal(contest_state_at(&c, END + 50).end_of_updates, 0);
	assert_int_equal(contest_state_at(&c, END + 60).end_of_updates, END + 60);
	c.nfreezes = 0;
	c.end_of_updates_ms = END + 10;
	assert_int_equal(contest_state_at(&c, END + 50).end_of_updates, END + 20);
}

static void a_freeze_taken_back_while_it_runs_leaves_no_state(void **state UNUSED)
{
	struct freeze_interval f = {START + 10, START + 20, START + 20};
	struct contest c = five_hours();
	struct contest_state s;

	c.freezes = &f;
	s = contest_state_at(&c, START + 30);
	assert_int_equal(s.frozen, 0);
	assert_int_equal(s.thawed, 0);
}

static void the_earliest_interval_that_hides_says_since_when(void **state UNUSED)
{
	struct freeze_interval f[] = {{START + 10, START + 20, START + 30},
	        {START + 50, START + 60, 0}, {START + 40, START + 45, 0}};
	struct contest c = five_hours();

	c.freezes = f;
	c.nfreezes = ARRAY_LEN(f);
	assert_int_equal(contest_state_at(&c, START + 100).frozen, START + 40);
}

static void problems_and_teams_are_found(void **state UNUSED)
{
	struct contest_problem problems[] = {
	        {.id = "hello", .label = "A"}, {.id = "A", .label = "B"}};
	struct contest_team teams[] = {{.id = "10"}, {.id = "9"}, {.id = "Z"}, {.id = "a"}};
	struct contest c = {.problems = problems,
	        .nproblems = ARRAY_LEN(problems),
	        .teams = teams,
	        .nteams = ARRAY_LEN(teams)};

	assert_ptr_equal(contest_problem_find(&c, "hello"), &problems[0]);
	assert_null(contest_problem_find(&c, "B"));
	assert_ptr_equal(contest_problem_match(&c, "b"), &problems[1]);
	assert_ptr_equal(contest_problem_match(&c, "A"), &problems[1]); /* an id stands first */
	assert_ptr_equal(contest_problem_match(&c, "a"), &problems[0]);
	for (size_t i = 0; i < ARRAY_LEN(teams); i++)
		assert_ptr_equal(contest_team_find(&c, teams[i].id), &teams[i]);
	assert_null(contest_team_find(&c, "b"));
	c.nteams = 0;
	assert_null(contest_team_find(&c, "a"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(contest_time_runs_at_the_contests_rate),
	        cmocka_unit_test(an_instant_of_contest_time_is_reached_at_its_wall_time),
	        cmocka_unit_test(an_extension_moves_the_end_of_its_team_only),
	        cmocka_unit_test(the_button_ends_it_for_everybody),
	        cmocka_unit_test(before_the_start_there_is_no_state),
	        cmocka_unit_test(states_come_by_the_schedule),
	        cmocka_unit_test(a_thaw_after_the_end_keeps_when_it_was_frozen),
	        cmocka_unit_test(updates_end_once_it_is_thawed_and_final),
	        cmocka_unit_test(a_freeze_taken_back_while_it_runs_leaves_no_state),
	        cmocka_unit_test(the_earliest_interval_that_hides_says_since_when),
	        cmocka_unit_test(problems_and_teams_are_found),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("contest", tests, NULL, NULL);
}
