/* test_hash.c -- SHA-256 against the vectors of FIPS 180-2, and random bytes. */
#include "tests/unit/test.h"

#include "base/hash.h"

static void assert_sha256(const char *text, const char *expected)
{
	unsigned char hash[HASH_SIZE];
	char hex[HASH_HEX_SIZE];

	hash_sha256(text, strlen(text), hash);
	hash_hex(hash, hex);
	assert_string_equal(hex, expected);
}

static void sha256_agrees_with_the_standard(void **state UNUSED)
{
	assert_sha256("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_sha256("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void hex_is_read_in_both_cases_and_only_when_exact(void **state UNUSED)
{
	unsigned char out[2];

	assert_int_equal(hash_parse_hex("0aFf", out, 2), 0);
	assert_int_equal(out[0], 0x0a);
	assert_int_equal(out[1], 0xff);
	assert_int_equal(hash_parse_hex("0aF", out, 2), -1);
	assert_int_equal(hash_parse_hex("0aFf0", out, 2), -1);
	assert_int_equal(hash_parse_hex("0ag0", out, 2), -1);
	assert_int_equal(hash_parse_hex("", out, 2), -1);
	assert_int_equal(hash_parse_hex("", out, 0), 0);
}

static void random_text_has_its_length_and_letters(void **state UNUSED)
{
	char a[33], b[33];

	random_text(a, 32);
	random_text(b, 32);
	assert_int_equal(strlen(a), 32);
	assert_int_equal(strspn(a, "abcdefghijklmnopqrstuvwxyz234567"), 32);
	assert_string_not_equal(a, b);
}

static void equal_means_every_byte(void **state UNUSED)
{
	assert_true(hash_equal("abc", "abc", 3));
	assert_false(hash_equal("abc", "abd", 3));
	assert_false(hash_equal("abc", "xbc", 3));
	assert_true(hash_equal("abc", "xyz", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(sha256_agrees_with_the_standard),
	        cmocka_unit_test(hex_is_read_in_both_cases_and_only_when_exact),
	        cmocka_unit_test(random_text_has_its_length_and_letters),
	        cmocka_unit_test(equal_means_every_byte),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
