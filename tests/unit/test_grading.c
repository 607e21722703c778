/* test_grading.c -- from the results of test cases to the submission's: without groups the first
 * failure in order decides; groups, flags and scores as the package formats say. */
#include "tests/unit/test.h"

#include "judge/grading.h"

#include <math.h>

enum { MAX_CASES = 8, MAX_GROUPS = 8 };

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
	const struct grading_case cases[] = {
	        {.group = 1}, {.group = 1}, {.group = 2}, {.group = 2}};
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

static void scores_are_kept_in_thousandths(void **state UNUSED)
{
	assert_int_equal(grading_milli(33.333), 33333);
	assert_int_equal(grading_milli(-0.0005), -1);
	assert_int_equal(grading_milli(1e300), INT64_C(1000000000000));
	assert_int_equal(grading_milli(HUGE_VAL), 0);
	assert_int_equal(grading_milli(NAN), 0);
}

/* What the flags of the default grader say, on a root with four cases or members. */

static const enum verdict mixed[] = {VERDICT_AC, VERDICT_WA, VERDICT_TLE, VERDICT_RTE};

struct asked {
	struct grading_group root;
	bool score_is_all;
	enum verdict verdicts[MAX_CASES];
	double scores[MAX_CASES]; /* given by the validator */
	size_t n;
};

/* The root's sum, of cases without groups inside. */
static struct grading_sum ask(const struct asked *a)
{
	struct grading_group root = a->root;
	struct grading_plan plan = {.groups = &root,
	        .ngroups = 1,
	        .cases = flat,
	        .ncases = a->n,
	        .scoring = true,
	        .score_is_all = a->score_is_all};
	struct grading_result results[MAX_CASES] = {0};
	struct grading_sum sum;
	struct err err = {0};

	root.parent = -1;
	root.name = "";
	root.range_min = -HUGE_VAL;
	root.range_max = root.case_max = HUGE_VAL;
	for (size_t i = 0; i < a->n; i++)
		results[i] = (struct grading_result){a->verdicts[i],
		        a->scores[i] > 0 ? GRADING_SCORE : GRADING_NO_SCORE, a->scores[i]};
	assert_int_equal(grading_finish(&plan, results, NULL, &sum, &err), 0);
	return sum;
}

static struct asked four(enum grading_verdicts verdicts, enum grading_scores scores)
{
	struct asked a = {
	        .root = {.verdicts = verdicts, .scores = scores, .accept_score = 1}, .n = 4};

	memcpy(a.verdicts, mixed, sizeof(mixed));
	return a;
}

static void worst_error_goes_by_the_order_of_the_format(void **state UNUSED)
{
	struct asked a = four(GRADING_WORST_ERROR, GRADING_SUM);

	assert_int_equal(ask(&a).verdict, VERDICT_RTE);
	a.verdicts[3] = VERDICT_AC;
	assert_int_equal(ask(&a).verdict, VERDICT_TLE);
	a.verdicts[2] = VERDICT_OLE;
	assert_int_equal(ask(&a).verdict, VERDICT_OLE);
	a.verdicts[2] = VERDICT_AC;
	assert_int_equal(ask(&a).verdict, VERDICT_WA);
}

static void first_error_goes_by_the_order_of_judging(void **state UNUSED)
{
	const struct asked a = four(GRADING_FIRST_ERROR, GRADING_SUM);

	assert_int_equal(ask(&a).verdict, VERDICT_WA);
}

static void always_accept_accepts_and_keeps_the_points(void **state UNUSED)
{
	const struct asked a = four(GRADING_ALWAYS_ACCEPT, GRADING_SUM);

	assert_int_equal(ask(&a).verdict, VERDICT_AC);
	assert_true(ask(&a).score == 1);
}

static void accept_if_any_accepted_needs_one(void **state UNUSED)
{
	struct asked a = four(GRADING_WORST_ERROR, GRADING_SUM);

	a.root.accept_if_any = true;
	assert_int_equal(ask(&a).verdict, VERDICT_AC);
	a.verdicts[0] = VERDICT_WA;
	assert_int_equal(ask(&a).verdict, VERDICT_RTE);
}

static void sum_avg_min_and_max_are_over_all_members(void **state UNUSED)
{
	const struct asked given = {.root = {.verdicts = GRADING_ALWAYS_ACCEPT, .reject_score = 2},
	        .verdicts = {VERDICT_AC, VERDICT_AC, VERDICT_AC, VERDICT_WA},
	        .scores = {10, 20.5, 7.5, 0},
	        .n = 4};
	struct asked a = given;

	a.root.scores = GRADING_SUM;
	assert_true(ask(&a).score == 40);
	a.root.scores = GRADING_AVG;
	assert_true(ask(&a).score == 10);
	a.root.scores = GRADING_MIN;
	assert_true(ask(&a).score == 2);
	a.root.scores = GRADING_MAX;
	assert_true(ask(&a).score == 20.5);
}

static void pass_fail_gives_all_or_nothing(void **state UNUSED)
{
	struct asked a = four(GRADING_FIRST_ERROR, GRADING_PASS_FAIL);

	a.root.accept_score = 30;
	assert_true(ask(&a).score == 0);
	for (size_t i = 0; i < a.n; i++)
		a.verdicts[i] = VERDICT_AC;
	assert_true(ask(&a).score == 30);
}

/* sample and secret below a root; the root of a plan with two groups inside. */
static void ignore_sample_takes_verdict_and_score_of_secret(void **state UNUSED)
{
	struct grading_group groups[] = {
	        {.parent = -1, .go_on = true, .range_max = 100, .case_max = HUGE_VAL},
	        {.parent = 0, .accept_score = 1, .range_max = 100, .case_max = HUGE_VAL},
	        {.parent = 0, .accept_score = 5, .range_max = 100, .case_max = HUGE_VAL}};
	const struct grading_case cases[] = {
	        {.group = 1, .sample = true}, {.group = 2}, {.group = 2}};
	const struct grading_plan plan = {
	        .groups = groups, .ngroups = 3, .cases = cases, .ncases = 3, .scoring = true};
	const struct grading_result results[] = {
	        {.verdict = VERDICT_WA}, {.verdict = VERDICT_AC}, {.verdict = VERDICT_AC}};
	struct grading_sum whole;

	assert_int_equal(recorded(&plan, results, &whole), VERDICT_WA);
	assert_int_equal(grading_points(&plan, &whole), 0);
	groups[0].ignore_sample = true;
	assert_int_equal(recorded(&plan, results, &whole), VERDICT_AC);
	assert_int_equal(grading_points(&plan, &whole), 10000);
}

/* 2025-09: secret with a group that requires another. */
static const struct grading_group newer[] = {{.parent = -1,
                                                     .name = "",
                                                     .go_on = true,
                                                     .accept_if_any = true,
                                                     .ignore_sample = true,
                                                     .range_max = HUGE_VAL,
                                                     .case_max = HUGE_VAL},
        {.parent = 0, .name = "sample", .range_max = HUGE_VAL, .case_max = HUGE_VAL},
        {.parent = 0,
                .name = "secret",
                .go_on = true,
                .accept_if_any = true,
                .range_max = 100,
                .case_max = 100},
        {.parent = 2,
                .name = "secret/1",
                .scores = GRADING_PASS_FAIL,
                .accept_score = 40,
                .range_max = 40,
                .case_max = 40},
        {.parent = 2,
                .name = "secret/2",
                .go_on = true,
                .accept_if_any = true,
                .scores = GRADING_SUM,
                .accept_score = 30,
                .range_max = 60,
                .case_max = 30,
                .requires = (const int[]){3},
                .nrequires = 1}};
static const struct grading_case newer_cases[] = {
        {.group = 1, .sample = true}, {.group = 3}, {.group = 3}, {.group = 4}, {.group = 4}};
static const struct grading_plan newer_plan = {.groups = newer,
        .ngroups = ARRAY_LEN(newer),
        .cases = newer_cases,
        .ncases = ARRAY_LEN(newer_cases),
        .scoring = true,
        .score_is_all = true};

static void a_group_is_left_out_when_the_required_one_failed(void **state UNUSED)
{
	struct grading_result r[] = {{.verdict = VERDICT_AC}, {.verdict = VERDICT_AC},
	        {.verdict = VERDICT_WA}, {.verdict = VERDICT_NONE}, {.verdict = VERDICT_NONE}};
	struct grading_sum sums[ARRAY_LEN(newer)];
	struct err err = {0};

	assert_false(grading_skips(&newer_plan, r, 2));
	assert_true(grading_skips(&newer_plan, r, 3));
	assert_int_equal(grading_finish(&newer_plan, r, NULL, sums, &err), 0);
	assert_int_equal(sums[4].verdict, VERDICT_WA);
	assert_true(sums[4].score == 0);
	assert_true(sums[0].score == 0);
	r[2].verdict = VERDICT_AC;
	assert_false(grading_skips(&newer_plan, r, 3));
}

static void points_of_2025_count_whatever_the_verdict(void **state UNUSED)
{
	const struct grading_result r[] = {{.verdict = VERDICT_WA}, {.verdict = VERDICT_AC},
	        {.verdict = VERDICT_AC}, {.verdict = VERDICT_AC, GRADING_MULTIPLIER, 0.5},
	        {.verdict = VERDICT_TLE}};
	struct grading_sum whole;

	assert_int_equal(recorded(&newer_plan, r, &whole), VERDICT_TLE);
	assert_int_equal(grading_points(&newer_plan, &whole), 55000);
}

static void a_score_on_a_sample_of_2025_is_ignored(void **state UNUSED)
{
	const struct grading_result r[] = {{.verdict = VERDICT_AC, GRADING_MULTIPLIER, 0.5},
	        {.verdict = VERDICT_AC}, {.verdict = VERDICT_AC}, {.verdict = VERDICT_AC},
	        {.verdict = VERDICT_AC}};
	struct grading_sum whole;

	assert_int_equal(recorded(&newer_plan, r, &whole), VERDICT_AC);
	assert_int_equal(grading_points(&newer_plan, &whole), 100000);
}

static void a_score_that_no_package_may_give_is_the_judges_fault(void **state UNUSED)
{
	static const struct grading_result bad[] = {{VERDICT_AC, GRADING_SCORE, 31},
	        {VERDICT_AC, GRADING_MULTIPLIER, 1.5}, {VERDICT_AC, GRADING_MULTIPLIER, -0.5},
	        {VERDICT_AC, GRADING_SCORE, HUGE_VAL}, {VERDICT_AC, GRADING_SCORE, -1},
	        {VERDICT_WA, GRADING_SCORE, 0}};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		const struct grading_result r[] = {{.verdict = VERDICT_AC}, {.verdict = VERDICT_AC},
		        {.verdict = VERDICT_AC}, bad[i], {.verdict = VERDICT_AC}};
		struct grading_sum sums[ARRAY_LEN(newer)];
		struct err err = {0};

		assert_int_equal(grading_finish(&newer_plan, r, NULL, sums, &err), -ERR_BUSY);
		assert_non_null(strstr(err.msg, "secret/2"));
	}
}

static void a_score_where_all_or_nothing_counts_is_the_judges_fault(void **state UNUSED)
{
	struct grading_plan old = newer_plan;
	const struct grading_result r[] = {{.verdict = VERDICT_AC}, {VERDICT_AC, GRADING_SCORE, 1},
	        {.verdict = VERDICT_AC}, {.verdict = VERDICT_AC}, {.verdict = VERDICT_AC}};
	struct grading_sum sums[ARRAY_LEN(newer)];
	struct err err = {0};

	assert_int_equal(grading_finish(&newer_plan, r, NULL, sums, &err), -ERR_BUSY);
	assert_non_null(strstr(err.msg, "secret/1"));
	old.score_is_all = false; /* legacy knows no such rule */
	assert_int_equal(grading_finish(&old, r, NULL, sums, &err), 0);
}

/* A grader that counts whom it was given. */
static int count_members(void *ctx, const struct grading_group *g, const struct grading_members *m,
        struct grading_sum *out, struct err *err UNUSED)
{
	size_t *seen = ctx;

	assert_true(g->custom);
	*seen += m->n;
	*out = (struct grading_sum){VERDICT_AC, 12.5};
	return 0;
}

static void a_static_validation_has_a_highest_score_of_its_own(void **state UNUSED)
{
	const struct grading_group groups[] = {{.parent = -1,
	                                               .name = "",
	                                               .go_on = true,
	                                               .accept_if_any = true,
	                                               .range_max = 50,
	                                               .case_max = HUGE_VAL},
	        {.parent = 0,
	                .name = "secret",
	                .go_on = true,
	                .accept_if_any = true,
	                .scores = GRADING_SUM,
	                .accept_score = 20,
	                .range_max = 50,
	                .case_max = 20}};
	const struct grading_case cases[] = {
	        {.group = 1, .scored = true, .max = 10}, {.group = 1}, {.group = 1}};
	const struct grading_plan plan = {.groups = groups,
	        .ngroups = 2,
	        .cases = cases,
	        .ncases = 3,
	        .scoring = true,
	        .score_is_all = true};
	struct grading_result r[] = {
	        {.verdict = VERDICT_AC}, {.verdict = VERDICT_AC}, {.verdict = VERDICT_WA}};
	struct grading_sum sums[2];
	struct err err = {0};

	assert_int_equal(grading_finish(&plan, r, NULL, sums, &err), 0);
	assert_true(sums[0].score == 30);
	r[0] = (struct grading_result){VERDICT_AC, GRADING_MULTIPLIER, 0.5};
	assert_int_equal(grading_finish(&plan, r, NULL, sums, &err), 0);
	assert_true(sums[0].score == 25);
	r[0] = (struct grading_result){VERDICT_AC, GRADING_SCORE, 15};
	assert_int_equal(grading_finish(&plan, r, NULL, sums, &err), -ERR_BUSY);
	r[0] = (struct grading_result){.verdict = VERDICT_WA};
	assert_int_equal(grading_finish(&plan, r, NULL, sums, &err), 0);
	assert_true(sums[0].score == 20);
}

static void a_packages_grader_decides_its_group_alone(void **state UNUSED)
{
	struct grading_group groups[] = {
	        {.parent = -1, .name = "", .go_on = true, .range_max = 100},
	        {.parent = 0, .name = "a", .custom = true, .range_max = 20, .case_max = HUGE_VAL},
	        {.parent = 0,
	                .name = "b",
	                .accept_score = 3,
	                .range_max = 100,
	                .case_max = HUGE_VAL}};
	const struct grading_case cases[] = {{.group = 1}, {.group = 1}, {.group = 2}};
	const struct grading_plan plan = {
	        .groups = groups, .ngroups = 3, .cases = cases, .ncases = 3, .scoring = true};
	const struct grading_result r[] = {
	        {.verdict = VERDICT_WA}, {.verdict = VERDICT_AC}, {.verdict = VERDICT_AC}};
	size_t seen = 0;
	const struct grading_grader grader = {count_members, &seen};
	struct grading_sum sums[3];
	struct err err = {0};

	assert_int_equal(grading_finish(&plan, r, &grader, sums, &err), 0);
	assert_int_equal(seen, 2);
	assert_true(sums[0].score == 15.5);
	assert_int_equal(sums[0].verdict, VERDICT_AC);
	groups[1].range_max = 12;
	assert_int_equal(grading_finish(&plan, r, &grader, sums, &err), -ERR_BUSY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_first_failing_test_in_order_decides),
	        cmocka_unit_test(behind_the_first_failure_nothing_is_needed),
	        cmocka_unit_test(all_tests_accepted_is_accepted),
	        cmocka_unit_test(groups_are_summed_and_a_group_gives_its_least),
	        cmocka_unit_test(scores_are_kept_in_thousandths),
	        cmocka_unit_test(worst_error_goes_by_the_order_of_the_format),
	        cmocka_unit_test(first_error_goes_by_the_order_of_judging),
	        cmocka_unit_test(always_accept_accepts_and_keeps_the_points),
	        cmocka_unit_test(accept_if_any_accepted_needs_one),
	        cmocka_unit_test(sum_avg_min_and_max_are_over_all_members),
	        cmocka_unit_test(pass_fail_gives_all_or_nothing),
	        cmocka_unit_test(ignore_sample_takes_verdict_and_score_of_secret),
	        cmocka_unit_test(a_group_is_left_out_when_the_required_one_failed),
	        cmocka_unit_test(points_of_2025_count_whatever_the_verdict),
	        cmocka_unit_test(a_score_on_a_sample_of_2025_is_ignored),
	        cmocka_unit_test(a_score_that_no_package_may_give_is_the_judges_fault),
	        cmocka_unit_test(a_score_where_all_or_nothing_counts_is_the_judges_fault),
	        cmocka_unit_test(a_packages_grader_decides_its_group_alone),
	        cmocka_unit_test(a_static_validation_has_a_highest_score_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
