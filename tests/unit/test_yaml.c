/* test_yaml.c -- YAML as JSON values. The expected text is YAML 1.2's own (JSON is YAML). */
#include "tests/unit/test.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/yaml.h"

static void assert_yaml(const char *text, const char *expected)
{
	struct err err = {0};
	json_auto_t *v = yaml_parse(text, strlen(text), 4, &err);
	auto_free char *json = NULL;

	if (!v)
		fail_msg("%s: %s", text, err.msg);
	json = json_text(v);
	assert_string_equal(json, expected);
}

static void assert_refused(const char *text, const char *sentence)
{
	struct err err = {0};
	json_auto_t *v = yaml_parse(text, strlen(text), 4, &err);

	if (v)
		fail_msg("read: %s", text);
	assert_int_equal(err.code, ERR_INPUT);
	assert_string_equal(err.msg, sentence);
}

static void mappings_and_sequences_nest(void **state UNUSED)
{
	assert_yaml("name: A\nlimits:\n  time: 2\n  list: [1, {x: y}]\n",
	        "{\"limits\":{\"list\":[1,{\"x\":\"y\"}],\"time\":2},\"name\":\"A\"}");
	assert_yaml("- a\n- b:\n    - c\n-\n", "[\"a\",{\"b\":[\"c\"]},null]");
	assert_yaml("just text", "\"just text\"");
}

static void plain_scalars_follow_the_core_schema(void **state UNUSED)
{
	assert_yaml("[~, null, Null, true, False, no, yes, on]",
	        "[null,null,null,true,false,\"no\",\"yes\",\"on\"]");
	assert_yaml("[0, -12, +3, 0777, 0o17, 0xfF, 1_000]", "[0,-12,3,777,15,255,\"1_000\"]");
	assert_yaml("[1.5, -.5, 1., 2e3, 1.2.3, e5, ., 12e]",
	        "[1.5,-0.5,1.0,2000.0,\"1.2.3\",\"e5\",\".\",\"12e\"]");
}

static void quoted_and_block_scalars_are_strings(void **state UNUSED)
{
	assert_yaml("[\"1\", 'true', '']", "[\"1\",\"true\",\"\"]");
	assert_yaml("a: |\n  x\n  y\nb: >\n  x\n  y\n", "{\"a\":\"x\\ny\\n\",\"b\":\"x y\\n\"}");
}

static void keys_are_strings_whatever_they_look_like(void **state UNUSED)
{
	assert_yaml("1: a\ntrue: b\n", "{\"1\":\"a\",\"true\":\"b\"}");
}

static void an_empty_file_is_null(void **state UNUSED)
{
	assert_yaml("", "null");
	assert_yaml("# nothing\n", "null");
}

static void what_can_grow_or_surprise_is_refused(void **state UNUSED)
{
	assert_refused("a: !!str 1\n", "YAML line 1 column 4: tags are not allowed");
	assert_refused("a: 1\nb: 2\na: 3\n", "YAML line 3 column 1: duplicate key");
	assert_refused("a: 1\n---\nb: 2\n", "YAML line 2 column 1: more than one document");
	assert_refused("[[[[[1]]]]]", "YAML line 1 column 5: nested too deep");
	assert_refused("? [a]\n: b\n", "YAML line 1 column 3: a key must be a scalar");
	assert_refused("a: \"x\\0y\"\n", "YAML line 1 column 4: NUL in a string");
}

static void an_alias_is_a_copy_of_what_was_named_last(void **state UNUSED)
{
	assert_yaml("a: &x [1, &y 2]\nb: *x\nc: *y\n", "{\"a\":[1,2],\"b\":[1,2],\"c\":2}");
	assert_yaml("- &x 1\n- *x\n- &x 2\n- *x\n", "[1,1,2,2]");
}

static void merged_keys_stand_behind_a_mappings_own(void **state UNUSED)
{
	assert_yaml("a: &x {k: 1, l: 2}\nb: {<<: *x, k: 3}\n",
	        "{\"a\":{\"k\":1,\"l\":2},\"b\":{\"k\":3,\"l\":2}}");
	assert_yaml("[&x {k: 1}, &y {l: 2}, {<<: [*x, *y]}]",
	        "[{\"k\":1},{\"l\":2},{\"k\":1,\"l\":2}]");
	assert_refused("a: {<<: 1}\n", "YAML line 1 column 10: << is for mappings");
}

static void an_alias_names_something_complete(void **state UNUSED)
{
	static const char why[] = "an alias of nothing that is complete before it";
	char text[100];

	snprintf(text, sizeof(text), "YAML line 1 column 4: %s", why);
	assert_refused("a: *x\n", text);
	snprintf(text, sizeof(text), "YAML line 1 column 8: %s", why);
	assert_refused("a: &x [*x]\n", text);
}

/* Each line has nine of the line before: a hundred million words, if they were made. */
static void a_billion_laughs_are_refused(void **state UNUSED)
{
	auto_buf struct buf b = {0};
	struct err err = {0};

	buf_adds(&b, "l0: &l0 laugh\n");
	for (int i = 1; i < 9; i++)
		buf_addf(&b, "l%d: &l%d [*l%d,*l%d,*l%d,*l%d,*l%d,*l%d,*l%d,*l%d,*l%d]\n", i, i,
		        i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	assert_null(yaml_parse(b.data, b.len, 16, &err));
	assert_string_equal(err.msg, "YAML line 7 column 14: aliases make more of it than 1 MiB");
}

/* Each line is one deeper than the line before. */
static void what_aliases_hold_counts_as_depth(void **state UNUSED)
{
	assert_refused("- &a [1]\n- &b [*a]\n- &c [*b]\n- &d [*c]\n",
	        "YAML line 4 column 7: nested too deep");
}

static void numbers_that_cannot_be_held_are_refused(void **state UNUSED)
{
	assert_refused(
	        "99999999999999999999", "YAML line 1 column 1: not a number that can be held");
	assert_refused("[.inf]", "YAML line 1 column 2: not a number that can be held");
	assert_refused("[.NaN]", "YAML line 1 column 2: not a number that can be held");
	assert_refused("[1e999]", "YAML line 1 column 2: not a number that can be held");
	assert_yaml("9223372036854775807", "9223372036854775807");
}

static void a_syntax_mistake_is_named_with_its_place(void **state UNUSED)
{
	struct err err = {0};
	const char *text = "a: 1\n b: [\n";

	assert_null(yaml_parse(text, strlen(text), 4, &err));
	assert_non_null(strstr(err.msg, "YAML line 2 "));
}

static void a_missing_file_is_not_found(void **state UNUSED)
{
	struct err err = {0};

	assert_null(yaml_parse_file("/nowhere/problem.yaml", 100, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(mappings_and_sequences_nest),
	        cmocka_unit_test(plain_scalars_follow_the_core_schema),
	        cmocka_unit_test(quoted_and_block_scalars_are_strings),
	        cmocka_unit_test(keys_are_strings_whatever_they_look_like),
	        cmocka_unit_test(an_empty_file_is_null),
	        cmocka_unit_test(what_can_grow_or_surprise_is_refused),
	        cmocka_unit_test(an_alias_is_a_copy_of_what_was_named_last),
	        cmocka_unit_test(merged_keys_stand_behind_a_mappings_own),
	        cmocka_unit_test(an_alias_names_something_complete),
	        cmocka_unit_test(a_billion_laughs_are_refused),
	        cmocka_unit_test(what_aliases_hold_counts_as_depth),
	        cmocka_unit_test(numbers_that_cannot_be_held_are_refused),
	        cmocka_unit_test(a_syntax_mistake_is_named_with_its_place),
	        cmocka_unit_test(a_missing_file_is_not_found),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("yaml", tests, NULL, NULL);
}
