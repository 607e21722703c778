/* test_testdata.c -- the cache of test data, with a database that is away: what it serves by
 * itself, what it refuses to serve, what it throws out. */
#include "tests/unit/test.h"

#include "base/hash.h"
#include "base/mem.h"
#include "judge/testdata.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>

struct cache {
	char folder[64];
	struct conf conf;
	struct pg *pg;
};

static int set_up(void **state)
{
	struct cache *c = xcalloc(1, sizeof(*c));
	struct err err = {0};
	char *text;

	snprintf(c->folder, sizeof(c->folder), "/tmp/testdata-XXXXXX");
	assert_non_null(mkdtemp(c->folder));
	text = xasprintf("data_dir = %s\npg_socket_dir = %s/nowhere\n", c->folder, c->folder);
	assert_int_equal(conf_parse(&c->conf, text, strlen(text), &err), 0);
	free(text);
	c->pg = pg_new(&c->conf);
	text = xasprintf("%s/testdata", c->folder);
	assert_int_equal(mkdir(text, 0755), 0);
	free(text);
	*state = c;
	return 0;
}

static int remove_one(
        const char *path, const struct stat *st UNUSED, int type UNUSED, struct FTW *f UNUSED)
{
	return remove(path);
}

static int tear_down(void **state)
{
	struct cache *c = *state;

	nftw(c->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	pg_free(c->pg);
	conf_free(&c->conf);
	free(c);
	return 0;
}

static void name_of(const char *text, char hex[HASH_HEX_SIZE])
{
	unsigned char hash[HASH_SIZE];

	hash_sha256(text, strlen(text), hash);
	hash_hex(hash, hex);
}

static void put(const struct cache *c, const char *name, const char *text)
{
	auto_free char *path = xasprintf("%s/testdata/%s", c->folder, name);
	auto_close int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0444);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static bool is_there(const struct cache *c, const char *name)
{
	auto_free char *path = xasprintf("%s/testdata/%s", c->folder, name);

	return access(path, F_OK) == 0;
}

static int open_in(struct cache *c, int64_t max, const char *hex, char *first)
{
	struct testdata *t = NULL;
	struct err err = {0};
	int fd;

	assert_int_equal(testdata_new(c->folder, max, &t, &err), 0);
	fd = testdata_open(t, c->pg, hex, &err);
	if (fd >= 0) {
		assert_int_equal(read(fd, first, 1), 1);
		close(fd);
	}
	testdata_free(t);
	return fd;
}

static void a_whole_file_is_served_without_the_database(void **state)
{
	char hex[HASH_HEX_SIZE], first = 0;

	name_of("hello", hex);
	put(*state, hex, "hello");
	assert_true(open_in(*state, 1 << 20, hex, &first) >= 0);
	assert_int_equal(first, 'h');
}

static void a_damaged_file_is_never_served(void **state)
{
	char hex[HASH_HEX_SIZE], first = 0;

	name_of("hello", hex);
	put(*state, hex, "hellO");
	assert_int_equal(open_in(*state, 1 << 20, hex, &first), -ERR_BUSY);
}

/* Served whole once, then somebody writes to it: not served again (the database is away). */
static void a_file_that_changed_since_is_checked_again(void **state)
{
	const struct cache *c = *state;
	auto_free char *path = NULL;
	char hex[HASH_HEX_SIZE];
	struct testdata *t = NULL;
	struct err err = {0};
	int fd;

	name_of("hello", hex);
	put(c, hex, "hello");
	assert_int_equal(testdata_new(c->folder, 1 << 20, &t, &err), 0);
	fd = testdata_open(t, c->pg, hex, &err);
	assert_true(fd >= 0);
	close(fd);
	path = xasprintf("%s/testdata/%s", c->folder, hex);
	assert_int_equal(unlink(path), 0);
	put(c, hex, "jello");
	assert_int_equal(testdata_open(t, c->pg, hex, &err), -ERR_BUSY);
	testdata_free(t);
}

static void halves_of_an_earlier_run_are_removed(void **state)
{
	char hex[HASH_HEX_SIZE], first;

	name_of("hello", hex);
	put(*state, hex, "hello");
	put(*state, "new-1-1", "hel");
	assert_true(open_in(*state, 1 << 20, hex, &first) >= 0);
	assert_false(is_there(*state, "new-1-1"));
	assert_true(is_there(*state, hex));
}

static void the_cache_keeps_to_its_size(void **state)
{
	char a[HASH_HEX_SIZE], b[HASH_HEX_SIZE], first;

	name_of("hello", a);
	name_of("world", b);
	put(*state, a, "hello");
	put(*state, b, "world");
	(void)open_in(*state, 5, a, &first);
	assert_int_equal(is_there(*state, a) + is_there(*state, b), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(
	                a_whole_file_is_served_without_the_database, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(a_damaged_file_is_never_served, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(
	                a_file_that_changed_since_is_checked_again, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(
	                halves_of_an_earlier_run_are_removed, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(the_cache_keeps_to_its_size, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
