/* record_change.h -- one submission's change (judged, rejudged, ignored, overridden, confirmed) and
 * all that follows from it: the team's cell, who was first, the event. For record_*.c only.
 *
 * The way: lock the contest (event_lock into l->head), record_load_team, write what has changed to
 * the submission, put the new state into *l->sub (l->before has the old one), record_change_write.
 */
#ifndef RECORD_CHANGE_H
#define RECORD_CHANGE_H
#include "scoreboard/record_write.h"

/* The contest under its lock and all submissions of one team; *sub is the one. */
struct record_loaded {
	struct log_head head;
	struct contest c;
	struct facts facts;
	struct sub *sub;
	struct sub before; /* a copy of *sub as it was loaded */
};

/* Contest, team and language of who->submission_id into *who; ERR_NOT_FOUND. */
int record_find_submission(struct pg *pg, struct arena *a, struct claim *who, struct err *err);
/* Needs who's contest, team and submission. */
int record_load_team(struct pg *pg, struct arena *a, const struct claim *who,
        struct record_loaded *l, struct err *err);

/* What the event's subject says; what is NULL is left out. */
struct record_subject {
	const char *kind, *submission_id, *judgement_id, *language_id, *actor, *reason;
	const struct contest_team *team;
	const struct contest_problem *problem;
	enum verdict verdict;
};
/* Cells, then the event. */
int record_change_write(struct pg *pg, struct arena *a, struct record_loaded *l,
        const struct record_subject *s, struct err *err);
#endif
