/* test_mem.c -- the x functions and the arena. */
#include "tests/unit/test.h"

#include "base/mem.h"

static void no_bytes_are_still_a_pointer(void **state UNUSED)
{
	auto_free char *a = xmalloc(0);
	auto_free char *b = xcalloc(0, 8);
	auto_free char *c = xrealloc(NULL, 0);
	auto_free char *d = xreallocarray(NULL, 0, 8);

	assert_non_null(a);
	assert_non_null(b);
	assert_non_null(c);
	assert_non_null(d);
}

static void a_printed_string_is_the_callers(void **state UNUSED)
{
	auto_free char *s = xasprintf("%d-%s", 7, "x");

	assert_string_equal(s, "7-x");
}

static void an_arena_gives_aligned_zeroed_memory(void **state UNUSED)
{
	auto_arena struct arena a = {0};

	for (size_t n = 1; n < 100000; n = n * 3 + 1) {
		char *p = arena_alloc(&a, n);

		assert_int_equal((uintptr_t)p % 16, 0);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(p[i], 0);
		memset(p, 1, n);
	}
}

static void strings_in_an_arena_are_copies(void **state UNUSED)
{
	auto_arena struct arena a = {0};
	char text[] = "contest";
	char *whole = arena_strdup(&a, text);
	char *part = arena_strndup(&a, text, 3);
	char *longer = arena_strndup(&a, text, 100);

	text[0] = 'X';
	assert_string_equal(whole, "contest");
	assert_string_equal(part, "con");
	assert_string_equal(longer, "contest");
	assert_string_equal(arena_printf(&a, "%s/%d", whole, 5), "contest/5");
}

static void a_freed_arena_can_be_used_again(void **state UNUSED)
{
	auto_arena struct arena a = {0};

	assert_non_null(arena_alloc(&a, 50000));
	arena_free(&a);
	assert_null(a.head);
	assert_string_equal(arena_strdup(&a, "again"), "again");
}

static void a_stolen_pointer_is_not_freed_by_its_scope(void **state UNUSED)
{
	char *kept = NULL;

	{
		auto_free char *s = xstrdup("kept");

		kept = steal(&s);
		assert_null(s);
	}
	assert_string_equal(kept, "kept");
	free(kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(no_bytes_are_still_a_pointer),
	        cmocka_unit_test(a_printed_string_is_the_callers),
	        cmocka_unit_test(an_arena_gives_aligned_zeroed_memory),
	        cmocka_unit_test(strings_in_an_arena_are_copies),
	        cmocka_unit_test(a_freed_arena_can_be_used_again),
	        cmocka_unit_test(a_stolen_pointer_is_not_freed_by_its_scope),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("mem", tests, NULL, NULL);
}
