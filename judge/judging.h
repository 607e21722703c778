/* judging.h -- one submission from its source to a decision; and how it is given up. */
#ifndef JUDGING_H
#define JUDGING_H

#include "base/kv.h"
#include "base/pg.h"
#include "judge/execute.h"
#include "judge/spread.h"
#include "judge/task.h"
#include "judge/testdata.h"
#include "judge/yield.h"
#include "model/submission.h"
#include "scoreboard/record.h"

/* What a slot judges with; all borrowed. */
struct judging {
	struct pg *pg;
	struct kv *kv;
	struct box *box;
	struct testdata *data;
	struct spread *spread;         /* NULL: no other slot helps */
	struct yield *yield;           /* NULL: a rejudging gives way to nobody */
	const struct claim_want *want; /* what it gives way to */
	struct artifacts *artifacts;   /* compiled submissions of this host; may be NULL */
	struct jury *jury;             /* compiled validators of this host */
	const struct languages *languages;
	pthread_rwlock_t *alone;
	const atomic_bool *stop;
	const char *worker;
};

enum { JUDGING_GAVE_WAY = 1 };
/* 0: *out is the decision, its strings and runs in the arena. JUDGING_GAVE_WAY: a contestant waits
 * and this one does not matter as much; give it back. -ERR_CONFLICT: *stop became true.
 * Else the judge's own fault, the sentence says which. */
int judging_decide(struct judging *j, struct arena *a, const struct claim *c, struct decision *out,
        struct err *err);
/* Records and tells everybody: 1 recorded, 0 refused (another attempt is the current one). */
int judging_record(struct judging *j, struct arena *a, const struct claim *c,
        const struct decision *d, struct err *err);
/* Gives the submission back; failed: by the judge's own fault, and if it was the last that is
 * allowed, JE is recorded. 1: JE was recorded, 0: it is queued again or was not ours any more. */
int judging_give_back(
        struct judging *j, const struct claim *c, bool failed, const char *why, struct err *err);

#endif
