/* base64.c -- four characters to three bytes and back. Strict: each byte string has exactly one
 * text, so bits that do not belong to a byte must be zero. */
#include "api/base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int value_of(char c)
{
	const char *p = c ? strchr(alphabet, c) : NULL;

	return p ? (int)(p - alphabet) : -1;
}

ptrdiff_t base64_decode(const char *text, size_t len, unsigned char *out, size_t cap)
{
	size_t n = 0;
	uint32_t bits = 0;
	int have = 0;

	if (len % 4 != 0)
		return -1;
	for (int pad = 0; pad < 2 && len > 0 && text[len - 1] == '='; pad++)
		len--;
	for (size_t i = 0; i < len; i++) {
		int v = value_of(text[i]);

		if (v < 0)
			return -1;
		bits = (bits << 6 | (uint32_t)v) & 0xffffffU;
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		if (n == cap)
			return -1;
		out[n++] = (unsigned char)(bits >> have & 0xff);
	}
	if (len % 4 == 1 || (bits & ((1U << have) - 1)) != 0)
		return -1;
	return (ptrdiff_t)n;
}

void base64_encode(struct buf *out, const void *data, size_t len)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < len; i += 3) {
		size_t n = len - i < 3 ? len - i : 3;
		uint32_t v = (uint32_t)p[i] << 16 | (n > 1 ? (uint32_t)p[i + 1] << 8 : 0) |
		             (n > 2 ? p[i + 2] : 0U);
		char four[4] = {alphabet[v >> 18], alphabet[v >> 12 & 63], '=', '='};

		if (n > 1)
			four[2] = alphabet[v >> 6 & 63];
		if (n > 2)
			four[3] = alphabet[v & 63];
		buf_add(out, four, sizeof(four));
	}
}
