/* test_rules_icpc.c -- ICPC: the edges of cells, totals and keys that the golden cases leave out.
 */
#include "tests/unit/test.h"

#include "scoreboard/rules.h"

#define MINUTE INT64_C(60000)
static const struct contest contest = {.rules = RULES_ICPC, .penalty_minutes = 20};
static const struct contest_problem problem = {.id = "A", .points_milli = 100000};

static struct fact fact(int64_t ordinal, int64_t minute, enum verdict v)
{
	return (struct fact){.ordinal = ordinal, .contest_time_ms = minute * MINUTE, .verdict = v};
}

static struct cell cell_of(const struct fact *facts, size_t n)
{
	return rules_of(RULES_ICPC)->cell(&contest, &problem, facts, n);
}

static void a_cell_without_submissions_is_empty(void **state UNUSED)
{
	struct cell c = cell_of(NULL, 0);

	assert_int_equal(c.judged, 0);
	assert_int_equal(c.pending, 0);
	assert_false(c.solved);
	assert_int_equal(c.time_ms, -1);
	assert_int_equal(c.penalty_minutes, 0);
}

static void an_earlier_submission_that_is_pending_stays_pending(void **state UNUSED)
{
	const struct fact facts[] = {fact(1, 1, VERDICT_NONE), fact(2, 2, VERDICT_AC)};
	struct cell c = cell_of(facts, 2);

	assert_true(c.solved);
	assert_int_equal(c.pending, 1);
	assert_int_equal(c.judged, 1);
	assert_int_equal(c.penalty_minutes, 2);
}

static void a_late_verdict_on_an_earlier_submission_moves_the_penalty(void **state UNUSED)
{
	const struct fact wrong[] = {fact(1, 1, VERDICT_WA), fact(2, 2, VERDICT_AC)};
	const struct fact right[] = {fact(1, 1, VERDICT_AC), fact(2, 2, VERDICT_AC)};

	assert_int_equal(cell_of(wrong, 2).penalty_minutes, 22);
	assert_int_equal(cell_of(right, 2).penalty_minutes, 1);
	assert_int_equal(cell_of(right, 2).judged, 1);
}

static void a_total_sums_cells_and_the_adjustment(void **state UNUSED)
{
	const struct contest_team team = {.id = "t", .penalty_adjustment = -50};
	const struct cell cells[] = {{.solved = true, .time_ms = 3 * MINUTE, .penalty_minutes = 23},
	        {.solved = true, .time_ms = MINUTE, .penalty_minutes = 1},
	        {.time_ms = -1, .wrong = 7}};
	struct total t = rules_of(RULES_ICPC)->total(&contest, &team, cells, 3);

	assert_int_equal(t.solved, 2);
	assert_int_equal(t.penalty_minutes, -26);
	assert_int_equal(t.last_ms, 3 * MINUTE);
}

static double key(int solved, int64_t penalty, int64_t minute)
{
	struct total t = {.solved = solved,
	        .penalty_minutes = penalty,
	        .last_ms = minute < 0 ? -1 : minute * MINUTE};

	return rules_of(RULES_ICPC)->key(&t);
}

/* 46 bits below solved: 20 of inverted biased penalty, 26 of inverted minute (LIVE.md section 3).
 */
static void the_key_has_the_bits_that_are_documented(void **state UNUSED)
{
	assert_true(key(1, 0, 0) - key(0, 0, 0) == 70368744177664.0);
	assert_true(key(0, 0, 0) - key(0, 1, 0) == 67108864.0);
	assert_true(key(0, 0, 0) - key(0, 0, 1) == 1.0);
	assert_true(key(127, -524288, 0) == 9007199254740991.0); /* 2^53 - 1 */
	assert_true(key(0, 524287, 67108863) == 0.0);
}

static void the_key_of_a_negative_penalty_is_better(void **state UNUSED)
{
	assert_true(key(1, -1, 5) > key(1, 0, 5));
	assert_true(key(1, -524288, 5) > key(1, -524287, 5));
}

static void the_key_survives_being_printed(void **state UNUSED)
{
	char text[32];

	for (int i = 0; i < 1000; i++) {
		double k = key(i % 12, (int64_t)i * 37 - 600, (int64_t)i * 3);

		snprintf(text, sizeof(text), "%.17g", k);
		assert_true(strtod(text, NULL) == k);
	}
}

static void beyond_its_range_a_key_stays_at_the_edge(void **state UNUSED)
{
	assert_true(key(500, 0, 0) == key(127, 0, 0));
	assert_true(key(1, 1 << 30, 0) == key(1, 524287, 0));
	assert_true(key(1, -(1 << 30), 0) == key(1, -524288, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_cell_without_submissions_is_empty),
	        cmocka_unit_test(an_earlier_submission_that_is_pending_stays_pending),
	        cmocka_unit_test(a_late_verdict_on_an_earlier_submission_moves_the_penalty),
	        cmocka_unit_test(a_total_sums_cells_and_the_adjustment),
	        cmocka_unit_test(the_key_has_the_bits_that_are_documented),
	        cmocka_unit_test(the_key_of_a_negative_penalty_is_better),
	        cmocka_unit_test(the_key_survives_being_printed),
	        cmocka_unit_test(beyond_its_range_a_key_stays_at_the_edge),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
