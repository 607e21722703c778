/* rules.h -- the scoring rules: pure functions from a team's submissions to its cells and totals.
 *
 * Facts are given in order of submission. A cell is always recomputed from all of them
 * (RULES.md section 3; CCS requirements "Scoring"). Exact integer arithmetic throughout. */
#ifndef RULES_H
#define RULES_H
#include "base/base.h"
#include "model/contest.h"
#include "model/verdict.h"

/* One submission as a viewer may know it: not ignored, not practice. */
struct fact {
	int64_t ordinal; /* order of submission in the contest */
	int64_t contest_time_ms;
	enum verdict verdict; /* VERDICT_NONE: pending or hidden */
	int64_t points_milli; /* given by the judgement (partial scores) */
	const char *subtasks; /* its points of each subtask, "40000 0 60000"; NULL: it has none */
};

struct cell {
	int judged;  /* judged submissions that count: up to and with the first AC */
	int pending; /* not judged, JE, or hidden by the freeze */
	bool solved;
	int64_t time_ms; /* contest time of the first AC (points: of the last gain); -1 none */
	int64_t points_milli;
	int penalty_minutes; /* what this cell adds to the total; 0 while unsolved */
	int wrong;           /* rejected submissions (points: the tie-break) */
};

struct total {
	int solved, wrong;
	int64_t penalty_minutes;
	int64_t points_milli;
	int64_t last_ms; /* contest time of the last AC or gain; -1 none */
};

/* One implementation per kind: rules_icpc.c, rules_ioi.c, rules_points.c. */
struct rules {
	enum rules_kind kind;
	struct cell (*cell)(const struct contest *c, const struct contest_problem *p,
	        const struct fact *facts, size_t n);
	struct total (*total)(const struct contest *c, const struct contest_team *t,
	        const struct cell *cells, size_t n);
	/* < 0: a stands before b; 0: a tie (shared rank). Not by name. */
	int (*compare)(const struct total *a, const struct total *b);
	/* The same order as a Redis score, greater is better; exact in a double (LIVE.md section
	 * 3). */
	double (*key)(const struct total *t);
};
const struct rules *rules_of(enum rules_kind kind);
#endif
