/* test_conf.c -- the settings file. */
#include "tests/unit/test.h"

#include "base/conf.h"

#include <fcntl.h>
#include <sys/stat.h>

static int parse(struct conf *c, const char *text, struct err *err)
{
	return conf_parse(c, text, strlen(text), err);
}

static void assert_refused(const char *text, const char *sentence)
{
	struct err err = {0};
	struct conf c;

	assert_int_equal(parse(&c, text, &err), -ERR_INPUT);
	assert_string_equal(err.msg, sentence);
	assert_null(c.instance);
}

static void an_empty_file_gives_the_defaults(void **state UNUSED)
{
	struct err err = {0};
	struct conf c;

	assert_int_equal(parse(&c, "", &err), 0);
	assert_string_equal(c.listen_address, "127.0.0.1");
	assert_int_equal(c.listen_port, 8080);
	assert_string_equal(c.registration, "closed");
	assert_int_equal(c.submissions_per_minute, 10);
	assert_false(c.cookie_secure);
	conf_free(&c);
	assert_null(c.instance);
}

static void a_default_follows_the_settings_it_names(void **state UNUSED)
{
	struct err err = {0};
	struct conf c;

	assert_int_equal(parse(&c, "prefix = /srv/ca\ninstance=blue\n", &err), 0);
	assert_string_equal(c.web_dir, "/srv/ca/web");
	assert_string_equal(c.redis_prefix, "blue:");
	assert_true(strlen(c.judge_name) > 0);
	assert_null(strchr(c.judge_name, '{'));
	conf_free(&c);
}

static void blanks_comments_and_windows_line_ends_do_not_count(void **state UNUSED)
{
	struct err err = {0};
	struct conf c;

	assert_int_equal(parse(&c,
	                         "# one\r\n\r\n  listen_port =  9000 \r\n"
	                         "\t# two\ncookie_secure=true\njudge_name = a # b",
	                         &err),
	        0);
	assert_int_equal(c.listen_port, 9000);
	assert_true(c.cookie_secure);
	assert_string_equal(c.judge_name, "a # b");
	conf_free(&c);
}

static void a_mistake_is_named_with_its_line(void **state UNUSED)
{
	assert_refused("\nlisten_prot = 1\n", "line 2: unknown setting \"listen_prot\"");
	assert_refused("slots = 4\nslots = 5\n", "line 2: slots is set twice");
	assert_refused("slots\n", "line 1: not of the form name = value");
	assert_refused(
	        "listen_port = 70000\n", "line 1: listen_port must be 1 to 65535: \"70000\"");
	assert_refused("slots = four\n", "line 1: slots must be 0 to 1024: \"four\"");
	assert_refused("slots = 4x\n", "line 1: slots must be 0 to 1024: \"4x\"");
	assert_refused(
	        "cookie_secure = yes\n", "line 1: cookie_secure must be true or false: \"yes\"");
	assert_refused(
	        "registration = op\n", "line 1: registration must be closed|code|open: \"op\"");
	assert_refused("registration =\n", "line 1: registration must be closed|code|open: \"\"");
	assert_refused("instance = ../x\n", "line 1: instance must be of a-z, 0-9 and -: \"../x\"");
	assert_refused(
	        "\ncores = 0-\n", "line 2: cores: no list of processors such as 0-3,6: \"0-\"");
	assert_refused("instance =\n", "line 1: instance must have 1 to 20 characters");
}

static void the_example_is_a_valid_file_with_every_default(void **state UNUSED)
{
	auto_free char *text = NULL;
	size_t len;
	struct err err = {0};
	struct conf c;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	conf_print_example(f);
	fclose(f);
	assert_int_equal(conf_parse(&c, text, len, &err), 0);
	assert_non_null(strstr(text, "#listen_port = 8080\n"));
	conf_free(&c);
}

/* Writes text to a new file of that mode; its name is valid until the next call. */
static const char *make_file(const char *text, mode_t mode)
{
	static char path[32];

	snprintf(path, sizeof(path), "/tmp/test-conf-XXXXXX");
	auto_close int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	return path;
}

static void a_secret_is_the_first_line_of_its_file(void **state UNUSED)
{
	struct err err = {0};
	const char *path = make_file("s3cret word\nmore\n", 0600);
	auto_free char *secret = conf_read_secret(path, &err);

	assert_string_equal(secret, "s3cret word");
	unlink(path);
}

static void a_secret_that_others_may_read_is_refused(void **state UNUSED)
{
	struct err err = {0};
	const char *path = make_file("s3cret\n", 0644);

	assert_null(conf_read_secret(path, &err));
	assert_int_equal(err.code, ERR_DENIED);
	unlink(path);
}

static void an_empty_secret_is_refused(void **state UNUSED)
{
	struct err err = {0};
	const char *path = make_file("\n", 0600);

	assert_null(conf_read_secret(path, &err));
	assert_int_equal(err.code, ERR_INPUT);
	unlink(path);
}

static void config_is_taken_out_of_the_arguments(void **state UNUSED)
{
	char name[] = "program", option[] = "--config", word[] = "verify", last[] = "--all";
	const char *path = make_file("slots = 3\n", 0644);
	char file[64];
	char *argv[] = {name, word, option, file, last, NULL};
	int argc = 5;
	struct conf c;

	snprintf(file, sizeof(file), "%s", path);
	conf_init(&c, &argc, argv);
	assert_int_equal(c.slots, 3);
	assert_int_equal(argc, 3);
	assert_string_equal(argv[1], "verify");
	assert_string_equal(argv[2], "--all");
	assert_null(argv[3]);
	conf_free(&c);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(an_empty_file_gives_the_defaults),
	        cmocka_unit_test(a_default_follows_the_settings_it_names),
	        cmocka_unit_test(blanks_comments_and_windows_line_ends_do_not_count),
	        cmocka_unit_test(a_mistake_is_named_with_its_line),
	        cmocka_unit_test(the_example_is_a_valid_file_with_every_default),
	        cmocka_unit_test(a_secret_is_the_first_line_of_its_file),
	        cmocka_unit_test(a_secret_that_others_may_read_is_refused),
	        cmocka_unit_test(an_empty_secret_is_refused),
	        cmocka_unit_test(config_is_taken_out_of_the_arguments),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("conf", tests, NULL, NULL);
}
