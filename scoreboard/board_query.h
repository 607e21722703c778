/* board_query.h -- a part of a board: the first N, a page, a team's own row and its neighbours, of
 * all ranked teams or those of one group, organization or country. Pure; needs no more than a few
 * binary searches and the rows that it gives. It knows the board it is given and nothing else: what
 * the public may see is decided where that board is made.
 *
 * Ranks are those of the whole board; under a filter each row has a second one, among the teams
 * that pass. Both are shared by ties. Teams without a rank (hidden, unofficial, disqualified) are
 * never in a list, but can be asked for as `team` if the board has them. */
#ifndef BOARD_QUERY_H
#define BOARD_QUERY_H
#include "scoreboard/board.h"

enum board_by { BOARD_BY_NONE, BOARD_BY_GROUP, BOARD_BY_ORGANIZATION, BOARD_BY_COUNTRY };
enum { BOARD_LIMIT_MAX = 1000, BOARD_AROUND_MAX = 50, BOARD_OFFSET_MAX = 1000000 };

struct board_query {
	enum board_by by;
	const char *id;    /* of the group, organization or country */
	int offset, limit; /* the rows [offset, offset + limit) of those that pass */
	const char *team;  /* NULL: no own row */
	int around;        /* so many rows above and below the team's */
};

/* Rows of the board, borrowed until its next apply. */
struct board_slice {
	const struct board_row *const *rows;
	size_t offset, n;
};
/* What the query names. ERR_NOT_FOUND: no ranked team on this board has that group, organization or
 * country; no such team on this board. */
struct board_answer {
	size_t total; /* rows that pass the filter */
	struct board_slice page, around;
	const struct board_row *team; /* NULL: not asked for */
	size_t place;                 /* of the team: how many of those that pass stand before it */
	bool passes;                  /* the team is one of them */
};
int board_select(
        struct board *b, const struct board_query *q, struct board_answer *out, struct err *err);
/* Rank of a row among those that pass; 0: it is not ranked, or does not pass. */
int board_filtered_rank(struct board *b, const struct board_query *q, const struct board_row *r);
int board_rank(struct board *b, const struct board_row *r); /* on the whole board */

/* The same as members of the Contest API's scoreboard, each followed by a comma: "offset", "rows"
 * and "total", which are alike for all who ask for that page; "around" and "team", if asked for. */
int board_page_json(struct board *b, const struct board_query *q, struct buf *out, struct err *err);
int board_team_json(struct board *b, const struct board_query *q, struct buf *out, struct err *err);
#endif
