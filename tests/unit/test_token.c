/* test_token.c -- what libjwt 1.10 lets pass must not pass here: expired tokens, other algorithms,
 * other keys, other services. */
#include "tests/unit/test.h"

#include "api/base64.h"
#include "api/token.h"

#include <jwt.h>

static const char *const secret = "0123456789abcdef0123456789abcdef";
static const int64_t now = 1800000000000;
static const int64_t later = 1800000900000;

static const struct token_key key = {
        .secret = "0123456789abcdef0123456789abcdef", .issuer = "unit"};

static struct identity somebody(void)
{
	return (struct identity){
	        .role = ROLE_TEAM, .account_id = "a1", .team_id = "t1", .epoch = 7};
}

static int read_at(const char *token, int64_t at, struct identity *who)
{
	struct err err = {0};

	return token_read(&key, token, at, who, &err);
}

static void a_token_says_who_it_was_made_for(void **state UNUSED)
{
	struct identity who = somebody();
	struct identity got;
	struct err err = {0};
	auto_free char *token = token_make(&key, &who, now, later, &err);

	assert_non_null(token);
	assert_int_equal(read_at(token, now, &got), 0);
	assert_string_equal(got.account_id, "a1");
	assert_string_equal(got.team_id, "t1");
	assert_int_equal(got.role, ROLE_TEAM);
	assert_int_equal(got.epoch, 7);
	assert_int_equal(got.expires_ms, later);
}

static void a_token_is_good_from_its_start_to_its_end(void **state UNUSED)
{
	struct identity who = somebody();
	struct identity got;
	struct err err = {0};
	auto_free char *token = token_make(&key, &who, now, later, &err);

	assert_int_equal(read_at(token, later - 1000, &got), 0);
	assert_int_equal(read_at(token, later, &got), -ERR_DENIED);
	assert_int_equal(read_at(token, now - 60000, &got), -ERR_DENIED);
}

static void a_changed_token_is_refused_at_each_place(void **state UNUSED)
{
	struct identity who = somebody();
	struct identity got;
	struct err err = {0};
	auto_free char *token = token_make(&key, &who, now, later, &err);

	/* Not the last character: its low bits belong to no byte. */
	for (size_t i = 0; i + 1 < strlen(token); i++) {
		char was = token[i];

		token[i] = was == 'A' ? 'B' : 'A';
		assert_int_equal(read_at(token, now, &got), -ERR_DENIED);
		token[i] = was;
	}
	assert_int_equal(read_at(token, now, &got), 0);
}

static void another_service_s_token_is_refused(void **state UNUSED)
{
	struct token_key other = {secret, "other"};
	struct identity who = somebody();
	struct identity got;
	struct err err = {0};
	auto_free char *token = token_make(&other, &who, now, later, &err);

	assert_int_equal(read_at(token, now, &got), -ERR_DENIED);
}

static char *signed_with(jwt_alg_t alg, const char *with)
{
	jwt_t *jwt = NULL;
	char *token = NULL;

	assert_int_equal(jwt_new(&jwt), 0);
	assert_int_equal(
	        jwt_set_alg(jwt, alg, (const unsigned char *)with, with ? (int)strlen(with) : 0),
	        0);
	jwt_add_grant(jwt, "sub", "a1");
	jwt_add_grant(jwt, "role", "admin");
	jwt_add_grant(jwt, "iss", "unit");
	jwt_add_grant(jwt, "aud", "codearena-api");
	jwt_add_grant_int(jwt, "epoch", 0);
	jwt_add_grant_int(jwt, "nbf", now / 1000);
	jwt_add_grant_int(jwt, "exp", later / 1000);
	token = jwt_encode_str(jwt);
	jwt_free(jwt);
	return token;
}

static void only_hs256_with_our_key_is_taken(void **state UNUSED)
{
	struct identity got;
	auto_free char *good = signed_with(JWT_ALG_HS256, secret);
	auto_free char *none = signed_with(JWT_ALG_NONE, NULL);
	auto_free char *hs512 = signed_with(JWT_ALG_HS512, secret);
	auto_free char *other = signed_with(JWT_ALG_HS256, "another key of thirty-two letters!");

	assert_int_equal(read_at(good, now, &got), 0);
	assert_int_equal(read_at(none, now, &got), -ERR_DENIED);
	assert_int_equal(read_at(hs512, now, &got), -ERR_DENIED);
	assert_int_equal(read_at(other, now, &got), -ERR_DENIED);
}

static void what_is_no_token_is_refused(void **state UNUSED)
{
	static const char *const texts[] = {"", ".", "..", "a.b.c", "e30.e30.", "null"};
	char long_one[3000];
	struct identity got;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		assert_int_equal(read_at(texts[i], now, &got), -ERR_DENIED);
	memset(long_one, 'a', sizeof(long_one) - 1);
	long_one[sizeof(long_one) - 1] = '\0';
	assert_int_equal(read_at(long_one, now, &got), -ERR_DENIED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_token_says_who_it_was_made_for),
	        cmocka_unit_test(a_token_is_good_from_its_start_to_its_end),
	        cmocka_unit_test(a_changed_token_is_refused_at_each_place),
	        cmocka_unit_test(another_service_s_token_is_refused),
	        cmocka_unit_test(only_hs256_with_our_key_is_taken),
	        cmocka_unit_test(what_is_no_token_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
