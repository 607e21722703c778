/* contest.h -- a contest: settings, schedule, state, problems, teams. Strings live in the arena
 * given to the loader. */
#ifndef CONTEST_H
#define CONTEST_H
#include "base/mem.h"
#include "base/pg.h"

enum rules_kind { RULES_ICPC, RULES_IOI, RULES_POINTS };
const char *rules_name(enum rules_kind kind); /* icpc, ioi, points */
/* True and *out set, or false. */
bool rules_parse(const char *name, enum rules_kind *out);

struct freeze_interval { /* wall ms; hidden when submitted in [from, to) and thawed == 0 */
	int64_t from_ms;
	int64_t to_ms;     /* INT64_MAX: open */
	int64_t thawed_ms; /* 0: still hiding */
};

/* Time taken out of the contest, wall ms: its clock stands still in [from, to). By from. */
struct removed_interval {
	int id;
	int64_t from_ms, to_ms;
};

struct contest_medals { /* how many; all 0: none are given */
	int gold, silver, bronze;
	int extra;   /* World Finals' value B: more bronze medals */
	bool honors; /* World Finals: honors, and no rank below the median */
};

/* A pair that a reveal has shown to the public. */
struct revealed_cell {
	const char *team_id, *problem_id;
};

/* A step of it. */
struct reveal_place {
	const char *team_id, *problem_id; /* team NULL: none; problem NULL: the row is final */
	int rank;                         /* of a final row; 0: has none */
};

struct contest_problem {
	const char *id, *label, *name, *rgb, *color;
	int ordinal, version, time_limit_ms, sample_count;
	int64_t memory_limit_kib, output_limit_kib, code_limit_kib, points_milli;
};

struct contest_team {
	const char *id, *name, *display_name;                      /* display_name may be NULL */
	const char *organization_id, *organization_name, *country; /* may be NULL */
	const char *group_ids; /* comma separated, "" when none */
	int sort_group;        /* unofficial, hidden and disqualified teams have groups of their own
	                          behind the rest */
	bool hidden, unofficial, disqualified;
	int penalty_adjustment; /* minutes */
	int64_t extension_ms;   /* contest time */
};

struct contest {
	const char *id, *name, *formal_name, *show_runs, *after_end;
	enum rules_kind rules;
	int64_t start_ms;    /* wall ms; INT64_MIN when not scheduled */
	int64_t duration_ms; /* contest time */
	int64_t freeze_ms;   /* scheduled length before the end; -1 none */
	double clock_rate;
	int64_t ended_ms, finalized_ms, end_of_updates_ms; /* wall; 0 when not */
	int penalty_minutes, submissions_per_minute;
	bool compile_penalty, hidden, practice;
	bool icpc_verdicts;                 /* ICPC's own set: a memory limit is RTE */
	bool best_subtasks;                 /* IOI: the sum over subtasks of the best */
	bool hold;                          /* a verdict counts when a judge has confirmed it */
	int64_t thaw_at_ms, finalize_at_ms; /* scheduled; 0: by the button */
	struct contest_medals medals;
	struct freeze_interval *freezes;
	size_t nfreezes;
	struct removed_interval *removed;
	size_t nremoved;
	bool revealing; /* the resolver is open; these many steps of all were shown */
	int reveal_position, reveal_steps;
	int64_t reveal_next_ms; /* wall; the next step by itself; 0: waits for a person */
	struct reveal_place reveal_last, reveal_next;
	struct revealed_cell *revealed; /* by team, then problem, by bytes */
	size_t nrevealed;
	struct contest_problem *problems; /* by ordinal */
	size_t nproblems;
	struct contest_team *teams; /* by id */
	size_t nteams;
};

/* The instant of a state, wall ms, 0 when not reached at now_ms. RULES.md section 4. */
struct contest_state {
	int64_t started, frozen, ended, thawed, finalized, end_of_updates;
};
struct contest_state contest_state_at(const struct contest *c, int64_t now_ms);
/* Contest ms since the start, without removed intervals. Of those in one, the time of its begin. */
int64_t contest_time_at(const struct contest *c, int64_t wall_ms);
int64_t contest_wall_at(const struct contest *c, int64_t contest_ms);
/* End of the last team's own time, wall ms; INT64_MAX when not scheduled. Needs all teams. */
int64_t contest_last_end_ms(const struct contest *c);
/* Hidden, unofficial and disqualified teams have none, and are nobody's first to solve. */
bool contest_team_has_rank(const struct contest_team *t);
/* End for a team, wall ms, with its extension (team may be NULL). */
int64_t contest_end_ms(const struct contest *c, const struct contest_team *team);

/* Everything about one contest. ERR_NOT_FOUND `no such contest: "x"`. */
int contest_load(
        struct pg *pg, struct arena *a, const char *id, struct contest *out, struct err *err);
/* The same, but of the teams only these (those of them that are in it): for recording, which must
 * not read ten thousand names to move one cell. */
struct contest_some {
	const char *const *teams;
	size_t n;
};
int contest_load_some(struct pg *pg, struct arena *a, const char *id, const struct contest_some *s,
        struct contest *out, struct err *err);
const struct contest_problem *contest_problem_find(const struct contest *c, const char *id);
/* By id, else by label ignoring case. */
const struct contest_problem *contest_problem_match(const struct contest *c, const char *word);
const struct contest_team *contest_team_find(const struct contest *c, const char *id);
#endif
