/* The cache of compiled programs: who finds what, and how much is kept. */
#include "tests/unit/test.h"

#include "judge/artifacts.h"

#include <sys/stat.h>

enum { SIZE = 1000 };

static const struct language c_language = {
        .id = "c", .compile = {"/usr/bin/gcc {sources}"}, .ncompile = 1};

/* A program of one file. */
static void key_of(struct artifacts *a, const char *owner, const char *text, char *key)
{
	struct box_source file = {"main.c", text, strlen(text)};
	struct artifacts_program p = {owner, &c_language, "host", "main.c", &file, 1};

	artifacts_key(a, &p, key);
}

static int make(size_t len)
{
	static const char zeros[SIZE * 10];
	struct err err = {0};
	int fd = box_memfd(zeros, len, &err);

	assert_true(fd >= 0);
	return fd;
}

static void put(struct artifacts *a, const char *key, size_t len)
{
	auto_close int fd = make(len);

	artifacts_put(a, key, fd);
}

static bool has(struct artifacts *a, const char *key)
{
	auto_close int fd = artifacts_get(a, key);

	return fd >= 0;
}

static void the_same_source_of_the_same_team_is_found(void **state)
{
	struct artifacts *a = artifacts_new((int64_t)SIZE * 10);
	char key[ARTIFACTS_KEY_SIZE], again[ARTIFACTS_KEY_SIZE];
	struct stat st;

	(void)state;
	key_of(a, "team", "int main", key);
	assert_false(has(a, key));
	put(a, key, SIZE);
	key_of(a, "team", "int main", again);
	{
		auto_close int fd = artifacts_get(a, again);

		assert_int_equal(fstat(fd, &st), 0);
		assert_int_equal(st.st_size, SIZE);
	}
	assert_int_equal(artifacts_count(a).hits, 1);
	assert_int_equal(artifacts_count(a).misses, 1);
	artifacts_free(a);
}

static void another_team_source_root_version_or_command_finds_nothing(void **state)
{
	struct artifacts *a = artifacts_new((int64_t)SIZE * 10);
	struct language faster = c_language;
	struct box_source file = {"main.c", "x", 1};
	char key[ARTIFACTS_KEY_SIZE], other[ARTIFACTS_KEY_SIZE];

	(void)state;
	key_of(a, "team", "x", key);
	put(a, key, SIZE);
	key_of(a, "another", "x", other);
	assert_false(has(a, other));
	key_of(a, "team", "y", other);
	assert_false(has(a, other));
	artifacts_key(a,
	        &(struct artifacts_program){"team", &c_language, "a-root", "main.c", &file, 1},
	        other);
	assert_false(has(a, other));
	faster.compile[0] = "/usr/bin/gcc -O3 {sources}";
	artifacts_key(
	        a, &(struct artifacts_program){"team", &faster, "host", "main.c", &file, 1}, other);
	assert_false(has(a, other));
	artifacts_set_version(a, &c_language, "gcc 13");
	key_of(a, "team", "x", other);
	assert_false(has(a, other));
	artifacts_free(a);
}

static void texts_that_flow_together_differ(void **state)
{
	struct artifacts *a = artifacts_new(SIZE);
	struct box_source one[] = {{"a", "bc", 2}}, two[] = {{"ab", "c", 1}};
	char key[ARTIFACTS_KEY_SIZE], other[ARTIFACTS_KEY_SIZE];

	(void)state;
	artifacts_key(a, &(struct artifacts_program){"t", &c_language, "host", "a", one, 1}, key);
	artifacts_key(a, &(struct artifacts_program){"t", &c_language, "host", "a", two, 1}, other);
	assert_string_not_equal(key, other);
	artifacts_free(a);
}

static void the_least_recently_used_goes_first(void **state)
{
	struct artifacts *a = artifacts_new((int64_t)SIZE * 2);

	(void)state;
	put(a, "one", SIZE);
	put(a, "two", SIZE);
	assert_true(has(a, "one"));
	put(a, "three", SIZE);
	assert_true(has(a, "one"));
	assert_false(has(a, "two"));
	assert_true(has(a, "three"));
	assert_int_equal(artifacts_count(a).bytes, SIZE * 2);
	put(a, "huge", (size_t)SIZE * 3);
	assert_false(has(a, "huge"));
	assert_true(has(a, "three"));
	artifacts_free(a);
}

/* The descriptor of the only cached program. */
static int kept_fd(void)
{
	char path[64], name[64];

	for (int fd = 3; fd < 1024; fd++) {
		ssize_t n;

		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		n = readlink(path, name, sizeof(name) - 1);
		if (n > 0 && strncmp(name, "/memfd:artifact", strlen("/memfd:artifact")) == 0)
			return fd;
	}
	return -1;
}

static void what_is_not_what_was_put_is_not_found(void **state)
{
	struct artifacts *a = artifacts_new((int64_t)SIZE * 2);
	char *text = test_calloc(1, SIZE);
	struct err err = {0};
	int other, fd;

	(void)state;
	put(a, "one", SIZE);
	text[SIZE / 2] = 1;
	other = box_memfd(text, SIZE, &err);
	test_free(text);
	fd = kept_fd();
	assert_true(fd >= 0 && other >= 0);
	assert_int_equal(dup2(other, fd), fd);
	close(other);
	assert_false(has(a, "one"));
	assert_int_equal(artifacts_count(a).programs, 0);
	artifacts_free(a);
}

static void a_cache_of_no_size_holds_nothing(void **state)
{
	struct artifacts *a = artifacts_new(0);
	char key[ARTIFACTS_KEY_SIZE];

	(void)state;
	assert_null(a);
	key_of(a, "team", "x", key);
	put(a, key, SIZE);
	assert_false(has(a, key));
	assert_int_equal(artifacts_count(a).programs, 0);
	artifacts_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_same_source_of_the_same_team_is_found),
	        cmocka_unit_test(another_team_source_root_version_or_command_finds_nothing),
	        cmocka_unit_test(texts_that_flow_together_differ),
	        cmocka_unit_test(the_least_recently_used_goes_first),
	        cmocka_unit_test(what_is_not_what_was_put_is_not_found),
	        cmocka_unit_test(a_cache_of_no_size_holds_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
