/* fuzz_compare.c -- flags, answer and output from any bytes, cut by zero bytes. The result is the
 * same however the output is cut into pieces, and every answer accepts itself. */
#include "base/mem.h"
#include "judge/compare.h"

#include <sys/mman.h>

struct text {
	const uint8_t *data;
	size_t len;
};

static struct text next_part(struct text *rest)
{
	const uint8_t *zero = rest->len ? memchr(rest->data, 0, rest->len) : NULL;
	struct text part = {rest->data, zero ? (size_t)(zero - rest->data) : rest->len};

	rest->data += part.len + (zero != NULL);
	rest->len -= part.len + (zero != NULL);
	return part;
}

static int compare(const struct compare_flags *f, int answer, struct text out, size_t piece)
{
	struct err err = {0};
	auto_compare struct compare *c = compare_new(f, answer);

	for (size_t i = 0; i < out.len; i += piece)
		compare_push(c, out.data + i, out.len - i < piece ? out.len - i : piece);
	return compare_finish(c, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text rest = {data, size};
	struct text flags = next_part(&rest), answer = next_part(&rest);
	auto_free char *words = xmalloc(flags.len + 1);
	auto_close int fd = memfd_create("answer", MFD_CLOEXEC);
	struct compare_flags f;
	struct err err = {0};

	if (flags.len)
		memcpy(words, flags.data, flags.len);
	words[flags.len] = 0;
	if (compare_parse_flags(words, &f, &err) < 0)
		return 0;
	if (write(fd, answer.data, answer.len) != (ssize_t)answer.len)
		return 0;
	if (compare(&f, fd, rest, 1) != compare(&f, fd, rest, rest.len + 1))
		abort();
	if (compare(&f, fd, answer, 3) != 1)
		abort();
	return 0;
}
