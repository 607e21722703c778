/* archive.h -- the simple archive in which sources and artifacts travel between judge, box and
 * agent: a header, then per file {mode, length of its name, size, name, data}, then an end mark.
 * Integers are native: it never leaves the machine's architecture; a cached artifact of another
 * one is refused by its magic.
 *
 * Names are relative paths of at most ARCHIVE_NAME_SIZE - 1 bytes: no empty part, no part that
 * is `.` or `..`, no control character. archive_next checks all of that; what it returns lies
 * inside the given bytes. The reader is pure; map a *sealed* memfd, so that nobody changes it
 * meanwhile. */
#ifndef ARCHIVE_H
#define ARCHIVE_H

#include "base/base.h"
#include "base/err.h"

enum { ARCHIVE_NAME_SIZE = 256, ARCHIVE_EXECUTABLE = 1 };

struct archive {
	const unsigned char *data;
	size_t len;
	size_t pos;
};

struct archive_entry {
	char name[ARCHIVE_NAME_SIZE];
	bool executable;
	const unsigned char *data;
	size_t len;
};

/* Checks the header. The bytes are borrowed. */
int archive_open(struct archive *a, const void *data, size_t len, struct err *err);
/* 1 and the next file, 0 at the end, -ERR_INPUT when malformed. */
int archive_next(struct archive *a, struct archive_entry *e, struct err *err);
bool archive_is_name(const char *name);

/* Writing to a file descriptor: begin, then per file an entry followed by its len bytes (written
 * by the caller or given here), then end. -ERR_BUSY when writing fails (memory, disk). */
int archive_begin(int fd, struct err *err);
int archive_add(int fd, const char *name, bool executable, size_t len, struct err *err);
int archive_write(int fd, const void *data, size_t len, struct err *err);
int archive_end(int fd, struct err *err);

#endif
