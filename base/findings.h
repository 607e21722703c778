/* findings.h -- everything that is wrong with an input, collected as sentences, so that its author
 * can mend all of it at once. */
#ifndef FINDINGS_H
#define FINDINGS_H
#include "base/buf.h"

/* One line each, whatever a message holds; of more than a hundred the rest is counted. */
struct findings {
	struct buf text;
	size_t n;
};
void findings_add(struct findings *f, const char *fmt, ...) PRINTF(2, 3);
void findings_print(const struct findings *f); /* on stderr */
void findings_free(struct findings *f);

#endif
