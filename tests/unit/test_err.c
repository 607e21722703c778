/* test_err.c -- how a function says why it failed. */
#include "tests/unit/test.h"

#include "base/err.h"
#include "base/findings.h"

static void setting_an_error_gives_its_negative_code(void **state UNUSED)
{
	struct err err = {0};

	assert_int_equal(err_set(&err, ERR_INPUT, "no such language: \"%s\"", "cobol"), -ERR_INPUT);
	assert_int_equal(err.code, ERR_INPUT);
	assert_string_equal(err.msg, "no such language: \"cobol\"");
}

static void wrapping_an_error_keeps_its_code(void **state UNUSED)
{
	struct err err = {0};

	err_set(&err, ERR_BUSY, "away");
	assert_int_equal(err_wrap(&err, "claim for %s", "w1"), -ERR_BUSY);
	assert_string_equal(err.msg, "claim for w1: away");
	assert_int_equal(err_result(&err), -ERR_BUSY);
}

static void a_long_message_is_cut_and_still_a_string(void **state UNUSED)
{
	struct err err = {0};
	char text[2 * sizeof(err.msg)];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	err_set(&err, ERR_BUG, "%s", text);
	assert_int_equal(strlen(err.msg), sizeof(err.msg) - 1);
	err_wrap(&err, "%s", text);
	assert_int_equal(strlen(err.msg), sizeof(err.msg) - 1);
}

/* libarchive ends one of its messages with a line break */
static void a_message_is_one_line_whatever_a_library_said(void **state UNUSED)
{
	struct findings f = {0};
	struct err err = {0};

	err_set(&err, ERR_INPUT, "%s", "wrong size\n");
	assert_string_equal(err.msg, "wrong size");
	findings_add(&f, "a.zip: %s", "wrong size\n");
	findings_add(&f, "b.zip: %s", "of two\nlines\n\n");
	assert_int_equal(f.n, 2);
	assert_string_equal(f.text.data, "a.zip: wrong size\nb.zip: of two lines\n");
	findings_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(setting_an_error_gives_its_negative_code),
	        cmocka_unit_test(wrapping_an_error_keeps_its_code),
	        cmocka_unit_test(a_long_message_is_cut_and_still_a_string),
	        cmocka_unit_test(a_message_is_one_line_whatever_a_library_said),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
