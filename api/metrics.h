/* metrics.h -- what an operator watches, as Prometheus text (format 0.0.4).
 *
 * Counters live in one struct per process, behind one lock; callers only add to them. What the
 * database knows (queue, verdicts, judging times, workers) is asked for at each scrape by the
 * handler and given to metrics_write as rows. */
#ifndef API_METRICS_H
#define API_METRICS_H
#include "base/buf.h"
#include "base/err.h"
#include "base/pg.h"

struct metrics;
struct metrics *metrics_new(void);
void metrics_free(struct metrics *m);

/* One answered request. route: the pattern of the route's table ("/api/contests/{cid}"), a string
 * that lives forever; never a path that a client chose. Thread-safe, cheap. */
void metrics_request(struct metrics *m, const char *route, int status, int64_t us);
/* One event of a contest's log applied by the feed, which was lag_us old by then. */
void metrics_event(struct metrics *m, int64_t lag_us);
/* Frames and bytes handed to streams, streams open now. */
void metrics_frames(struct metrics *m, int64_t frames, int64_t bytes);
void metrics_streams(struct metrics *m, int64_t delta);
/* Feed: 1 while that side answers ("postgresql", "redis"). */
enum metrics_side { METRICS_POSTGRESQL, METRICS_REDIS, METRICS_SIDES };
void metrics_side_up(struct metrics *m, enum metrics_side side, bool up);
bool metrics_side_is_up(struct metrics *m, enum metrics_side side);

/* The counters of this process. */
void metrics_write(struct metrics *m, struct buf *out);
/* What the database knows: queue depth and oldest age, verdicts, judging times, workers. */
int metrics_write_database(struct pg *pg, struct buf *out, struct err *err);
#endif
