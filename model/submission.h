/* submission.h -- the life of a submission: queued -> judging -> final, or back to queued.
 *
 * PostgreSQL is the queue; Redis only rings (list `submissions`). A judgement is claimed with an
 * attempt number, the fencing token: heartbeat, release and record are refused for any other
 * attempt. DESIGN.md section 4. */
#ifndef SUBMISSION_H
#define SUBMISSION_H
#include "base/kv.h"
#include "base/mem.h"
#include "base/pg.h"
#include "model/verdict.h"

enum { LEASE_MS = 3000, HEARTBEAT_MS = 1000, MAX_FAILURES = 3, SUBMISSION_MAX_FILES = 20 };

struct submission_file {
	const char *name;
	const char *data;
	size_t len;
};

/* What a judge took; strings in the arena. */
struct claim {
	const char *judgement_id, *submission_id, *contest_id, *team_id, *problem_id;
	const char *language_id, *entry_point /* may be NULL */, *month;
	const char *class; /* contest | practice | rejudge | custom */
	int attempt, problem_version;
	bool practice;
	bool hidden;        /* of a rejudging that is not applied: its team must not hear of it */
	bool icpc_verdicts; /* of the contest */
};

/* Who wants work, and which. */
struct claim_want {
	const char *worker;
	const char *const *languages;
	size_t n;
	bool low; /* rejudgings and custom runs too */
};
/* 1 and *out, 0 when nothing is queued that is wanted. */
int submission_claim(struct pg *pg, struct arena *a, const struct claim_want *want,
        struct claim *out, struct err *err);
/* Is it of a class that gives way to contestants? */
bool submission_is_low(const struct claim *c);
/* How many judgements wait, at most 100, that do not give way and that these languages can judge.
 */
int submission_count_urgent(struct pg *pg, const struct claim_want *want, int *n, struct err *err);
/* Extends the leases; still_mine[i] says which are still ours. */
int submission_heartbeat(struct pg *pg, const char *worker, const struct claim *const *claims,
        size_t n, bool *still_mine, struct err *err);
/* Back to the queue. failed: by the judge's own fault. *failures gets the count so far (-1: the
 * attempt was stale); the caller records JE at MAX_FAILURES. */
int submission_release(struct pg *pg, const struct claim *c, bool failed, const char *why,
        int *failures, struct err *err);
/* The claim was lost while we worked on it: we were late, not dead, so that is no failure. */
int submission_was_alive(struct pg *pg, const struct claim *c, struct err *err);
/* The files of a submission; in the arena. */
int submission_files(struct pg *pg, struct arena *a, const char *submission_id,
        struct submission_file **files, size_t *n, struct err *err);
/* Rings the doorbell for n submissions; failing is harmless (the sweeper rings again). */
int submission_ring(struct kv *kv, size_t n, struct err *err);

/* Expired leases, for the sweeper (one at a time by advisory lock): up to max claims, each with
 * the attempt that died, its failures in *failures. */
struct expired {
	struct claim claim;
	int failures;
};
int submission_expired(struct pg *pg, struct arena *a, struct expired *out, size_t max, size_t *n,
        struct err *err);
int submission_count_waiting(struct pg *pg, int older_than_ms, int64_t *n, struct err *err);
#endif
