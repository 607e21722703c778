/* test_auth.c -- what needs no database: cookies, roles, passwords. */
#include "tests/unit/test.h"

#include "api/auth.h"
#include "api/password.h"

static void a_cookie_is_found_among_others(void **state UNUSED)
{
	auto_arena struct arena a = {0};

	assert_string_equal(
	        auth_cookie(&a, "x=1; codearena_token=abc; y=2", "codearena_token"), "abc");
	assert_string_equal(auth_cookie(&a, "codearena_token=abc", "codearena_token"), "abc");
	assert_string_equal(auth_cookie(&a, "codearena_token=", "codearena_token"), "");
	assert_null(auth_cookie(&a, "xcodearena_token=abc", "codearena_token"));
	assert_null(auth_cookie(&a, "codearena_token_=abc; ;", "codearena_token"));
	assert_null(auth_cookie(&a, "", "codearena_token"));
	assert_null(auth_cookie(&a, NULL, "codearena_token"));
}

static void each_role_may_what_the_former_may(void **state UNUSED)
{
	enum role r = ROLE_PUBLIC;

	assert_true(ROLE_PUBLIC < ROLE_TEAM && ROLE_TEAM < ROLE_JURY && ROLE_JURY < ROLE_ADMIN);
	assert_int_equal(role_parse("jury", &r), 0);
	assert_int_equal(r, ROLE_JURY);
	assert_int_equal(role_parse("public", &r), -1);
	assert_int_equal(role_parse("root", &r), -1);
}

static void a_password_matches_its_own_hash_only(void **state UNUSED)
{
	char hash[PASSWORD_HASH_SIZE];
	char again[PASSWORD_HASH_SIZE];
	struct err err = {0};

	assert_int_equal(password_hash("correct horse", hash, &err), 0);
	assert_int_equal(password_hash("correct horse", again, &err), 0);
	assert_int_equal(strncmp(hash, "$y$", 3), 0);
	assert_string_not_equal(hash, again);
	assert_true(password_matches("correct horse", hash));
	assert_false(password_matches("correct horsf", hash));
	assert_false(password_matches("", hash));
	assert_false(password_matches("correct horse", NULL));
	assert_false(password_matches("correct horse", ""));
	assert_false(password_matches("*", "*"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_cookie_is_found_among_others),
	        cmocka_unit_test(each_role_may_what_the_former_may),
	        cmocka_unit_test(a_password_matches_its_own_hash_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
