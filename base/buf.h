/* buf.h -- a growing byte string. `struct buf b = {0};` is empty and valid; b.data is always
 * followed by a NUL once something was added. Free with buf_free, or declare `auto_buf`. */
#ifndef BUF_H
#define BUF_H
#include "base/base.h"

struct buf {
	char *data; /* NULL while nothing was ever added */
	size_t len;
	size_t cap;
};

#define auto_buf __attribute__((cleanup(buf_free)))
void buf_free(struct buf *b);
void buf_clear(struct buf *b); /* keeps the memory */
void buf_add(struct buf *b, const void *data, size_t len);
void buf_adds(struct buf *b, const char *s);
void buf_addi(struct buf *b, int64_t v); /* in digits */
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
/* Appends s as text that may be stored and shown: bytes that are no UTF-8, and NUL, become `?`. */
void buf_add_text(struct buf *b, const char *s, size_t len);
/* Appends s as a JSON string with its quotes; bytes that are no UTF-8 become U+FFFD. */
void buf_add_json(struct buf *b, const char *s, size_t len);
/* At least n more bytes of room; returns where they start. Set len yourself. */
char *buf_reserve(struct buf *b, size_t n);
/* Takes the string out (caller frees); the buf is empty afterwards. Never NULL. */
char *buf_take(struct buf *b);
/* Reads fd to its end, at most max bytes: 0, -ERR_INPUT when longer, -ERR_BUSY on a read error. */
struct err;
int buf_read_fd(struct buf *b, int fd, size_t max, struct err *err);
int buf_read_file(struct buf *b, const char *path, size_t max, struct err *err);
#endif
