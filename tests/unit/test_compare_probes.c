/* test_compare_probes.c -- the default output validator against a table that two others gave:
 * compare-probes.json, one probe per line. Its texts are strings or lists of strings and
 * [string, times]; a character is the byte of its number. `problemtools` and `domjudge` are what
 * the default validators of Kattis/problemtools and DOMjudge said (42 AC, 43 WA, anything else JE),
 * run for the purpose; `codearena` is what must come here. Where it differs from either, `why` says
 * so; the two themselves disagree on infinities, NUL bytes and the width of floating point. */
#include "tests/unit/test.h"

#include "base/buf.h"
#include "base/mem.h"
#include "judge/compare.h"

#include <jansson.h>
#include <sys/mman.h>

enum { PIECE = 64 << 10, ODD_PIECE = 4099, SMALL = 1 << 20, MIN_PROBES = 60 };

/* Code points below 256 as bytes. */
static void add_latin1(struct buf *b, const char *utf8, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)utf8[i];

		if (c >= 0xc0 && i + 1 < len)
			c = (unsigned char)((c & 3) << 6 | (utf8[++i] & 0x3f));
		buf_add(b, &c, 1);
	}
}

static void add_times(struct buf *b, const json_t *text, json_int_t times)
{
	auto_buf struct buf block = {0};
	size_t one;

	add_latin1(&block, json_string_value(text), json_string_length(text));
	one = block.len;
	while (times > 1 && block.len < PIECE)
		add_latin1(&block, json_string_value(text), json_string_length(text));
	for (; (size_t)times > block.len / one; times -= (json_int_t)(block.len / one))
		buf_add(b, block.data, block.len);
	buf_add(b, block.data, (size_t)times * one);
}

static void add_text(struct buf *b, const json_t *v)
{
	size_t i;
	json_t *part;

	if (json_is_string(v)) {
		add_latin1(b, json_string_value(v), json_string_length(v));
		return;
	}
	json_array_foreach (v, i, part) {
		const json_t *text = json_is_array(part) ? json_array_get(part, 0) : part;
		json_int_t times =
		        json_is_array(part) ? json_integer_value(json_array_get(part, 1)) : 1;

		add_times(b, text, times);
	}
}

static const char *judge(const json_t *probe, size_t piece)
{
	const char *flags = json_string_value(json_object_get(probe, "flags"));
	struct compare_flags f;
	struct err err = {0};
	auto_buf struct buf answer = {0};
	auto_buf struct buf output = {0};
	auto_close int fd = memfd_create("answer", MFD_CLOEXEC);
	auto_compare struct compare *c = NULL;

	add_text(&answer, json_object_get(probe, "answer"));
	add_text(&output, json_object_get(probe, "output"));
	if (compare_parse_flags(flags, &f, &err) < 0)
		return "JE";
	assert_int_equal(write(fd, answer.data, answer.len), answer.len);
	c = compare_new(&f, fd);
	for (size_t i = 0; i < output.len; i += piece)
		compare_push(c, output.data + i, output.len - i < piece ? output.len - i : piece);
	return compare_finish(c, &err) ? "AC" : "WA";
}

static bool is_large(const json_t *probe)
{
	json_t *first = json_array_get(json_object_get(probe, "output"), 0);
	json_t *second = json_array_get(json_object_get(probe, "output"), 1);

	return json_integer_value(json_array_get(first, 1)) > SMALL ||
	       json_integer_value(json_array_get(second, 1)) > SMALL;
}

static void complain(const json_t *probe, const char *got, size_t piece)
{
	auto_free char *text = json_dumps(probe, JSON_COMPACT);

	fail_msg("got %s in pieces of %zu: %s", got, piece, text);
}

static void check_probe(const json_t *probe)
{
	const char *expected = json_string_value(json_object_get(probe, "codearena"));
	const size_t pieces[] = {PIECE, ODD_PIECE, 1};

	for (size_t i = 0; i < ARRAY_LEN(pieces) && (i == 0 || !is_large(probe)); i++) {
		const char *got = judge(probe, pieces[i]);

		if (strcmp(got, expected) != 0)
			complain(probe, got, pieces[i]);
	}
}

static void the_default_validator_agrees_with_two_others(void **state UNUSED)
{
	json_error_t why;
	json_auto_t *table = json_load_file("tests/unit/compare-probes.json", JSON_ALLOW_NUL, &why);
	size_t i;
	size_t agreed = 0;
	json_t *probe;

	assert_non_null(table);
	json_array_foreach (table, i, probe) {
		const char *ours = json_string_value(json_object_get(probe, "codearena"));
		const char *one = json_string_value(json_object_get(probe, "problemtools"));
		const char *other = json_string_value(json_object_get(probe, "domjudge"));
		bool same = strcmp(ours, one) == 0 && strcmp(ours, other) == 0;

		check_probe(probe);
		assert_true(same || json_object_get(probe, "why"));
		agreed += same;
	}
	assert_true(agreed >= MIN_PROBES);
	print_message("# %zu probes, %zu with all three the same\n", i, agreed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_default_validator_agrees_with_two_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
