/* board_state.h -- the inside of a board; for board.c (the fold) and board_json.c (its texts) only.
 */
#ifndef BOARD_STATE_H
#define BOARD_STATE_H
#include "scoreboard/board.h"

enum { BOARD_ID_SIZE = 37 };

/* Who was the first to solve a problem in a sort group. */
struct board_first {
	char problem_id[BOARD_ID_SIZE];
	int sort_group;
	char team_id[BOARD_ID_SIZE];
};

struct board {
	int64_t number;
	enum rules_kind rules;
	json_t *contest, *state, *freezes, *problems; /* as the log gave them; NULL: not yet */
	json_t *reveal;                               /* NULL: not open */
	const char **problem_ids;                     /* by position; borrowed from problems */
	size_t nproblems;
	struct board_row **rows; /* by team id; owned */
	size_t nrows;
	struct board_row **sorted; /* the same rows in order of the standings */
	bool is_sorted;
	struct board_first *firsts;
	size_t nfirsts;
};

/* Orders the rows and sets their ranks, when something has changed since. */
void board_sort(struct board *b);
/* Position of a problem, -1 when there is none of that id. */
ptrdiff_t board_problem_find(const struct board *b, const char *id);
/* Does a cell say anything? Empty ones stay out of every text. */
bool board_cell_is_empty(const struct cell *c);
#endif
