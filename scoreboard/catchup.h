/* catchup.h -- events -> Redis: the only way the boards in Redis change.
 *
 * Keys (after the instance's prefix), b = public: leaderboard:<contest>, jury:
 * leaderboard:<contest>:jury
 *   <b>        ZSET  team -> rules key (ties by member text; shared rank = 1 + ZCOUNT (score +inf)
 *              of sort group 0; <b>:group:<n> holds another sort group; hidden teams are in none
 *   <b>:places HASH  team -> ":group:<n>" or "hidden", for those that are not in <b>
 *   <b>:meta   HASH  number (the public board's is the public number), incarnation, rules (0 icpc,
 *              1 ioi, 2 points), problems (ids, for checking events), groups (sort groups but 0)
 *   <b>:stale  why the next event could not be applied, and the board stands still
 *   <b>:new:<random>...  a board in the making, with a time to live
 * Channel: board:<contest>, message = jury number; a wake-up only.
 * apply.lua checks the number (a hole answers with the number it needs), sets scores absolutely,
 * remembers the number, publishes; sending an event twice is harmless. Cells are not in Redis: who
 * shows them folds the log. */
#ifndef CATCHUP_H
#define CATCHUP_H
#include "base/kv.h"
#include "base/pg.h"
#include "scoreboard/board.h"

/* Applies what Redis does not have yet; no number in Redis: rebuild (one holder of an advisory
 * lock; another's holding it is success). ERR_BUSY when Redis or PostgreSQL is away. */
int catchup_run(struct pg *pg, struct kv *kv, const char *contest_id, struct err *err);
/* Folds the log into shadow keys and swaps. *events: how many were folded. */
int catchup_rebuild(
        struct pg *pg, struct kv *kv, const char *contest_id, int64_t *events, struct err *err);
/* The fold of the log; *board is the caller's. until 0: all of it. */
int catchup_fold(struct pg *pg, const char *contest_id, bool jury, int64_t until,
        struct board **board, struct err *err);
/* Both boards from one pass over the log, up to event `until` (0: all). */
struct boards {
	struct board *jury, *public_board;
};
void boards_free(struct boards *b);
#define auto_boards __attribute__((cleanup(boards_free)))
int catchup_fold_both(
        struct pg *pg, const char *contest_id, int64_t until, struct boards *out, struct err *err);
/* codearena board verify: Redis == fold of the log == recomputation from the submissions, public
 * and jury. ERR_CONFLICT names the first difference. */
int catchup_verify(struct pg *pg, struct kv *kv, const char *contest_id, struct err *err);
/* The same without ever taking the contest's lock: ERR_BUSY when it keeps changing. */
int catchup_check(struct pg *pg, struct kv *kv, const char *contest_id, struct err *err);
#endif
