/* record_past.h -- the past of a contest that was held elsewhere, as if it had been held here: each
 * submission and each decision becomes an event with the time at which it happened, and so do the
 * thaw and the end. What can be done with a contest of ours (time travel, replay, reveal, verify)
 * can then be done with it. */
#ifndef RECORD_PAST_H
#define RECORD_PAST_H
#include "base/pg.h"
#include "model/verdict.h"

struct past_judgement {
	enum verdict verdict; /* not none */
	int64_t points_milli;
	int64_t started_ms, at_ms; /* wall; at: when it was decided */
	int time_ms;               /* slowest run; -1 not known */
};

struct past_submission {
	const char *id, *team_id, *problem_id, *language_id,
	        *entry_point; /* the last may be NULL */
	int64_t at_ms, contest_time_ms;
	bool practice;                           /* outside of the contest's time: on no board */
	const struct past_judgement *judgements; /* in order; the last one counts */
	size_t njudgements;                      /* 0: not judged, or not known to the public */
};

struct past {
	const char *contest_id, *account_id, *actor;
	const struct past_submission *subs; /* by time */
	size_t n;
	int64_t thawed_ms, finalized_ms, end_of_updates_ms; /* wall; 0: not */
};

/* Inside the caller's transaction, which has written the rows of the contest, its problems, teams
 * and freezes as they are in the end, and its counter. *events gets the number of events. */
int record_past(struct pg *pg, const struct past *p, int64_t *events, struct err *err);
#endif
