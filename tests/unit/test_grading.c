/* test_grading.c -- from the results of test cases to the submission's: without groups the first
 * failure in order decides; groups, flags and scores as the package formats say. */
#include "tests/unit/test.h"

#include "judge/grading.h"

enum { MAX_CASES = 8, MAX_GROUPS = 4 };

static const struct grading_case flat[MAX_CASES];

/* What is recorded for results in a plan; *whole too when wanted. */
static enum verdict recorded(
        const struct grading_plan *p, const struct grading_result *r, struct grading_sum *whole)
{
	struct grading_sum sums[MAX_GROUPS];
	struct err err = {0};

	assert_int_equal(grading_finish(p, r, NULL, sums, &err), 0);
	if (whole)
		*whole = sums[0];
	return grading_verdict(p, r, &sums[0]);
}

static void the_first_failing_test_in_order_decides(void **state UNUSED)
{
	const struct grading_group root = {.parent = -1};
	const struct grading_plan plan = {
	        .groups = &root, .ngroups = 1, .cases = flat, .ncases = 4};
	const struct grading_result results[] = {{.verdict = VERDICT_AC}, {.verdict = VERDICT_TLE},
	        {.verdict = VERDICT_WA}, {.verdict = VERDICT_AC}};

	assert_int_equal(recorded(&plan, results, NULL), VERDICT_TLE);
}

static void behind_the_first_failure_nothing_is_needed(void **state UNUSED)
{
	const struct grading_group root = {.parent = -1};
	struct grading_plan plan = {.groups = &root, .ngroups = 1, .cases = flat, .ncases = 3};
	const struct grading_result results[] = {
	        {.verdict = VERDICT_AC}, {.verdict = VERDICT_WA}, {.verdict = VERDICT_NONE}};

	assert_false(grading_skips(&plan, results, 1));
	assert_true(grading_skips(&plan, results, 2));
	plan.run_all = true;
	assert_false(grading_skips(&plan, results, 2));
}

static void all_tests_accepted_is_accepted(void **state UNUSED)
{
	const struct grading_group root = {.parent = -1};
	const struct grading_plan plan = {
	        .groups = &root, .ngroups = 1, .cases = flat, .ncases = 2};
	const struct grading_result results[] = {{.verdict = VERDICT_AC}, {.verdict = VERDICT_AC}};

	assert_int_equal(recorded(&plan, results, NULL), VERDICT_AC);
}

/* Two groups of two: the sum of what each group gives; a group gives the least of its cases. */
static void groups_are_summed_and_a_group_gives_its_least(void **state UNUSED)
{
	const struct grading_group groups[] = {{.parent = -1,
	                                               .go_on = true,
	                                               .accept_if_any = true,
	                                               .scores = GRADING_SUM,
	                                               .range_max = 100},
	        {.parent = 0,
	                .scores = GRADING_MIN,
	                .accept_score = 40,
	                .range_max = 40,
	                .case_max = 40},
	        {.parent = 0,
	                .scores = GRADING_MIN,
	                .accept_score = 60,
	                .range_max = 60,
	                .case_max = 60}};
	const struct grading_case cases[] = {{1, false}, {1, false}, {2, false}, {2, false}};
	const struct grading_plan plan = {
	        .groups = groups, .ngroups = 3, .cases = cases, .ncases = 4, .scoring = true};
	const struct grading_result all[] = {{.verdict = VERDICT_AC}, {.verdict = VERDICT_AC},
	        {.verdict = VERDICT_AC}, {.verdict = VERDICT_AC}};
	const struct grading_result half[] = {{.verdict = VERDICT_AC}, {.verdict = VERDICT_AC},
	        {.verdict = VERDICT_WA}, {.verdict = VERDICT_NONE}};
	struct grading_sum whole;

	assert_int_equal(recorded(&plan, all, &whole), VERDICT_AC);
	assert_int_equal(grading_points(&plan, &whole), 100000);
	assert_int_equal(recorded(&plan, half, &whole), VERDICT_WA);
	assert_int_equal(grading_points(&plan, &whole), 40000);
	assert_true(grading_skips(&plan, half, 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_first_failing_test_in_order_decides),
	        cmocka_unit_test(behind_the_first_failure_nothing_is_needed),
	        cmocka_unit_test(all_tests_accepted_is_accepted),
	        cmocka_unit_test(groups_are_summed_and_a_group_gives_its_least),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
