/* past.h -- the board as it stood at an instant, and as it would have stood with the verdicts that
 * are known now. */
#ifndef PAST_H
#define PAST_H
#include "base/pg.h"
#include "scoreboard/board.h"

/* An instant of a contest's log: the last event of this viewer class at or before it. */
struct past {
	int64_t number; /* the jury's, of that event */
	int64_t at_ms;  /* wall time of that event */
};
/* number >= 0: by event number (a public number on the public's board); else by wall time. */
struct past_wish {
	const char *contest_id;
	bool jury;
	int64_t number, wall_ms;
};
/* ERR_NOT_FOUND: there was no event yet. */
int past_find(struct pg *pg, const struct past_wish *w, struct past *out, struct err *err);

/* The jury's board of everything submitted up to that contest time, with today's verdicts. The
 * caller frees *board. */
int past_final(struct pg *pg, const char *contest_id, int64_t contest_ms, struct board **board,
        struct err *err);
#endif
