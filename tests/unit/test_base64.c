/* test_base64.c -- the vectors of RFC 4648, and that each byte string has one text only. */
#include "tests/unit/test.h"

#include "api/base64.h"

static const char *const vectors[][2] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
};

static void the_vectors_of_the_standard_go_both_ways(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		auto_buf struct buf b = {0};
		unsigned char out[16] = {0};
		ptrdiff_t n = base64_decode(vectors[i][1], strlen(vectors[i][1]), out, sizeof(out));

		assert_int_equal(n, strlen(vectors[i][0]));
		assert_memory_equal(out, vectors[i][0], strlen(vectors[i][0]));
		base64_encode(&b, vectors[i][0], strlen(vectors[i][0]));
		assert_string_equal(b.data ? b.data : "", vectors[i][1]);
	}
}

static void what_is_not_exact_is_refused(void **state UNUSED)
{
	static const char *const bad[] = {"Z", "Zg", "Zg=", "Zh==", "Zm9=", "Zg==Zg==", "Zm 9v",
	        "Zm9v\n", "====", "Z===", "Zm-_"};
	unsigned char out[16];

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(base64_decode(bad[i], strlen(bad[i]), out, sizeof(out)), -1);
}

static void it_never_writes_beyond_the_room_it_was_given(void **state UNUSED)
{
	unsigned char out[2];

	assert_int_equal(base64_decode("Zm9v", 4, out, sizeof(out)), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_vectors_of_the_standard_go_both_ways),
	        cmocka_unit_test(what_is_not_exact_is_refused),
	        cmocka_unit_test(it_never_writes_beyond_the_room_it_was_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
