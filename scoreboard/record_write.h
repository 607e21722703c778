/* record_write.h -- what the record_*.c files share; for them only. */
#ifndef RECORD_WRITE_H
#define RECORD_WRITE_H
#include "scoreboard/facts.h"
#include "scoreboard/record.h"

/* A team's cell of one problem, for both viewers. */
struct record_cell {
	const struct contest_team *team;
	const struct contest_problem *problem;
	struct cell cells[VIEW_COUNT];
};
/* At most one for each pair of team and problem. */
int record_put_cells(struct pg *pg, const char *contest_id, const struct record_cell *cells,
        size_t n, struct err *err);

/* A team before and after something happened to its submissions to one problem. */
struct record_change {
	const struct contest *c;
	const struct contest_team *team;
	const struct contest_problem *problem;
	struct view before[VIEW_COUNT], after[VIEW_COUNT];
	struct first first_before[VIEW_COUNT],
	        first_after[VIEW_COUNT]; /* problem NULL: not asked */
};
void record_views(const struct contest *c, const struct contest_team *team,
        const struct facts *facts, struct arena *a, struct view views[VIEW_COUNT]);
/* The viewer's PART; NULL for the public when its bytes do not change. New reference. */
json_t *record_change_part(const struct record_change *ch, enum view_of v);
struct record_cell record_change_cell(const struct record_change *ch);

struct record_audit {
	const char *actor, *action, *contest_id, *subject; /* subject may be NULL */
	const char *reason;                                /* or NULL */
	json_t *more;                                      /* further members of detail; or NULL */
};
int record_audit(struct pg *pg, const struct record_audit *au, struct err *err);

/* An event about a contest as a whole: who does what and why, under which lock. */
struct record_about {
	const char *contest_id, *kind, *actor, *reason;
	json_t *more;   /* further members of the event's subject and of the audit row; or NULL */
	bool jury_only; /* of a small event: the public's bytes do not change */
	struct log_head head;
};
/* The contest, its state and freezes; everything, with each cell computed anew. */
int record_small(struct pg *pg, struct arena *a, struct record_about *ab, struct err *err);
int record_bulk(struct pg *pg, struct arena *a, struct record_about *ab, struct err *err);

/* ERR_CONFLICT while the contest is finalized: its result stays as it is. */
int record_check_open(const struct contest *c, int64_t now_ms, struct err *err);

/* A copy that PostgreSQL takes as text: valid UTF-8, no NUL, at most max bytes. NULL stays NULL. */
const char *record_clean(struct arena *a, const char *s, size_t max);
/* Ends a transaction that began: commits when result >= 0, else rolls back. */
int record_end(struct pg *pg, int result, struct err *err);
#endif
