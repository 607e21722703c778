/* buf.c -- a growing byte string. The capacity doubles; data[len] is NUL whenever data is set,
 * so a buffer of text is a C string without another copy. */
#include "base/buf.h"

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"

#include <fcntl.h>

enum { FIRST_SIZE = 64, READ_SIZE = 16 * 1024 };

void buf_free(struct buf *b)
{
	free(b->data);
	*b = (struct buf){0};
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	if (b->data)
		b->data[0] = '\0';
}

char *buf_reserve(struct buf *b, size_t n)
{
	size_t need = b->len + n + 1;

	if (need <= b->len)
		die("out of memory");
	if (need > b->cap) {
		size_t cap = b->cap ? b->cap : FIRST_SIZE;

		while (cap < need)
			cap = cap > SIZE_MAX / 2 ? need : cap * 2;
		b->data = xrealloc(b->data, cap);
		b->cap = cap;
		b->data[b->len] = '\0';
	}
	return b->data + b->len;
}

void buf_add(struct buf *b, const void *data, size_t len)
{
	char *to = buf_reserve(b, len);

	if (len)
		memcpy(to, data, len);
	to[len] = '\0';
	b->len += len;
}

void buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

/* Texts of boards are made of little else; this is a tenth of snprintf. */
void buf_addi(struct buf *b, int64_t v)
{
	uint64_t rest = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	char digits[24];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (v < 0)
		digits[--at] = '-';
	buf_add(b, digits + at, sizeof(digits) - at);
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	if (n < 0)
		die("bad format: %s", fmt);
	vsnprintf(buf_reserve(b, (size_t)n), (size_t)n + 1, fmt, again);
	b->len += (size_t)n;
	va_end(again);
	va_end(ap);
}

/* The well-formed sequences of two bytes and more (RFC 3629, section 4), by their first and
 * second byte: no overlong forms, no surrogates, nothing above U+10FFFF. */
static const struct {
	unsigned char first_min, first_max, second_min, second_max, length;
} utf8[] = {
        {0xc2, 0xdf, 0x80, 0xbf, 2},
        {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3},
        {0xed, 0xed, 0x80, 0x9f, 3},
        {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4},
        {0xf1, 0xf3, 0x80, 0xbf, 4},
        {0xf4, 0xf4, 0x80, 0x8f, 4},
};

/* Length of the UTF-8 sequence at s (1..4), or 0 when it is none. */
static size_t utf8_length(const unsigned char *s, size_t left)
{
	size_t i = 0;

	if (s[0] < 0x80)
		return 1;
	while (i < ARRAY_LEN(utf8) && (s[0] < utf8[i].first_min || s[0] > utf8[i].first_max))
		i++;
	if (i == ARRAY_LEN(utf8) || left < utf8[i].length || s[1] < utf8[i].second_min ||
	        s[1] > utf8[i].second_max)
		return 0;
	for (size_t k = 2; k < utf8[i].length; k++) {
		if ((s[k] & 0xc0) != 0x80)
			return 0;
	}
	return utf8[i].length;
}

void buf_add_text(struct buf *b, const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	const unsigned char *end = p + len;

	while (p < end) {
		size_t n = *p ? utf8_length(p, (size_t)(end - p)) : 0;

		if (n)
			buf_add(b, p, n);
		else
			buf_adds(b, "?");
		p += n ? n : 1;
	}
}

static void add_json_ascii(struct buf *b, unsigned char c)
{
	static const char short_form[] = "\bb\ff\nn\rr\tt\"\"\\\\";

	for (size_t i = 0; i + 1 < sizeof(short_form); i += 2) {
		if (c == (unsigned char)short_form[i]) {
			buf_addf(b, "\\%c", short_form[i + 1]);
			return;
		}
	}
	if (c < ' ' || c == 0x7f)
		buf_addf(b, "\\u%04x", c);
	else
		buf_add(b, &c, 1);
}

void buf_add_json(struct buf *b, const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	const unsigned char *end = p + len;

	buf_add(b, "\"", 1);
	while (p < end) {
		size_t n = utf8_length(p, (size_t)(end - p));

		if (n == 1)
			add_json_ascii(b, *p);
		else if (n > 1)
			buf_add(b, p, n);
		else
			buf_adds(b, "\xef\xbf\xbd");
		p += n ? n : 1;
	}
	buf_add(b, "\"", 1);
}

char *buf_take(struct buf *b)
{
	char *s = b->data ? b->data : xcalloc(1, 1);

	*b = (struct buf){0};
	return s;
}

int buf_read_fd(struct buf *b, int fd, size_t max, struct err *err)
{
	size_t start = b->len;

	buf_add(b, "", 0);
	for (;;) {
		char *to = buf_reserve(b, READ_SIZE);
		ssize_t n = read(fd, to, READ_SIZE);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, ERR_BUSY, "cannot read: %s", strerrordesc_np(errno));
		if (n == 0)
			return 0;
		b->len += (size_t)n;
		b->data[b->len] = '\0';
		if (b->len - start > max)
			return err_set(err, ERR_INPUT, "longer than %zu bytes", max);
	}
}

static enum err_code code_of_errno(int e)
{
	if (e == ENOENT || e == ENOTDIR)
		return ERR_NOT_FOUND;
	return e == EACCES || e == EPERM ? ERR_DENIED : ERR_BUSY;
}

int buf_read_file(struct buf *b, const char *path, size_t max, struct err *err)
{
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return err_set(err, code_of_errno(errno), "cannot open %s: %s", path,
		        strerrordesc_np(errno));
	if (buf_read_fd(b, fd, max, err) < 0)
		return err_wrap(err, "%s", path);
	return 0;
}
