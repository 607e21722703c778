/* test_judging.c -- which run decides a submission. */
#include "tests/unit/test.h"

#include "judge/judging.h"

static void the_first_failing_test_in_order_decides(void **state UNUSED)
{
	const struct run runs[] = {{.ordinal = 1, .verdict = VERDICT_AC},
	        {.ordinal = 2, .verdict = VERDICT_TLE}, {.ordinal = 3, .verdict = VERDICT_WA},
	        {.ordinal = 4, .verdict = VERDICT_AC}};

	assert_int_equal(judging_verdict(runs, ARRAY_LEN(runs)), VERDICT_TLE);
}

static void all_tests_accepted_is_accepted(void **state UNUSED)
{
	const struct run runs[] = {
	        {.ordinal = 1, .verdict = VERDICT_AC}, {.ordinal = 2, .verdict = VERDICT_AC}};

	assert_int_equal(judging_verdict(runs, ARRAY_LEN(runs)), VERDICT_AC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_first_failing_test_in_order_decides),
	        cmocka_unit_test(all_tests_accepted_is_accepted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
