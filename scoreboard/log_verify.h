/* log_verify.h -- can the log of a contest be believed? Three questions, asked of one snapshot of
 * the database: is the chain of hashes whole and are both numberings without a gap (event.h); does
 * each event say of each row it names what the rules make of the submissions as they stood then;
 * and do the submissions stand as the log has left them. */
#ifndef LOG_VERIFY_H
#define LOG_VERIFY_H
#include "base/hash.h"
#include "base/pg.h"

struct log_anchor { /* as `codearena log head` printed it once; number 0: none */
	int64_t number;
	unsigned char hash[HASH_SIZE];
};

struct log_report {
	int64_t events;
	int64_t rows;  /* compared with the rules */
	int64_t blind; /* events before the last removed interval: chained, but not recomputed */
};

/* ERR_CONFLICT names the first event that is wrong, and why. Takes a transaction of its own. */
int log_verify(struct pg *pg, const char *contest_id, const struct log_anchor *anchor,
        struct log_report *out, struct err *err);
#endif
