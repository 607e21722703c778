/* feed.h -- follows the logs of all contests and makes what goes out live: boards in memory, and
 * frames for streams, each made once.
 *
 * One thread with its own connections; DESIGN.md section 8. It is woken by Redis (board:*,
 * events:*, clarification:*) and looks by itself every second, so it works without Redis; without
 * PostgreSQL the boards go on from memory. The functions below (but for start, drain and stop) may
 * be called from any thread; they never wait for a database. */
#ifndef API_FEED_H
#define API_FEED_H
#include "api/sse.h"
#include "model/contest.h"
#include "scoreboard/board_query.h"

struct feed;

/* Loop thread. feed_start makes app->feed and app->metrics and its thread; it succeeds while
 * PostgreSQL and Redis are away. feed_drain ends every stream. feed_stop joins and frees. */
int feed_start(struct app *app, struct err *err);
void feed_drain(struct app *app);
void feed_stop(struct app *app);

enum feed_view { FEED_PUBLIC, FEED_JURY, FEED_VIEWS };
enum { ETAG_SIZE = 96 };

/* May this viewer see the contest's board in this view? ERR_NOT_FOUND (also for a hidden contest),
 * ERR_DENIED, ERR_BUSY while the logs have not been read yet. */
int feed_check(struct feed *f, const struct identity *who, const char *contest_id,
        enum feed_view view, struct err *err);
/* The Contest API's scoreboard object: a reference for the caller, and its ETag with quotes. */
struct feed_text {
	struct frame *body;
	char etag[ETAG_SIZE];
};
int feed_scoreboard(struct feed *f, const char *contest_id, enum feed_view view,
        struct feed_text *out, struct err *err);
/* The part of it that the query names (scoreboard/board_query.h), with a tag of its own. */
int feed_query(struct feed *f, const char *contest_id, enum feed_view view,
        const struct board_query *q, struct feed_text *out, struct err *err);
/* Its awards (scoreboard/awards.h). Until freeze_shows_awards the public is told first to solve
 * alone, as its board knows it; so is the jury while the contest runs. New reference. */
int feed_awards(
        struct feed *f, const char *contest_id, enum feed_view view, json_t **out, struct err *err);
/* "public:<contest>" or "jury:<contest>" */
void feed_channel(char out[CHANNEL_SIZE], const char *contest_id, enum feed_view view);
/* Last-Event-ID -> number; false when it is of another log or view, or not an id. */
bool feed_parse_id(struct feed *f, const char *id, enum feed_view view, int64_t *number);
/* `event: state` as it is now, appended; nothing when the contest is unknown. */
void feed_state_event(struct feed *f, const char *contest_id, struct buf *out);
/* The row of a team on the jury's board as JSON, for the team itself; NULL: none. Caller frees. */
char *feed_own_row(struct feed *f, const char *contest_id, const char *team_id);
/* {"row", "rank", "no_rank"}: the same row, its rank on the public board, or why it has none to
 * tell (no rank while the board is frozen). ERR_NOT_FOUND: the team is not in the contest. */
int feed_own_standing(struct feed *f, const char *contest_id, const char *team_id, struct buf *out,
        struct err *err);
/* The ids of all contests that are followed, in the arena. */
size_t feed_contests(struct feed *f, struct arena *a, const char ***out);
/* Is the reveal of any contest open? */
bool feed_is_revealing(struct feed *f);
struct sse *feed_sse(struct feed *f);
/* Looks at the watched submissions at once (a stream was opened). */
void feed_wake(struct feed *f);

/* One submission as its team may see it live, for `own`: an object of the list "submissions". */
json_t *feed_submission_json(const PGresult *r, int row);
#endif
