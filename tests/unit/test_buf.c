/* test_buf.c -- the growing byte string. */
#include "tests/unit/test.h"

#include "base/buf.h"
#include "base/err.h"

static void assert_json(const char *bytes, size_t len, const char *expected)
{
	auto_buf struct buf b = {0};

	buf_add_json(&b, bytes, len);
	assert_string_equal(b.data, expected);
}

static void bytes_that_are_no_text_are_question_marks(void **state UNUSED)
{
	static const char bytes[] = "a\0b \xff\xc3\xa4 \xe2\x82\xac \xc0\xaf \xe2\x82";
	auto_buf struct buf b = {0};

	buf_add_text(&b, bytes, sizeof(bytes) - 1);
	assert_string_equal(b.data, "a?b ?\xc3\xa4 \xe2\x82\xac ?? ??");
	assert_int_equal(b.len, sizeof(bytes) - 1);
}

static void what_is_added_stands_in_order_and_ends_with_a_nul(void **state UNUSED)
{
	auto_buf struct buf b = {0};

	buf_adds(&b, "a");
	buf_addf(&b, "%05d", 42);
	buf_add(&b, "xyz", 2);
	assert_string_equal(b.data, "a00042xy");
	assert_int_equal(b.len, 8);
}

static void adding_nothing_makes_an_empty_string(void **state UNUSED)
{
	auto_buf struct buf b = {0};

	buf_add(&b, NULL, 0);
	assert_string_equal(b.data, "");
}

static void a_buffer_grows_over_a_million_bytes(void **state UNUSED)
{
	auto_buf struct buf b = {0};

	for (int i = 0; i < 200000; i++)
		buf_addf(&b, "%06d", i);
	assert_int_equal(b.len, 1200000);
	assert_string_equal(b.data + b.len - 6, "199999");
}

static void a_cleared_buffer_keeps_its_memory(void **state UNUSED)
{
	auto_buf struct buf b = {0};
	const char *before;

	buf_adds(&b, "text");
	before = b.data;
	buf_clear(&b);
	assert_int_equal(b.len, 0);
	assert_string_equal(b.data, "");
	assert_ptr_equal(b.data, before);
}

static void taking_leaves_an_empty_buffer_and_is_never_null(void **state UNUSED)
{
	struct buf b = {0};
	auto_free char *nothing = buf_take(&b);
	auto_free char *text = NULL;

	assert_string_equal(nothing, "");
	buf_adds(&b, "x");
	text = buf_take(&b);
	assert_string_equal(text, "x");
	assert_null(b.data);
}

static void json_strings_escape_quotes_and_control_characters(void **state UNUSED)
{
	assert_json("a\"b\\c\n\t\x01/", 9, "\"a\\\"b\\\\c\\n\\t\\u0001/\"");
	assert_json("nul\0!", 5, "\"nul\\u0000!\"");
}

static void json_strings_keep_utf8(void **state UNUSED)
{
	assert_json("h\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8e\x88", 12,
	        "\"h\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8e\x88\"");
}

static void json_strings_replace_what_is_no_utf8(void **state UNUSED)
{
	assert_json("\xff", 1, "\"\xef\xbf\xbd\"");                                 /* no start */
	assert_json("\xc0\x80", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\"");                 /* overlong */
	assert_json("\xed\xa0\x80", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""); /* surrogate */
	assert_json("\xe2\x82", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\"");                 /* cut */
	assert_json("\xf4\x90\x80\x80", 4,
	        "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""); /* above U+10FFFF */
}

static void reading_stops_at_the_limit(void **state UNUSED)
{
	auto_buf struct buf b = {0};
	struct err err = {0};
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	auto_close int from = ends[0];
	assert_int_equal(write(ends[1], "12345", 5), 5);
	close(ends[1]);
	assert_int_equal(buf_read_fd(&b, from, 4, &err), -ERR_INPUT);
	assert_string_equal(err.msg, "longer than 4 bytes");
}

static void reading_takes_exactly_what_fits(void **state UNUSED)
{
	auto_buf struct buf b = {0};
	struct err err = {0};
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	auto_close int from = ends[0];
	assert_int_equal(write(ends[1], "12345", 5), 5);
	close(ends[1]);
	assert_int_equal(buf_read_fd(&b, from, 5, &err), 0);
	assert_string_equal(b.data, "12345");
}

static void a_missing_file_is_not_found_and_named(void **state UNUSED)
{
	auto_buf struct buf b = {0};
	struct err err = {0};

	assert_int_equal(buf_read_file(&b, "/nowhere/file", 10, &err), -ERR_NOT_FOUND);
	assert_non_null(strstr(err.msg, "/nowhere/file"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(bytes_that_are_no_text_are_question_marks),
	        cmocka_unit_test(what_is_added_stands_in_order_and_ends_with_a_nul),
	        cmocka_unit_test(adding_nothing_makes_an_empty_string),
	        cmocka_unit_test(a_buffer_grows_over_a_million_bytes),
	        cmocka_unit_test(a_cleared_buffer_keeps_its_memory),
	        cmocka_unit_test(taking_leaves_an_empty_buffer_and_is_never_null),
	        cmocka_unit_test(json_strings_escape_quotes_and_control_characters),
	        cmocka_unit_test(json_strings_keep_utf8),
	        cmocka_unit_test(json_strings_replace_what_is_no_utf8),
	        cmocka_unit_test(reading_stops_at_the_limit),
	        cmocka_unit_test(reading_takes_exactly_what_fits),
	        cmocka_unit_test(a_missing_file_is_not_found_and_named),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
