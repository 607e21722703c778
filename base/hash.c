/* hash.c -- see hash.h. Without random bytes from the kernel no secret can be made, so that is
 * the end of the process; on Linux it happens in a broken sandbox only. */
#include "base/hash.h"

#include "base/log.h"

#include <sha2.h>
#include <sys/random.h>

void hash_sha256(const void *data, size_t len, unsigned char out[HASH_SIZE])
{
	SHA2_CTX ctx;

	SHA256Init(&ctx);
	SHA256Update(&ctx, data, len);
	SHA256Final(out, &ctx);
}

void hash_hex(const unsigned char hash[HASH_SIZE], char out[HASH_HEX_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < HASH_SIZE; i++) {
		out[2 * i] = digits[hash[i] >> 4];
		out[2 * i + 1] = digits[hash[i] & 15];
	}
	out[HASH_HEX_SIZE - 1] = '\0';
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int hash_parse_hex(const char *hex, unsigned char *out, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		int high = hex_value(hex[2 * i]);
		int low = high < 0 ? -1 : hex_value(hex[2 * i + 1]);

		if (low < 0)
			return -1;
		out[i] = (unsigned char)(high << 4 | low);
	}
	return hex[2 * len] ? -1 : 0;
}

void random_bytes(void *out, size_t len)
{
	unsigned char *p = out;

	while (len > 0) {
		ssize_t n = getrandom(p, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			die("no random bytes: %s", strerrordesc_np(errno));
		p += n;
		len -= (size_t)n;
	}
}

void random_text(char *out, size_t len)
{
	static const char letters[32] = "abcdefghijklmnopqrstuvwxyz234567";

	random_bytes(out, len);
	for (size_t i = 0; i < len; i++)
		out[i] = letters[(unsigned char)out[i] & 31];
	out[len] = '\0';
}

bool hash_equal(const void *a, const void *b, size_t len)
{
	const volatile unsigned char *x = a;
	const volatile unsigned char *y = b;
	unsigned char differ = 0;

	for (size_t i = 0; i < len; i++)
		differ = (unsigned char)(differ | (x[i] ^ y[i]));
	return differ == 0;
}
