/* rejudging_look.h -- what a set would change: its submissions, both boards before and after. For
 * rejudging*.c only. */
#ifndef REJUDGING_LOOK_H
#define REJUDGING_LOOK_H
#include "scoreboard/facts.h"

#include <jansson.h>

enum rejudging_status { REJUDGING_READY, REJUDGING_PENDING, REJUDGING_FAILED, REJUDGING_KEPT };
enum { REJUDGING_STATUSES = REJUDGING_KEPT + 1 };

struct rejudging_member {
	struct sub *sub;           /* in the facts, as it was before */
	const char *judgement_id;  /* the new one */
	enum verdict old, verdict; /* of the submission now; of the new judgement */
	int64_t points_milli;
	const char *subtasks; /* as in struct fact */
	enum rejudging_status status;
};

/* A side: all teams' views by position, and who was first. */
struct rejudging_side {
	struct view (*views)[VIEW_COUNT];
	struct first *firsts[VIEW_COUNT];
	size_t nfirsts;
};

struct rejudging_look {
	struct contest c;
	struct facts facts;
	struct rejudging_member *members; /* by order of submission */
	size_t n;
	struct rejudging_side before, after;
};

/* Everything lives in the arena. */
int rejudging_look(struct pg *pg, struct arena *a, const char *contest_id, const char *id,
        struct rejudging_look *out, struct err *err);
/* Does a team's row differ for that viewer? */
bool rejudging_changes_row(const struct rejudging_look *l, size_t team, enum view_of v);
bool rejudging_changes_first(const struct rejudging_look *l, size_t i, enum view_of v);
/* The preview of rejudging.h. */
int rejudging_preview(const struct rejudging_look *l, json_t **out, struct err *err);
#endif
