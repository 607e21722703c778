/* record_reveal.h -- the controller of the resolver: opens it, moves it, ends it. reveal.h has the
 * rule; the steps are computed once, when it is opened, and only the jury can read them.
 *
 * Each move is one transaction with an event in the contest's log, by which every viewer (also one
 * that comes late, or by another node) stands at the same step: the cells shown so far are true on
 * the public board, the others frozen. Moving back hides them again. The thaw ends a reveal.
 * After success the caller calls catchup_run. */
#ifndef RECORD_REVEAL_H
#define RECORD_REVEAL_H
#include "base/pg.h"
#include "scoreboard/record.h"
#include "scoreboard/reveal.h"

enum { REVEAL_MIN_MS = 100, REVEAL_MAX_MS = 600000 };

enum reveal_move {
	REVEAL_OPEN,  /* computes the steps; at position 0. Again: from the beginning */
	REVEAL_NEXT,  /* one step on */
	REVEAL_BACK,  /* one step back */
	REVEAL_JUMP,  /* to `position` */
	REVEAL_AUTO,  /* a step each `every_ms`, until a row of rank 1..stop_rank is final, or the
	                 end */
	REVEAL_PAUSE, /* waits for the button */
	REVEAL_CLOSE, /* back to the frozen board */
	REVEAL_DUE,   /* by the clock: a step, if it is time for it; else nothing */
};

struct reveal_order {
	enum reveal_move move;
	int position;               /* JUMP: 0 .. steps */
	int every_ms;               /* AUTO: of wall time, REVEAL_MIN_MS .. REVEAL_MAX_MS */
	int stop_rank;              /* AUTO: 0: only at the end */
	const char *actor, *reason; /* as for record_action */
};

/* 1: the board moved; 0: only the pace did, or nothing was due.
 * ERR_CONFLICT: the contest is not over, not frozen, has unjudged submissions, or no reveal is
 * open; ERR_INPUT: a position or pace out of range. */
int record_reveal(
        struct pg *pg, const char *contest_id, const struct reveal_order *o, struct err *err);

/* The steps as they would be if it were opened now, for a rehearsal: nothing is written, nobody is
 * told, and it may be long before the end. In the arena. */
int record_reveal_rehearse(struct pg *pg, struct arena *a, const char *contest_id,
        struct reveal_step **steps, size_t *n, struct err *err);

/* "open", "next", "back", "jump", "auto", "pause", "close"; false: another word. */
bool reveal_move_parse(const char *word, enum reveal_move *out);
#endif
