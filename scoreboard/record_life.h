/* record_life.h -- what people do in the life of a contest beyond its buttons (record.h): give
 * time, take time out, correct a team's penalty or place, decide about one submission. RULES.md
 * sections 3 and 4.
 *
 * Each is one transaction with an event in the contest's log and a row in the audit log that say
 * who, when and why. After success the caller calls catchup_run. */
#ifndef RECORD_LIFE_H
#define RECORD_LIFE_H
#include "model/contest.h"
#include "scoreboard/record.h"

#include <jansson.h>

struct why {
	const char *actor,
	        *reason; /* account id or shell user; reason may be NULL only where said */
};

/* ---- record_schedule.c: the contest */

/* by_ms of contest time are added to the contest, or to one team's own time (team_id not NULL);
 * negative takes back. A freeze that has begun stays where it is. Refused when the contest is over
 * (for a team: thawed, finalized, or ended by the button), and when the new end would lie in the
 * past. */
struct extension {
	const char *team_id;
	int64_t by_ms;
};
int record_extend(struct pg *pg, const char *contest_id, const struct extension *x,
        const struct why *why, struct err *err);

/* Takes [from_ms, to_ms) of wall time out of the contest: its clock stood still, the end moves back
 * by as much, all submissions get their new times. *id names it for record_interval_restore. */
struct interval {
	int64_t from_ms, to_ms;
	int id;
};
int record_interval_remove(struct pg *pg, const char *contest_id, struct interval *interval,
        const struct why *why, struct err *err);
int record_interval_restore(
        struct pg *pg, const char *contest_id, int id, const struct why *why, struct err *err);

/* Hold-for-verification; turning it off lets through what waits. */
int record_hold(
        struct pg *pg, const char *contest_id, bool on, const struct why *why, struct err *err);

/* Times by the clock; what is not named in `set` stays as it is. The start moves until it has
 * passed, never into the past, and the duration as long (then: record_extend); the freeze until it
 * has begun. Thaw and finalize come by themselves at their time (api/conductor.c), once nothing is
 * in their way and no reveal is open. */
enum {
	SCHEDULE_START = 1,
	SCHEDULE_DURATION = 2,
	SCHEDULE_FREEZE = 4,
	SCHEDULE_THAW = 8,
	SCHEDULE_FINALIZE = 16,
	SCHEDULE_END_UPDATES = 32
};
enum { SCHEDULE_PUBLIC = SCHEDULE_START | SCHEDULE_DURATION | SCHEDULE_FREEZE };
struct schedule {
	unsigned set;
	int64_t start_ms;                             /* wall; 0: not scheduled */
	int64_t duration_ms, freeze_ms;               /* contest time; freeze -1: none */
	int64_t thaw_ms, finalize_ms, end_updates_ms; /* wall; 0: by the button alone */
};
int record_schedule(struct pg *pg, const char *contest_id, const struct schedule *s,
        const struct why *why, struct err *err);
/* An object of some of these: name, formal_name, penalty_time (minutes), compile_penalty,
 * best_subtasks, icpc_verdicts, show_runs, after_end, hidden, practice, submissions_per_minute.
 * Every cell is computed anew. ERR_INPUT names what is wrong; ERR_CONFLICT: the contest is
 * finalized and one is of the rules, or it has started and icpc_verdicts is named. */
int record_settings(struct pg *pg, const char *contest_id, const json_t *settings,
        const struct why *why, struct err *err);
int record_medals(struct pg *pg, const char *contest_id, const struct contest_medals *m,
        const struct why *why, struct err *err);

/* ---- record_team.c: one team */

/* minutes (not 0) are added to its penalty; negative are taken away. ICPC rules only. */
int record_adjust(struct pg *pg, const char *contest_id, const char *team_id, int minutes,
        const struct why *why, struct err *err);

enum team_flag { TEAM_HIDDEN, TEAM_UNOFFICIAL, TEAM_DISQUALIFIED };
struct team_mark {
	const char *team_id;
	enum team_flag flag;
	bool on;
};
int record_team_mark(struct pg *pg, const char *contest_id, const struct team_mark *m,
        const struct why *why, struct err *err);

/* ---- record_jury.c: judging stopped for one problem of a contest, one language or one host, or
 * resumed (then the caller rings PAUSE_RINGS times). Exactly one of the three is named. It moves no
 * board, so it stands in the audit log alone. */
enum { PAUSE_RINGS = 8 };
struct pause {
	const char *contest_id, *problem_id, *language_id, *host;
	bool on;
	struct why why;
};
int record_pause(struct pg *pg, const struct pause *p, struct err *err);

/* ---- record_jury.c: one submission. ERR_CONFLICT while the contest is finalized, unless it is
 * practice. */

struct submission_word {
	const char *submission_id;
	struct why why;
};
/* An ignored submission is of no board; on false it counts again. */
int record_ignore(
        struct pg *pg, struct arena *a, const struct submission_word *s, bool on, struct err *err);
/* Its verdict, held until now, counts. The reason may be NULL. */
int record_confirm(
        struct pg *pg, struct arena *a, const struct submission_word *s, struct err *err);
/* A person's verdict in the place of the judge's; the caller has asked for the password again. */
struct override {
	enum verdict verdict;
	int64_t points_milli; /* partial scores; 0 with an AC: all of the problem's */
};
int record_override(struct pg *pg, struct arena *a, const struct submission_word *s,
        const struct override *o, struct err *err);
#endif
