/* statements.h -- statements in memory as they go out: what a version of a problem says never
 * changes, so each is read and compressed once, by the first who asks, and the many who ask at the
 * start of a contest are served without a look at the database. Any thread. */
#ifndef API_STATEMENTS_H
#define API_STATEMENTS_H
#include "base/buf.h"

enum { STATEMENT_WORD = 16, STATEMENT_TAG = 24 };

/* What is asked for: a version of a problem, and the words that were given. */
struct statement_ask {
	const char *problem_id, *language, *format; /* format NULL: any */
	int version;
};
/* What there is for it. */
struct statement_found {
	char language[STATEMENT_WORD], format[STATEMENT_WORD]; /* of the statement itself */
	char tag[STATEMENT_TAG];                               /* of these bytes, without quotes */
	bool packed;                                           /* the bytes are gzip */
};

struct statements;
struct statements *statements_new(void);
void statements_free(struct statements *s); /* NULL is fine */
/* True: it was kept, *found and the bytes are it; gzip when `packed` and it is the smaller. */
bool statements_get(struct statements *s, const struct statement_ask *ask, bool packed,
        struct statement_found *found, struct buf *out);
/* Keeps it; found->language and format are given. Only for what exists: a caller whose words led to
 * another statement must not keep it under them, or strangers could fill the memory. */
void statements_put(struct statements *s, const struct statement_ask *ask,
        const struct statement_found *found, const void *bytes, size_t len);
#endif
