/* test_cpus.c -- lists of processors, hyperthreads of one core, and what a process may use. */
#include "tests/unit/test.h"

#include "base/cpus.h"

#include <sys/stat.h>

static void assert_list(const char *text, const char *printed, int count)
{
	char out[CPUS_TEXT_SIZE];
	struct err err = {0};
	cpu_set_t set;

	assert_int_equal(cpus_parse(text, &set, &err), 0);
	assert_int_equal(CPU_COUNT(&set), count);
	cpus_print(&set, out, sizeof(out));
	assert_string_equal(out, printed);
}

static void a_list_is_numbers_and_ranges(void **state UNUSED)
{
	assert_list("0", "0", 1);
	assert_list("0-3,6", "0-3,6", 5);
	assert_list("6,0,1,2-3,3", "0-3,6", 5);
	assert_list("1023", "1023", 1);
	assert_list("0-1023", "0-1023", 1024);
}

static void what_is_no_list_is_refused(void **state UNUSED)
{
	static const char *const bad[] = {"", "a", "-1", "1-", "3-1", "1,", ",1", "1,,2", "0-1024",
	        "1024", "1 2", "0x1", "1-2-3", "99999999999999999999", "1\n"};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err err = {0};
		cpu_set_t set;

		assert_int_equal(cpus_parse(bad[i], &set, &err), -ERR_INPUT);
		assert_non_null(strstr(err.msg, "no list of processors"));
	}
}

static void a_long_list_is_cut_off_with_a_word(void **state UNUSED)
{
	char out[12];
	struct err err = {0};
	cpu_set_t set;

	assert_int_equal(cpus_parse("1,3,5,7,9,11,13", &set, &err), 0);
	cpus_print(&set, out, sizeof(out));
	assert_string_equal(out, "1,3,5,7...");
}

/* Processors 0 to 3 are two cores of two threads, as many machines number them; 4 says nothing. */
static void of_siblings_the_first_stays(void **state UNUSED)
{
	static const char *const says[] = {"0,2\n", "1,3\n", "0,2\n", "1,3\n"};
	char folder[] = "/tmp/test-cpus-XXXXXX", path[256], out[CPUS_TEXT_SIZE];
	struct err err = {0};
	cpu_set_t set;

	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; i < ARRAY_LEN(says); i++) {
		snprintf(path, sizeof(path), "%s/cpu%zu", folder, i);
		assert_int_equal(mkdir(path, 0700), 0);
		snprintf(path, sizeof(path), "%s/cpu%zu/topology", folder, i);
		assert_int_equal(mkdir(path, 0700), 0);
		snprintf(path, sizeof(path), "%s/cpu%zu/topology/thread_siblings_list", folder, i);
		auto_file FILE *f = fopen(path, "we");
		assert_non_null(f);
		assert_true(fputs(says[i], f) >= 0);
	}
	assert_int_equal(cpus_parse("0-4", &set, &err), 0);
	cpus_drop_siblings(&set, folder);
	cpus_print(&set, out, sizeof(out));
	assert_string_equal(out, "0-1,4");
	/* of those that may be used: 0 is not among them */
	assert_int_equal(cpus_parse("1-3", &set, &err), 0);
	cpus_drop_siblings(&set, folder);
	cpus_print(&set, out, sizeof(out));
	assert_string_equal(out, "1-2");
	for (size_t i = 0; i < ARRAY_LEN(says); i++) {
		snprintf(path, sizeof(path), "%s/cpu%zu/topology/thread_siblings_list", folder, i);
		assert_int_equal(unlink(path), 0);
		*strrchr(path, '/') = '\0';
		assert_int_equal(rmdir(path), 0);
		*strrchr(path, '/') = '\0';
		assert_int_equal(rmdir(path), 0);
	}
	assert_int_equal(rmdir(folder), 0);
}

static void only_what_the_process_may_use_can_be_asked_for(void **state UNUSED)
{
	struct err err = {0};
	cpu_set_t all, one, set;
	char text[CPUS_TEXT_SIZE];

	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	assert_int_equal(cpus_usable("", false, &set, &err), 0);
	assert_true(CPU_EQUAL(&set, &all));
	assert_int_equal(cpus_usable("1023", false, &set, &err), -ERR_INPUT);
	assert_string_equal(err.msg, "cores: there is no processor 1023 for this program");

	CPU_ZERO(&one);
	for (unsigned i = 0; CPU_COUNT(&one) == 0; i++)
		if (CPU_ISSET(i, &all))
			CPU_SET(i, &one);
	cpus_print(&one, text, sizeof(text));
	assert_int_equal(cpus_usable(text, true, &set, &err), 0);
	assert_true(CPU_EQUAL(&set, &one));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_list_is_numbers_and_ranges),
	        cmocka_unit_test(what_is_no_list_is_refused),
	        cmocka_unit_test(a_long_list_is_cut_off_with_a_word),
	        cmocka_unit_test(of_siblings_the_first_stays),
	        cmocka_unit_test(only_what_the_process_may_use_can_be_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
