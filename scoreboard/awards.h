/* awards.h -- who gets what, from a board as it stands; pure. RULES.md section 3, ICPC Contest API
 * "awards".
 *
 * Only teams that have a rank get awards, and of these the ones of the first sort group (others
 * compete for nothing but their own order). Medals go by rank, so a tie at the border makes more
 * of them; nobody who has solved (IOI and points: gained) nothing gets one.
 *
 * World Finals (medals.honors): who has no medal is ranked by the number of solved problems alone,
 * and only from the median of all teams upwards; highest honors to those that solved as many as the
 * last medal, high honors to those with one less, honors to the others that are ranked. */
#ifndef AWARDS_H
#define AWARDS_H
#include "model/contest.h"
#include "scoreboard/board.h"

/* The list in the shape of the Contest API: [{"id","citation","team_ids":[..]}]: winner,
 * gold-medal, silver-medal, bronze-medal, with honors rank-<n>, highest-honors, high-honors,
 * honors, honorable-mention; group-winner-<group>, first-to-solve-<problem>. firsts_only: the last
 * alone. An award that nobody gets is not in it. New reference. */
json_t *awards_list(struct board *b, const struct contest_medals *m, bool firsts_only);

/* The final ranks, ranks[i] of the i-th of board_rows: as on the board, or World Finals'. 0: none.
 */
void awards_ranks(struct board *b, const struct contest_medals *m, int *ranks);

/* Is anything on it still pending, of a team that has a rank? */
bool awards_pending(struct board *b);
#endif
