/* test_json.c -- JSON with limits, and getters that say what is wrong. */
#include "tests/unit/test.h"

#include "base/json.h"

static json_t *parse(const char *text)
{
	struct err err = {0};
	json_t *v = json_parse(text, strlen(text), 8, &err);

	if (!v)
		fail_msg("%s: %s", text, err.msg);
	return v;
}

static void assert_refused(const char *text, const char *sentence)
{
	struct err err = {0};

	assert_null(json_parse(text, strlen(text), 3, &err));
	assert_int_equal(err.code, ERR_INPUT);
	if (!strstr(err.msg, sentence))
		fail_msg("%s: %s", text, err.msg);
}

static void too_many_levels_are_refused_before_they_are_read(void **state UNUSED)
{
	json_auto_t *v = parse("[[[]],{\"a\":\"[[[[[[[[[[\"}]");

	assert_non_null(v);
	assert_refused("[[[[]]]]", "deeper than 3 levels");
	assert_refused("{\"a\":{\"b\":{\"c\":[", "deeper than 3 levels");
	assert_refused("[\"\\\"\",[[[", "deeper than 3 levels");
}

static void a_mistake_is_named_with_its_line(void **state UNUSED)
{
	assert_refused("{\n\"a\": tru}", "JSON line 2: ");
	assert_refused("", "JSON line 1: ");
	assert_refused("[1] x", "end of file expected");
}

static void duplicate_members_nul_bytes_and_scalars_are_refused(void **state UNUSED)
{
	assert_refused("{\"a\":1,\"a\":2}", "duplicate");
	assert_refused("[\"\\u0000\"]", "\\u0000");
	assert_refused("1", "'[' or '{' expected");
}

static void a_string_is_bounded_and_not_empty(void **state UNUSED)
{
	json_auto_t *o = parse("{\"name\":\"abc\",\"empty\":\"\",\"n\":1,\"null\":null}");
	struct err err = {0};
	const char *s = NULL;

	assert_int_equal(json_get_string(o, "name", 3, &s, &err), 0);
	assert_string_equal(s, "abc");
	assert_int_equal(json_get_string(o, "name", 2, &s, &err), -ERR_INPUT);
	assert_string_equal(err.msg, "\"name\" must be a string of at most 2 characters");
	assert_int_equal(json_get_string(o, "n", 9, &s, &err), -ERR_INPUT);
	assert_int_equal(json_get_string(o, "null", 9, &s, &err), -ERR_INPUT);
	assert_int_equal(json_get_string(o, "missing", 9, &s, &err), -ERR_INPUT);
	assert_int_equal(json_get_string(o, "empty", 9, &s, &err), -ERR_INPUT);
	assert_string_equal(err.msg, "\"empty\" must not be empty");
}

static void an_optional_member_has_a_fallback_but_no_wrong_type(void **state UNUSED)
{
	json_auto_t *o = parse("{\"s\":1,\"n\":\"x\",\"b\":0,\"null\":null}");
	struct err err = {0};
	const char *s = NULL;
	int64_t n = 0;
	bool b = false;

	assert_int_equal(json_opt_string(o, "null", 9, "else", &s, &err), 0);
	assert_string_equal(s, "else");
	assert_int_equal(json_opt_int(o, "missing", 0, 9, 7, &n, &err), 0);
	assert_int_equal(n, 7);
	assert_int_equal(json_opt_bool(o, "missing", true, &b, &err), 0);
	assert_true(b);
	assert_int_equal(json_opt_string(o, "s", 9, NULL, &s, &err), -ERR_INPUT);
	assert_int_equal(json_opt_int(o, "n", 0, 9, 7, &n, &err), -ERR_INPUT);
	assert_int_equal(json_opt_bool(o, "b", true, &b, &err), -ERR_INPUT);
	assert_string_equal(err.msg, "\"b\" must be true or false");
}

static void a_number_is_whole_and_in_its_range(void **state UNUSED)
{
	json_auto_t *o = parse("{\"n\":5,\"real\":5.0}");
	struct err err = {0};
	int64_t n = 0;

	assert_int_equal(json_get_int(o, "n", 5, 5, &n, &err), 0);
	assert_int_equal(n, 5);
	assert_int_equal(json_get_int(o, "n", 6, 9, &n, &err), -ERR_INPUT);
	assert_string_equal(err.msg, "\"n\" must be a whole number from 6 to 9");
	assert_int_equal(json_get_int(o, "real", 0, 9, &n, &err), -ERR_INPUT);
}

static void an_unknown_member_is_refused_by_name(void **state UNUSED)
{
	static const char *const names[] = {"a", "b", "c", NULL};
	json_auto_t *good = parse("{\"a\":1,\"b\":2}");
	json_auto_t *bad = parse("{\"a\":1,\"bb\":2}");
	json_auto_t *list = parse("[]");
	struct err err = {0};

	assert_int_equal(json_only(good, names, &err), 0);
	assert_int_equal(json_only(bad, names, &err), -ERR_INPUT);
	assert_string_equal(err.msg, "unknown member \"bb\"");
	assert_int_equal(json_only(list, names, &err), -ERR_INPUT);
}

static void the_canonical_text_is_compact_and_sorted(void **state UNUSED)
{
	json_auto_t *v = parse("{ \"b\": [1, 2.5, null],\n \"a\": \"\\u00e9\" }");
	auto_free char *text = json_text(v);

	assert_string_equal(text, "{\"a\":\"\xc3\xa9\",\"b\":[1,2.5,null]}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(too_many_levels_are_refused_before_they_are_read),
	        cmocka_unit_test(a_mistake_is_named_with_its_line),
	        cmocka_unit_test(duplicate_members_nul_bytes_and_scalars_are_refused),
	        cmocka_unit_test(a_string_is_bounded_and_not_empty),
	        cmocka_unit_test(an_optional_member_has_a_fallback_but_no_wrong_type),
	        cmocka_unit_test(a_number_is_whole_and_in_its_range),
	        cmocka_unit_test(an_unknown_member_is_refused_by_name),
	        cmocka_unit_test(the_canonical_text_is_compact_and_sorted),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
