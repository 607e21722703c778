/* selftest.h -- what a judge host knows of itself before it claims anything: for each language one
 * program that must be accepted and one that must be wrong, compiled and run in the box like
 * anybody's. The programs are in selftest/<language id>/ beside the language table, named
 * accepted.<extension> and wrong.<extension>. */
#ifndef SELFTEST_H
#define SELFTEST_H

#include "base/pg.h"
#include "judge/execute.h"

struct selftest {
	struct box *box;
	const char *folder;
	pthread_rwlock_t *alone;
	const atomic_bool *stop;
};

/* 0: the language works, *version is the first line of its version command (caller frees).
 * -ERR_NOT_FOUND: not installed on this host. -ERR_INPUT: it is, but the self-test failed.
 * -ERR_CONFLICT: stopped. Else the box's fault: nothing is known. */
int selftest_run(
        const struct selftest *t, const struct language *l, char **version, struct err *err);
/* Tells contestants of a language that works: its row in `languages`. An admin's switch stays. */
int selftest_publish(struct pg *pg, const struct language *l, const char *version, struct err *err);

#endif
