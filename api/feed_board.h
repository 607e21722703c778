/* feed_board.h -- one contest in memory: both boards, the schedule, and the frames made of them.
 *
 * No I/O. Everything but `id` and the fields of the feed's thread is guarded by the feed's lock. */
#ifndef API_FEED_BOARD_H
#define API_FEED_BOARD_H
#include "api/feed.h"
#include "base/clock.h"
#include "scoreboard/board.h"
#include "scoreboard/board_query.h"

enum { FEED_PAGES = 16, FEED_PAGE_KEY_SIZE = 128 };

/* A page of a board as text, as long as the board does not change: that of everybody who asks for
 * the first hundred is made once. */
struct feed_page {
	char key[FEED_PAGE_KEY_SIZE];
	struct buf text;
};

struct feed_board {
	char id[ID_SIZE];
	struct board *boards[FEED_VIEWS];
	struct arena arena; /* of contest */
	struct contest contest;
	struct contest_state state;                                    /* as told to viewers */
	struct frame *snapshots[FEED_VIEWS], *scoreboards[FEED_VIEWS]; /* NULL: make when asked */
	struct feed_page pages[FEED_VIEWS][FEED_PAGES];
	unsigned next_page;       /* to be overwritten */
	char at[CLOCK_TEXT_SIZE]; /* time of the last event of the public, and of all */
	char jury_at[CLOCK_TEXT_SIZE];
	int64_t changed_ms, mend_ms; /* monotonic; the feed's thread only */
	struct feed_board *next;
};

struct feed_board *feed_board_new(const char *id);
void feed_board_free(struct feed_board *fb);
/* The contest's rows were read anew; takes both over. */
void feed_board_contest(struct feed_board *fb, struct arena *arena, const struct contest *c);
/* One event. *changed says for each view whether its board moved. */
int feed_board_apply(
        struct feed_board *fb, const json_t *event, bool changed[FEED_VIEWS], struct err *err);
/* What was made of the boards is no longer true. */
void feed_board_forget(struct feed_board *fb);
void feed_board_event_id(const struct feed_board *fb, enum feed_view v, const char *incarnation,
        char out[ETAG_SIZE]);
/* The frame of an event that was just applied: a delta, or `reset` and a snapshot. */
struct frame *feed_board_frame(struct feed_board *fb, enum feed_view v, const char *incarnation,
        const json_t *event, int64_t now_ms);
/* `reset` and a snapshot under the same number. */
struct frame *feed_board_reset(
        struct feed_board *fb, enum feed_view v, const char *incarnation, int64_t now_ms);
/* `snapshot` alone, kept until the board changes; a reference for the caller. */
struct frame *feed_board_snapshot(
        struct feed_board *fb, enum feed_view v, const char *incarnation, int64_t now_ms);
struct frame *feed_board_scoreboard(struct feed_board *fb, enum feed_view v, int64_t now_ms);
/* The part of it that the query names (board_query.h), up to the members that stand in all of them,
 * which _end adds. */
int feed_board_query(struct feed_board *fb, enum feed_view v, const struct board_query *q,
        struct buf *out, struct err *err);
void feed_board_query_end(
        const struct feed_board *fb, enum feed_view v, int64_t now_ms, struct buf *out);
/* The state object of the Contest API with "notice"; caller decrefs. */
json_t *feed_board_state(const struct feed_board *fb, int64_t now_ms);
/* True when time has brought another state since the last call; *started: the start was in it. */
bool feed_board_time(struct feed_board *fb, int64_t now_ms, bool *started);
#endif
