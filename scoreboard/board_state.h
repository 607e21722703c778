/* board_state.h -- the inside of a board; for board.c (the fold), board_order.c (its order),
 * board_quick.c (its plain events), board_query.c and board_json.c (its texts) only. */
#ifndef BOARD_STATE_H
#define BOARD_STATE_H
#include "scoreboard/board.h"
#include "scoreboard/board_query.h"

enum { BOARD_ID_SIZE = 37 };

/* Who was the first to solve a problem in a sort group. */
struct board_first {
	char problem_id[BOARD_ID_SIZE];
	int sort_group;
	char team_id[BOARD_ID_SIZE];
};

/* Rows in order of the standings. */
struct board_order {
	struct board_row **rows;
	size_t n, cap;
};

/* The ranked rows of one group, organization or country. */
struct board_tag {
	enum board_by by;
	char *id;
	struct board_order order;
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
	struct board_row **slots; /* open hash of team ids; NULL: free; nslots a power of 2 */
	size_t nslots;
	struct board_row **sorted; /* the same rows, in order of the standings when is_sorted */
	bool is_sorted, is_ranked; /* is_ranked: the rows' ranks are right */
	bool is_indexed;           /* ranked and tags hold what they should, else nothing */
	struct board_order ranked;
	struct board_tag *tags; /* by kind and id */
	size_t ntags;
	struct board_first *firsts;
	size_t nfirsts;
};

/* The row of a team whose id is not followed by a NUL; NULL: none. */
struct board_row *board_row_find_n(const struct board *b, const char *id, size_t len);
/* Orders the rows and sets their ranks, when something has changed since. */
void board_sort(struct board *b);
/* Sort group, rules, name, id. */
int board_order_compare(
        enum rules_kind rules, const struct board_row *x, const struct board_row *y);
/* The ranked rows, all or of one tag; NULL: no ranked team has that tag. Borrowed until the next
 * apply. */
const struct board_order *board_order_of(struct board *b, enum board_by by, const char *id);
/* How many rows of the order stand before this one, which need not be in it. */
size_t board_order_place(
        const struct board *b, const struct board_order *o, const struct board_row *row);
/* Its rank among the rows of the order; 0 when it is not ranked. */
int board_order_rank(
        const struct board *b, const struct board_order *o, const struct board_row *row);
/* Gives the row its new total and its new place. */
void board_order_total(struct board *b, struct board_row *row, const struct total *total);
/* Teams, rules or many rows have changed: the orders are made anew when they are asked for. */
void board_order_forget(struct board *b);
/* A row of the Contest API's scoreboard; rank 0: null. filtered_rank < 0: not a member. */
void board_ccs_row(
        const struct board *b, const struct board_row *r, const int ranks[2], struct buf *out);
/* Position of a problem, -1 when there is none of that id. */
ptrdiff_t board_problem_find(const struct board *b, const char *id);
/* Does a cell say anything? Empty ones stay out of every text. */
bool board_cell_is_empty(const struct cell *c);
#endif
