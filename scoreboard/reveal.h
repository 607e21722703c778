/* reveal.h -- the steps of the resolver, as a pure function of the frozen and the final board.
 *
 * RULES.md section 4: from the frozen board, bottom row upwards; in each row the leftmost pending
 * problem; show its verdict; if that moves the row up, the walk goes on from the row now in that
 * place; a row without pending problems is final. The last step leaves exactly the final board.
 *
 * The number of steps is the number of pending cells plus the number of rows, whatever the hidden
 * verdicts are; it may be told beforehand. Which team and problem come next follows from what was
 * shown so far; what the verdict is, and all that follows from it, does not. So the rank is for the
 * jury only: of rows that are tied now one may still move. */
#ifndef REVEAL_H
#define REVEAL_H
#include "scoreboard/facts.h"

struct reveal_step {
	const struct contest_team *team;
	const struct contest_problem *problem; /* NULL: the row is final */
	int rank; /* of a final row on the final board, ties shared; 0: has none */
};

/* views[i]: c->teams[i] as the public may know it now and as it is. Hidden teams have no rows.
 * *n steps, in the arena. */
struct reveal_step *reveal_steps(
        const struct contest *c, struct view (*views)[VIEW_COUNT], struct arena *a, size_t *n);

/* An automatic reveal pauses behind it: a final row whose rank is 1..stop_rank. */
bool reveal_stops(const struct reveal_step *s, int stop_rank);
#endif
