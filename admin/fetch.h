/* fetch.h -- a file of another machine, over HTTP; the only part of CodeArena that knows libcurl.
 */
#ifndef ADMIN_FETCH_H
#define ADMIN_FETCH_H
#include "base/buf.h"
#include "base/err.h"

struct fetch {
	const char *url;   /* http or https */
	const char *login; /* "user:password", or NULL */
	size_t max_bytes;
	int seconds; /* for all of it */
};

bool fetch_is_url(const char *word);
/* Appends the body of a 200 to out. ERR_INPUT: refused, too long, too slow or not there. */
int fetch_url(const struct fetch *f, struct buf *out, struct err *err);
#endif
