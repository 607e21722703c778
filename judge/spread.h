/* spread.h -- the test cases of one submission on all slots of the host that have nothing better
 * to do. The slot that judges a submission is its *owner*; the others *help* it, one test case at
 * a time, and look after each whether a submission waits: none waits longer than for one test.
 *
 * What the tests are and mean is the caller's: it gives functions. Tests run in any order and at
 * the same time; their results are taken strictly in order, so that the first that fails decides
 * as if they had run one after the other. What was run beyond it is dropped. */
#ifndef SPREAD_H
#define SPREAD_H

#include "base/pg.h"
#include "judge/execute.h"

/* What a slot runs a test with. Borrowed. */
struct spread_hands {
	struct box *box;
	struct pg *pg;
	const atomic_bool *stop; /* for struct execution */
};

/* One submission's tests, 0 to n - 1. */
struct spread_work {
	void *ctx;
	size_t n;
	/* Makes a helper's box ready for run: loads the compiled program (and a validator). The
	 * owner's box is ready already. Any thread; may only read ctx. */
	int (*load)(void *ctx, const struct spread_hands *h, struct err *err);
	/* Runs test i and writes *out. Any thread, several at once; may only read ctx. Errors are
	 * faults of the judge, or -ERR_CONFLICT when *h->stop became true. */
	int (*run)(void *ctx, const struct spread_hands *h, size_t i, struct outcome *out,
	        struct err *err);
	/* In order of tests, each once, on the owner's thread, never at the same time as skip.
	 * False: no later test is needed. */
	bool (*take)(void *ctx, size_t i, const struct outcome *out);
	/* NULL, or: true when test i is not needed (its group has failed): take is not called for
	 * it. Once true it stays true. Any thread, but never at the same time as take. */
	bool (*skip)(void *ctx, size_t i);
};

struct spread; /* of one host */

struct spread *spread_new(void);
void spread_free(struct spread *s);

/* Runs the tests, the owner's side. s NULL: alone, in order. An error of a helper is the helper's
 * alone: the owner runs that test itself. */
int spread_run(struct spread *s, const struct spread_hands *mine, const struct spread_work *w,
        struct err *err);

/* The helper's side. `fd` of a slot that waits for work becomes readable when there is something
 * to help with: */
int spread_join(struct spread *s, int slot); /* the eventfd of this slot; owned by the spread */
/* Helps for as long as there is something to do and may_go_on(arg) says so (asked before each
 * test). 0, or the error after which the box must be opened anew. */
struct spread_helper {
	int slot;
	struct spread_hands hands; /* its stop is not used: the owner stops its helpers */
	bool (*may_go_on)(void *arg);
	void *arg;
};
int spread_help(struct spread *s, const struct spread_helper *h, struct err *err);

#endif
