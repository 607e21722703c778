/* test_clock.c -- time and its text. */
#include "tests/unit/test.h"

#include "base/clock.h"

static void assert_time(const char *text, int64_t expected)
{
	int64_t ms = -1;

	if (clock_parse_time(text, &ms) < 0)
		fail_msg("not read: %s", text);
	assert_int_equal(ms, expected);
}

static void assert_reltime(const char *text, int64_t expected)
{
	int64_t ms = -1;

	if (clock_parse_reltime(text, &ms) < 0)
		fail_msg("not read: %s", text);
	assert_int_equal(ms, expected);
}

/* The expected numbers are those of `date -ud <text> +%s`. */
static void times_are_read_in_every_form_of_the_standard(void **state UNUSED)
{
	assert_time("1970-01-01T00:00:00Z", 0);
	assert_time("2026-01-31T10:00:00.123Z", 1769853600123);
	assert_time("2026-01-31T10:00:00.123456Z", 1769853600123);
	assert_time("2026-01-31T10:00:00.1Z", 1769853600100);
	assert_time("2024-02-29T23:59:59+00:00", 1709251199000);
	assert_time("1900-03-01T00:00:00Z", -2203891200000);
	assert_time("1969-12-31T23:59:59.999Z", -1);
	assert_time("9999-12-31T23:59:59.999Z", 253402300799999);
}

static void a_zone_is_taken_off(void **state UNUSED)
{
	assert_time("2026-01-31T12:00:00+02", 1769853600000);
	assert_time("2026-01-31T15:30:00+05:30", 1769853600000);
	assert_time("2026-01-31T05:30:00-04:30", 1769853600000);
	assert_time("2026-01-31 10:00:00+00", 1769853600000);
}

static void what_is_no_time_is_refused(void **state UNUSED)
{
	static const char *const bad[] = {"", "2026", "2026-01-31", "2026-01-31T10:00:00",
	        "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z",
	        "2026-04-31T00:00:00Z", "2026-01-00T00:00:00Z", "1900-02-29T00:00:00Z",
	        "2026-01-31T24:00:00Z", "2026-01-31T10:60:00Z", "2026-01-31T10:00:60Z",
	        "2026-01-31T10:00:00.Z", "2026-01-31T10:00:00Zx", "2026-01-31T10:00:00+2",
	        "2026-01-31T10:00:00+02:", "2026-01-31T10:00:00+24:00", "+026-01-31T10:00:00Z",
	        "2026-01-31t10:00:00Z", "26-01-31T10:00:00Z"};
	int64_t ms;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (clock_parse_time(bad[i], &ms) == 0)
			fail_msg("read: %s", bad[i]);
	}
}

static void times_are_written_in_utc_with_milliseconds(void **state UNUSED)
{
	char text[CLOCK_TEXT_SIZE];

	clock_format_time(1769853600123, text);
	assert_string_equal(text, "2026-01-31T10:00:00.123Z");
	clock_format_time(-1, text);
	assert_string_equal(text, "1969-12-31T23:59:59.999Z");
	clock_format_time(951782400000, text);
	assert_string_equal(text, "2000-02-29T00:00:00.000Z");
	clock_format_time(INT64_MIN, text);
	clock_format_time(INT64_MAX, text);
}

static void every_day_of_four_centuries_is_written_and_read_back(void **state UNUSED)
{
	for (int64_t day = -80000; day < 80000; day++) {
		char text[CLOCK_TEXT_SIZE];
		int64_t ms;

		clock_format_time(day * 86400000 + 86399999, text);
		assert_int_equal(clock_parse_time(text, &ms), 0);
		assert_int_equal(ms, day * 86400000 + 86399999);
	}
}

static void contest_times_are_read_with_and_without_milliseconds(void **state UNUSED)
{
	assert_reltime("0:00:00", 0);
	assert_reltime("1:02:03.456", 3723456);
	assert_reltime("-0:00:01", -1000);
	assert_reltime("100:00:00.000", 360000000);
	assert_reltime("05:00:00", 18000000);
}

static void what_is_no_contest_time_is_refused(void **state UNUSED)
{
	static const char *const bad[] = {"", "-", "1", "1:00", "1:60:00", "1:00:60", "1:0:00",
	        "1:00:00.", ":00:00", "--1:00:00", "1:00:00x", "+1:00:00", "1:00:00.5s",
	        "12345678901234567890:00:00", "1:-1:00"};
	int64_t ms;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (clock_parse_reltime(bad[i], &ms) == 0)
			fail_msg("read: %s", bad[i]);
	}
}

static void contest_times_are_written_with_milliseconds(void **state UNUSED)
{
	char text[CLOCK_TEXT_SIZE];

	clock_format_reltime(3723456, text);
	assert_string_equal(text, "1:02:03.456");
	clock_format_reltime(-1, text);
	assert_string_equal(text, "-0:00:00.001");
	clock_format_reltime(INT64_MIN, text);
	assert_string_equal(text, "-2562047788015:12:55.808");
}

static void tests_can_move_the_wall_clock(void **state UNUSED)
{
	int64_t wall = clock_wall_ms(); /* main set the offset before the first call */

	assert_true(wall > 4000000000000);
	assert_true(clock_mono_ms() * 1000 <= clock_mono_us());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(times_are_read_in_every_form_of_the_standard),
	        cmocka_unit_test(a_zone_is_taken_off),
	        cmocka_unit_test(what_is_no_time_is_refused),
	        cmocka_unit_test(times_are_written_in_utc_with_milliseconds),
	        cmocka_unit_test(every_day_of_four_centuries_is_written_and_read_back),
	        cmocka_unit_test(contest_times_are_read_with_and_without_milliseconds),
	        cmocka_unit_test(what_is_no_contest_time_is_refused),
	        cmocka_unit_test(contest_times_are_written_with_milliseconds),
	        cmocka_unit_test(tests_can_move_the_wall_clock),
	};

	setenv("CODEARENA_CLOCK_OFFSET_MS", "4000000000000", 1);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
