/* record_outside.h -- submissions and verdicts that happen now in the log, but were made at another
 * time: a contest that is played again (codearena contest replay). What record_past.h writes all at
 * once comes one by one here, so that boards, streams and freeze see it as any other.
 * After success the caller calls catchup_run. */
#ifndef RECORD_OUTSIDE_H
#define RECORD_OUTSIDE_H
#include "base/pg.h"
#include "model/verdict.h"

struct outside_submission {
	const char *contest_id, *id, *account_id, *team_id, *problem_id, *language_id;
	int64_t at_ms,
	        contest_time_ms; /* at: wall, on the contest's clock; not before the last one */
};
int record_outside_submission(struct pg *pg, const struct outside_submission *s, struct err *err);

struct outside_judgement {
	const char *submission_id;
	enum verdict verdict; /* not none */
	int64_t points_milli;
	int time_ms;          /* slowest run; -1 not known */
	const char *subtasks; /* as in struct fact */
};
/* ERR_CONFLICT when it has one. */
int record_outside_judgement(struct pg *pg, const struct outside_judgement *j, struct err *err);
#endif
