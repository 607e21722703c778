/* board_state.h -- the inside of a board; for board.c (the fold), board_order.c (its order),
 * board_quick.c (its plain events), board_teams.c (its teams), board_query.c and board_json.c (its
 * texts) only. */
#ifndef BOARD_STATE_H
#define BOARD_STATE_H
#include "scoreboard/board.h"
#include "scoreboard/board_query.h"

struct board_word {
	const char *s; /* NULL: none */
	size_t len;
};

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

/* One of "teams", borrowed from its JSON or its text. */
enum { BOARD_GROUPS_PLAIN = 16 }; /* more groups are no plain team */
struct board_team {
	struct board_word id, name, display_name, organization_id, country;
	struct board_word *groups;
	size_t ngroups;
	int sort_group;
	bool hidden, ranked;
};

/* A list of teams as rows without anything solved, by team id. */
struct board_teams {
	struct board_row *rows; /* one block, owned */
	size_t n, cap;
	struct arena texts; /* what the rows point to */
};

/* Where a team's row is found: by the hash of its id. */
struct board_slot {
	uint32_t hash;
	uint32_t row; /* + 1; 0: free */
};

struct board {
	int64_t number;
	enum rules_kind rules;
	json_t *contest, *state, *freezes, *problems; /* as the log gave them; NULL: not yet */
	json_t *reveal;                               /* NULL: not open */
	const char **problem_ids;                     /* by position; borrowed from problems */
	size_t nproblems;
	struct board_row *rows; /* by team id; these and their texts are owned */
	size_t nrows;
	struct arena texts;
	struct board_cell *cells; /* of all rows */
	struct board_slot *slots; /* open hash of team ids; nslots a power of 2 */
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

/* Reads "teams", as JSON or as text, into an empty list. ERR_INPUT: it is wrong, or names a team
 * twice. */
int board_teams_read(struct board_teams *list, const json_t *teams, struct err *err);
int board_teams_scan(struct board_teams *list, const char *text, size_t len, struct err *err);
void board_teams_clear(struct board_teams *list);

/* `len` is at most that of an id. */
static inline bool board_row_is(const struct board_row *r, const char *id, size_t len)
{
	return memcmp(r->team_id, id, len) == 0 && r->team_id[len] == '\0';
}
/* The row of a team whose id is not followed by a NUL; NULL: none. */
struct board_row *board_row_find_n(const struct board *b, const char *id, size_t len);
/* Where in b->rows it most probably is, by its hash alone; SIZE_MAX: nowhere. */
size_t board_row_guess(const struct board *b, const char *id, size_t len);
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
