/* test_submit_body.c -- what a POST that submits may say. */
#include "tests/unit/test.h"

#include "api/submit_body.h"

enum { MAX_BYTES = 64 };

/* 0 or negative; the sentence goes to err. */
static int read_text(struct arena *a, const char *text, struct submit_body *out, struct err *err)
{
	json_auto_t *json = json_loads(text, 0, NULL);

	assert_non_null(json);
	return submit_body_read(a, json, MAX_BYTES, out, err);
}

static void files_are_decoded_in_order(void **state UNUSED)
{
	auto_arena struct arena a = {0};
	struct submit_body b;
	struct err err = {0};

	assert_int_equal(
	        read_text(&a,
	                "{\"problem_id\":\"A\",\"language_id\":\"c\",\"entry_point\":\"Main\","
	                "\"files\":[{\"filename\":\"a.c\",\"data\":\"Zm9v\"},"
	                "{\"filename\":\"b.h\",\"data\":\"\"}]}",
	                &b, &err),
	        0);
	assert_int_equal(b.nfiles, 2);
	assert_string_equal(b.files[0].name, "a.c");
	assert_int_equal(b.files[0].len, 3);
	assert_memory_equal(b.files[0].data, "foo", 3);
	assert_int_equal(b.files[1].len, 0);
	assert_string_equal(b.entry_point, "Main");
	assert_null(b.contest_id);
	assert_false(b.unnamed);
}

static void code_without_a_name_is_named_later(void **state UNUSED)
{
	auto_arena struct arena a = {0};
	struct submit_body b;
	struct err err = {0};

	assert_int_equal(
	        read_text(&a, "{\"problem_id\":\"A\",\"language_id\":\"c\",\"code\":\"int\"}", &b,
	                &err),
	        0);
	assert_true(b.unnamed);
	assert_int_equal(b.nfiles, 1);
	assert_memory_equal(b.files[0].data, "int", 3);
}

static void each_mistake_is_refused(void **state UNUSED)
{
	static const char *const bad[] = {
	        "{\"language_id\":\"c\",\"code\":\"x\"}",
	        "{\"problem_id\":\"A\",\"code\":\"x\"}",
	        "{\"problem_id\":\"A\",\"language_id\":\"c\"}",
	        "{\"problem_id\":7,\"language_id\":\"c\",\"code\":\"x\"}",
	        "{\"problem_id\":\"A\",\"language_id\":\"c\",\"code\":\"x\",\"files\":[]}",
	        "{\"problem_id\":\"A\",\"language_id\":\"c\",\"files\":[]}",
	        "{\"problem_id\":\"A\",\"language_id\":\"c\",\"files\":{}}",
	        "{\"problem_id\":\"A\",\"language_id\":\"c\",\"files\":[7]}",
	        "{\"problem_id\":\"A\",\"language_id\":\"c\",\"files\":[{\"filename\":\"a\"}]}",
	        "{\"problem_id\":\"A\",\"language_id\":\"c\","
	        "\"files\":[{\"filename\":\"a\",\"data\":\"Zm9\"}]}",
	        "{\"problem_id\":\"A\",\"language_id\":\"c\","
	        "\"files\":[{\"filename\":\"../a\",\"data\":\"\"}]}",
	        "{\"problem_id\":\"A\",\"language_id\":\"c\","
	        "\"files\":[{\"filename\":\".a\",\"data\":\"\"}]}",
	        "{\"problem_id\":\"A\",\"language_id\":\"c\","
	        "\"files\":[{\"filename\":\"a\",\"data\":\"\"},{\"filename\":\"a\",\"data\":\"\"}]"
	        "}",
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		auto_arena struct arena a = {0};
		struct submit_body b;
		struct err err = {0};

		assert_int_equal(read_text(&a, bad[i], &b, &err), -ERR_INPUT);
		assert_true(err.msg[0] != '\0');
	}
}

static void all_files_together_have_one_limit(void **state UNUSED)
{
	/* 33 + 33 bytes are more than 64. */
	static const char *const text =
	        "{\"problem_id\":\"A\",\"language_id\":\"c\",\"files\":["
	        "{\"filename\":\"a\",\"data\":\"YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh\"},"
	        "{\"filename\":\"b\",\"data\":\"YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh\"}]}";
	auto_arena struct arena a = {0};
	struct submit_body b;
	struct err err = {0};

	assert_int_equal(read_text(&a, text, &b, &err), -ERR_INPUT);
	assert_non_null(strstr(err.msg, "too large"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(files_are_decoded_in_order),
	        cmocka_unit_test(code_without_a_name_is_named_later),
	        cmocka_unit_test(each_mistake_is_refused),
	        cmocka_unit_test(all_files_together_have_one_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
