/* freeze.h -- what the public may know. The only place that decides it, for page, JSON, SSE, feed,
 * history, statistics and exports alike. Pure. RULES.md section 4. */
#ifndef FREEZE_H
#define FREEZE_H
#include "model/contest.h"
#include "scoreboard/rules.h"

/* A submission of that wall time is hidden now: it lies in an interval that is not thawed. */
bool freeze_hides(const struct contest *c, int64_t submitted_ms);
/* The fact as the public may know it: when hidden, pending, whatever it is. */
struct fact freeze_public_fact(const struct contest *c, int64_t submitted_ms, struct fact f);
/* A step of the reveal has shown that team's cell of that problem. */
bool freeze_revealed(const struct contest *c, const char *team_id, const char *problem_id);
/* Hidden teams are on no public board. */
bool freeze_public_team(const struct contest_team *t);
/* Winner, medals and what else follows from the whole board: once it is over for the last team and
 * nothing is hidden any more. Needs all teams. */
bool freeze_shows_awards(const struct contest *c, int64_t now_ms);
/* Names, labels and number of the problems are public only once the contest has started. */
bool freeze_public_problems(const struct contest *c, int64_t now_ms);
/* May this viewer know the verdict of that submission? own: it is the viewer's team's. */
enum viewer { VIEWER_PUBLIC, VIEWER_TEAM, VIEWER_JURY };
bool freeze_shows_verdict(const struct contest *c, enum viewer v, bool own, int64_t submitted_ms);
/* The sentence for pages, "" when the board is not frozen at now_ms:
 * "The scoreboard was frozen with XX minutes remaining - ..." */
void freeze_notice(const struct contest *c, int64_t now_ms, char *out, size_t size);
#endif
