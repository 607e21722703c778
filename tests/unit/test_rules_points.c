/* test_rules_points.c -- points and IOI: what a cell keeps, and the edges of the keys. */
#include "tests/unit/test.h"

#include "scoreboard/rules.h"

enum { MINUTE = 60000 };
static const struct contest_problem problem = {.id = "A", .points_milli = 100000};

static struct fact fact(int64_t minute, enum verdict v, int64_t points)
{
	return (struct fact){
	        .contest_time_ms = minute * MINUTE, .verdict = v, .points_milli = points};
}

static struct cell cell_of(enum rules_kind kind, const struct fact *facts, size_t n)
{
	struct contest c = {.rules = kind, .penalty_minutes = 20};

	return rules_of(kind)->cell(&c, &problem, facts, n);
}

static void an_ac_without_points_has_all_of_the_problem(void **state UNUSED)
{
	const struct fact f = fact(1, VERDICT_AC, 0);

	assert_int_equal(cell_of(RULES_POINTS, &f, 1).points_milli, 100000);
	assert_int_equal(cell_of(RULES_IOI, &f, 1).points_milli, 100000);
}

static void more_than_the_problem_has_is_not_given(void **state UNUSED)
{
	const struct fact f = fact(1, VERDICT_WA, 100001);

	assert_int_equal(cell_of(RULES_POINTS, &f, 1).points_milli, 100000);
	assert_int_equal(cell_of(RULES_IOI, &f, 1).points_milli, 100000);
}

static void equal_points_later_are_no_gain(void **state UNUSED)
{
	const struct fact f[] = {fact(1, VERDICT_WA, 500), fact(2, VERDICT_WA, 500)};

	assert_int_equal(cell_of(RULES_POINTS, f, 2).time_ms, MINUTE);
	assert_int_equal(cell_of(RULES_IOI, f, 2).time_ms, MINUTE);
}

static void a_compile_error_is_not_a_wrong_submission(void **state UNUSED)
{
	const struct fact f[] = {fact(1, VERDICT_CE, 0), fact(2, VERDICT_RTE, 0)};

	assert_int_equal(cell_of(RULES_POINTS, f, 2).wrong, 1);
	assert_int_equal(cell_of(RULES_POINTS, f, 2).judged, 2);
}

static void points_end_at_the_first_ac_and_ioi_does_not(void **state UNUSED)
{
	const struct fact f[] = {fact(1, VERDICT_AC, 100000), fact(2, VERDICT_NONE, 0)};

	assert_int_equal(cell_of(RULES_POINTS, f, 2).pending, 0);
	assert_int_equal(cell_of(RULES_IOI, f, 2).pending, 1);
}

static void the_points_of_what_is_not_judged_do_not_count(void **state UNUSED)
{
	const struct fact f[] = {fact(1, VERDICT_JE, 90000), fact(2, VERDICT_NONE, 90000)};

	assert_int_equal(cell_of(RULES_POINTS, f, 2).points_milli, 0);
	assert_int_equal(cell_of(RULES_IOI, f, 2).points_milli, 0);
}

static double key(enum rules_kind kind, int64_t points, int wrong, int64_t minute)
{
	struct total t = {.points_milli = points, .wrong = wrong, .last_ms = minute * MINUTE};

	return rules_of(kind)->key(&t);
}

static void the_key_has_the_bits_that_are_documented(void **state UNUSED)
{
	assert_true(key(RULES_POINTS, 1, 0, 0) - key(RULES_POINTS, 0, 0, 0) == 67108864.0);
	assert_true(key(RULES_POINTS, 1, 0, 0) - key(RULES_POINTS, 1, 1, 0) == 65536.0);
	assert_true(key(RULES_POINTS, 1, 0, 0) - key(RULES_POINTS, 1, 0, 1) == 1.0);
	assert_true(key(RULES_POINTS, 134217727, 0, 0) == 9007199254740991.0); /* 2^53 - 1 */
	assert_true(key(RULES_IOI, 123456, 7, 9) == 123456.0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(an_ac_without_points_has_all_of_the_problem),
	        cmocka_unit_test(more_than_the_problem_has_is_not_given),
	        cmocka_unit_test(equal_points_later_are_no_gain),
	        cmocka_unit_test(a_compile_error_is_not_a_wrong_submission),
	        cmocka_unit_test(points_end_at_the_first_ac_and_ioi_does_not),
	        cmocka_unit_test(the_points_of_what_is_not_judged_do_not_count),
	        cmocka_unit_test(the_key_has_the_bits_that_are_documented),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
