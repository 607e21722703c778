/* yield.h -- rejudgings make no contestant wait (RULES.md section 5). One of these per host.
 *
 * A host with several slots never gives its last one to a low class (submission_is_low), and a
 * judgement of a low class stops between two test cases when more contestants wait than slots of
 * the host are idle. It goes back to the queue, which counts as no failure; what its tests said is
 * kept here, so that the next claim on this host goes on there: each claim runs at least one
 * test. Thread-safe. */
#ifndef YIELD_H
#define YIELD_H

#include "base/mem.h"
#include "judge/execute.h"
#include "model/submission.h"

struct yield;
struct yield_outcome; /* an outcome in as little room as it needs */

struct yield *yield_new(size_t slots);
void yield_free(struct yield *y);

/* Before a claim: may this slot take a low one? If so it holds a place, until yield_leave. */
bool yield_enter(struct yield *y);
void yield_leave(struct yield *y);
/* A slot begins (1) and ends (-1) to wait for work. */
void yield_idle(struct yield *y, int by);
/* Must a low judgement stop here? want: what its slot can judge. */
bool yield_must(struct yield *y, struct pg *pg, const struct claim_want *want);

/* What the tests of a judgement said, by place. */
struct yield_kept {
	size_t n;
	struct yield_outcome **outcomes; /* n of them; NULL: not run yet */
};
void yield_note(struct yield_kept *kept, struct arena *a, size_t i, const struct outcome *outcome);
/* True when test i has run; *out (may be NULL) gets what it said. */
bool yield_knows(const struct yield_kept *kept, size_t i, struct outcome *out);
/* Moves what is known of this judgement out of y, into the arena; out->n must be set. */
void yield_take(struct yield *y, struct arena *a, const struct claim *c, struct yield_kept *out);
void yield_keep(struct yield *y, const struct claim *c, const struct yield_kept *kept);

#endif
