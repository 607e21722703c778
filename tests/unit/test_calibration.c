/* When a slot is too noisy to be used, and when it is used again. */
#include "tests/unit/test.h"

#include "judge/calibration.h"

enum { LIMIT = 50 };

static struct calibration *make(size_t slots, int64_t limit)
{
	const struct calibration_setup setup = {
	        .slots = slots, .every_s = 300, .limit_percent = limit};

	return calibration_new(&setup);
}

/* A measurement whose slower quarter took so much more. */
static void note(struct calibration *c, int slot, int64_t percent)
{
	int64_t us[] = {1000 + 10 * percent, 1000, 1001, 1000 + 10 * percent, 1003, 1002,
	        1000 + 10 * percent, 1001, 1000};

	calibration_note(c, slot, us, ARRAY_LEN(us));
}

static void one_bad_measurement_is_chance(void **state)
{
	struct calibration *c = make(2, LIMIT);

	(void)state;
	note(c, 0, 80);
	assert_true(calibration_is_used(c, 0));
	note(c, 0, 10);
	note(c, 0, 80);
	assert_true(calibration_is_used(c, 0));
	note(c, 0, 80);
	assert_false(calibration_is_used(c, 0));
	assert_true(calibration_is_used(c, 1));
	calibration_free(c);
}

static void a_slot_that_is_calm_again_is_used_again(void **state)
{
	struct calibration *c = make(2, LIMIT);

	(void)state;
	note(c, 1, 80);
	note(c, 1, 80);
	note(c, 1, 45); /* below the limit, but not calm */
	assert_false(calibration_is_used(c, 1));
	note(c, 1, 20);
	assert_true(calibration_is_used(c, 1));
	calibration_free(c);
}

static void the_last_slot_stays_in_use(void **state)
{
	struct calibration *c = make(2, LIMIT);

	(void)state;
	for (int i = 0; i < 4; i++) {
		note(c, 0, 90);
		note(c, 1, 300);
	}
	assert_int_equal(calibration_is_used(c, 0) + calibration_is_used(c, 1), 1);
	note(c, 0, 5);
	assert_true(calibration_is_used(c, 0));
	note(c, 1, 300);
	note(c, 1, 300);
	assert_false(calibration_is_used(c, 1));
	calibration_free(c);
}

static void without_a_limit_all_are_used(void **state)
{
	struct calibration *c = make(2, 0);

	(void)state;
	note(c, 0, 900);
	note(c, 0, 900);
	assert_true(calibration_is_used(c, 0));
	assert_true(calibration_get(c, 0).measured);
	assert_false(calibration_get(c, 1).measured);
	calibration_free(c);
}

static void two_slow_runs_of_nine_are_no_noise(void **state)
{
	struct calibration *c = make(2, LIMIT);
	int64_t us[] = {1000, 9000, 1010, 1000, 9000, 1000, 1020, 1000, 1000};

	(void)state;
	calibration_note(c, 0, us, ARRAY_LEN(us));
	assert_true(calibration_get(c, 0).jitter_percent < 3);
	assert_int_equal(calibration_get(c, 0).fastest_us, 1000);
	calibration_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(one_bad_measurement_is_chance),
	        cmocka_unit_test(a_slot_that_is_calm_again_is_used_again),
	        cmocka_unit_test(the_last_slot_stays_in_use),
	        cmocka_unit_test(without_a_limit_all_are_used),
	        cmocka_unit_test(two_slow_runs_of_nine_are_no_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
