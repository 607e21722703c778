/* testdata.h -- the judge's cache of test data on disk, by hash. A file is fetched from
 * PostgreSQL chunk by chunk into a temporary file, checked against its hash and renamed, so that a
 * file that is there is whole; it is checked again at its first use after a start and
 * whenever somebody wrote to it since. The least recently used are removed when the cache is larger
 * than it may be; who has one open keeps it. All functions may be called by any thread. */
#ifndef TESTDATA_H
#define TESTDATA_H

#include "base/err.h"
#include "base/pg.h"

struct testdata;

/* Makes <work_dir>/testdata if needed and learns what is there. */
int testdata_new(const char *work_dir, int64_t max_bytes, struct testdata **out, struct err *err);
void testdata_free(struct testdata *t);
/* A descriptor open for reading, the caller's. hash is 64 hexadecimal digits. -ERR_BUSY: the disk
 * or PostgreSQL; -ERR_NOT_FOUND: no such data; -ERR_BUG: PostgreSQL's bytes do not have this hash.
 */
int testdata_open(struct testdata *t, struct pg *pg, const char *hash, struct err *err);
/* The same, ahead of its use: it lies in the cache afterwards, until others push it out. */
int testdata_fetch(struct testdata *t, struct pg *pg, const char *hash, struct err *err);

#endif
