/* test_verdict.c -- the judgement types of RULES.md section 2. */
#include "tests/unit/test.h"

#include "model/verdict.h"

/* The rules' own table, written down once more. */
static const struct {
	const char *id;
	bool penalty, judged;
} rules[] = {
        {"AC", false, true},
        {"WA", true, true},
        {"TLE", true, true},
        {"RTE", true, true},
        {"MLE", true, true},
        {"OLE", true, true},
        {"CE", false, true},
        {"SV", true, true},
        {"JE", false, false},
};

static void every_type_has_its_id_and_penalty(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		enum verdict v = VERDICT_NONE;

		assert_int_equal(verdict_parse(rules[i].id, &v), 0);
		assert_string_equal(verdict_id(v), rules[i].id);
		assert_int_equal(verdict_has_penalty(v, false), rules[i].penalty);
		assert_int_equal(verdict_is_judged(v), rules[i].judged);
		assert_true(strlen(verdict_name(v)) > 5);
	}
	assert_int_equal(ARRAY_LEN(rules) + 1, VERDICT_COUNT);
}

static void a_compile_error_costs_only_when_the_contest_says_so(void **state UNUSED)
{
	assert_false(verdict_has_penalty(VERDICT_CE, false));
	assert_true(verdict_has_penalty(VERDICT_CE, true));
	assert_false(verdict_has_penalty(VERDICT_AC, true));
	assert_false(verdict_has_penalty(VERDICT_JE, true));
}

static void nothing_is_not_judged(void **state UNUSED)
{
	enum verdict v = VERDICT_AC;

	assert_int_equal(verdict_parse(NULL, &v), 0);
	assert_int_equal(v, VERDICT_NONE);
	v = VERDICT_AC;
	assert_int_equal(verdict_parse("", &v), 0);
	assert_int_equal(v, VERDICT_NONE);
	assert_string_equal(verdict_id(VERDICT_NONE), "");
	assert_false(verdict_is_judged(VERDICT_NONE));
	assert_false(verdict_has_penalty(VERDICT_NONE, true));
}

static void an_unknown_id_is_refused(void **state UNUSED)
{
	enum verdict v = VERDICT_WA;

	assert_int_equal(verdict_parse("ac", &v), -1);
	assert_int_equal(verdict_parse("PE", &v), -1);
	assert_int_equal(v, VERDICT_WA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_type_has_its_id_and_penalty),
	        cmocka_unit_test(a_compile_error_costs_only_when_the_contest_says_so),
	        cmocka_unit_test(nothing_is_not_judged),
	        cmocka_unit_test(an_unknown_id_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
