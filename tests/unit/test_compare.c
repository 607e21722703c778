/* test_compare.c -- the default output validator, by the sentences of the problem package format.
 */
#include "tests/unit/test.h"

#include "base/mem.h"
#include "judge/compare.h"

#include <sys/mman.h>

static char message[512];

/* 1 accepted, 0 wrong; the output comes in pieces of `piece` bytes. */
static int compare_pieces(const char *flags, const char *answer, const char *output, size_t piece)
{
	struct compare_flags f;
	struct err err = {0};
	auto_close int fd = memfd_create("answer", MFD_CLOEXEC);
	auto_compare struct compare *c = NULL;
	size_t len = strlen(output);
	int r;

	assert_int_equal(write(fd, answer, strlen(answer)), strlen(answer));
	assert_int_equal(compare_parse_flags(flags, &f, &err), 0);
	c = compare_new(&f, fd);
	for (size_t i = 0; i < len; i += piece)
		compare_push(c, output + i, len - i < piece ? len - i : piece);
	r = compare_finish(c, &err);
	snprintf(message, sizeof(message), "%s", compare_message(c));
	return r;
}

static int compare(const char *flags, const char *answer, const char *output)
{
	int whole = compare_pieces(flags, answer, output, strlen(output) + 1);

	assert_int_equal(compare_pieces(flags, answer, output, 1), whole);
	return whole;
}

static void white_space_does_not_matter(void **state UNUSED)
{
	assert_int_equal(compare("", "1 2\n3\n", "1\t2 3"), 1);
	assert_int_equal(compare("", "1 2\n3\n", "\n1 2\r\n\v3 \n\n"), 1);
	assert_int_equal(compare("", "", " \n"), 1);
	assert_int_equal(compare("", "", ""), 1);
	assert_int_equal(compare("", "12", "1 2"), 0);
}

static void white_space_matters_when_asked(void **state UNUSED)
{
	const char *f = "space_change_sensitive";

	assert_int_equal(compare(f, "1 2\n", "1 2\n"), 1);
	assert_int_equal(compare(f, "1 2\n", "1  2\n"), 0);
	assert_int_equal(compare(f, "1 2\n", "1 2"), 0);
	assert_int_equal(compare(f, "1 2", "1 2\n"), 0);
	assert_int_equal(compare(f, "1 2\n", " 1 2\n"), 0);
	assert_int_equal(compare(f, " 1", "1"), 0);
	assert_int_equal(compare(f, "1 2", "1\t2"), 0);
}

static void letters_agree_in_either_case_unless_asked(void **state UNUSED)
{
	assert_int_equal(compare("", "Yes\n", "yES"), 1);
	assert_int_equal(compare("case_sensitive", "Yes\n", "yES"), 0);
	assert_int_equal(compare("case_sensitive", "Yes\n", "Yes"), 1);
}

static void missing_and_surplus_output_is_wrong(void **state UNUSED)
{
	assert_int_equal(compare("", "1 2 3", "1 2"), 0);
	assert_string_equal(message, "token 3, line 1: the output ended, expected \"3\"");
	assert_int_equal(compare("", "1 2", "1\n2 3"), 0);
	assert_string_equal(message, "token 3, line 2: got \"3\" after the end of the answer");
	assert_int_equal(compare("", "1", ""), 0);
	assert_int_equal(compare("", "12", "1"), 0);
	assert_int_equal(compare("", "1", "12"), 0);
}

static void the_message_names_the_token_and_shortens_both(void **state UNUSED)
{
	char answer[9000], output[9000];

	assert_int_equal(compare("", "a b\nc d", "a b\nc e"), 0);
	assert_string_equal(message, "token 4, line 2: got \"e\", expected \"d\"");
	assert_int_equal(compare("", "a", "\xff\x01"), 0);
	assert_string_equal(message, "token 1, line 1: got \"\\xff\\x01\", expected \"a\"");
	memset(answer, 'x', sizeof(answer));
	memset(output, 'x', sizeof(output));
	answer[8999] = output[8999] = 0;
	assert_int_equal(compare("", answer, output), 1);
	output[8998] = 'y';
	assert_int_equal(compare("", answer, output), 0);
	assert_true(strlen(message) < 160);
	output[8998] = 0;
	assert_int_equal(compare("", answer, output), 0);
}

static void without_a_tolerance_numbers_are_text(void **state UNUSED)
{
	assert_int_equal(compare("", "1.0", "1"), 0);
	assert_int_equal(compare("", "0x10", "16"), 0);
}

static void a_tolerance_may_be_absolute_or_relative(void **state UNUSED)
{
	assert_int_equal(compare("float_absolute_tolerance 0.01", "1000", "1000.009"), 1);
	assert_int_equal(compare("float_absolute_tolerance 0.01", "1000", "1000.02"), 0);
	assert_int_equal(compare("float_relative_tolerance 1e-2", "1000", "1009"), 1);
	assert_int_equal(compare("float_relative_tolerance 1e-2", "0.5", "0.506"), 0);
	assert_int_equal(compare("float_tolerance 1e-2", "1000 0.5", "1009 0.506"), 1);
	assert_int_equal(compare("float_tolerance 1e-9", "yes 3", "YES 3.0"), 1);
	assert_int_equal(compare("float_tolerance 1e-9", "3", "three"), 0);
	assert_string_equal(
	        message, "token 1, line 1: got \"three\", expected \"3\": not a number");
	assert_int_equal(compare("float_tolerance 1e-9", "three", "3"), 0);
	assert_int_equal(compare("float_tolerance 1e-9", "3", "3x"), 0);
}

static void with_a_tolerance_nan_equals_nan_and_hexadecimal_counts(void **state UNUSED)
{
	const char *f = "float_tolerance 1e-6";

	assert_int_equal(compare(f, "nan", "NaN"), 1);
	assert_int_equal(compare(f, "nan", "1"), 0);
	assert_int_equal(compare(f, "1", "nan"), 0);
	assert_int_equal(compare(f, "16", "0x10"), 1);
	assert_int_equal(compare(f, "0x10", "16"), 1);
	assert_int_equal(compare(f, "inf", "Infinity"), 1);
	assert_int_equal(compare(f, "inf", "-inf"), 0);
	assert_int_equal(compare(f, "inf", "1e300"), 0);
	assert_int_equal(compare("float_relative_tolerance 1e-6", "5", "inf"), 0);
}

static void an_unknown_flag_is_refused(void **state UNUSED)
{
	struct compare_flags f;
	struct err err = {0};

	assert_int_equal(compare_parse_flags("case_sensitive bogus", &f, &err), -ERR_INPUT);
	assert_string_equal(err.msg, "validator flags: unknown flag \"bogus\"");
	assert_int_equal(compare_parse_flags("float_tolerance", &f, &err), -ERR_INPUT);
	assert_int_equal(compare_parse_flags("float_tolerance x", &f, &err), -ERR_INPUT);
	assert_int_equal(compare_parse_flags("float_tolerance -1", &f, &err), -ERR_INPUT);
	assert_int_equal(compare_parse_flags("float_tolerance nan", &f, &err), -ERR_INPUT);
	assert_int_equal(compare_parse_flags(" \n", &f, &err), 0);
}

static void an_answer_that_cannot_be_read_is_the_judges_fault(void **state UNUSED)
{
	struct compare_flags f = {0};
	struct err err = {0};
	auto_compare struct compare *c = compare_new(&f, -1);

	compare_push(c, "1", 1);
	assert_int_equal(compare_finish(c, &err), -ERR_BUSY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(white_space_does_not_matter),
	        cmocka_unit_test(white_space_matters_when_asked),
	        cmocka_unit_test(letters_agree_in_either_case_unless_asked),
	        cmocka_unit_test(missing_and_surplus_output_is_wrong),
	        cmocka_unit_test(the_message_names_the_token_and_shortens_both),
	        cmocka_unit_test(without_a_tolerance_numbers_are_text),
	        cmocka_unit_test(a_tolerance_may_be_absolute_or_relative),
	        cmocka_unit_test(with_a_tolerance_nan_equals_nan_and_hexadecimal_counts),
	        cmocka_unit_test(an_unknown_flag_is_refused),
	        cmocka_unit_test(an_answer_that_cannot_be_read_is_the_judges_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
