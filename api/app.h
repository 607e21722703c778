/* app.h -- what the parts of codearena-api share. Made by main.c, passed by pointer.
 *
 * Threads: the loop (main), the SQL pool, the password pool, the writer, and what feed.c starts.
 * Only `draining` and `pg_seen_ms` are written after the start; the rest are handles whose own
 * headers say who may call what. */
#ifndef API_APP_H
#define API_APP_H
#include "api/auth.h"
#include "api/http.h"
#include "api/loop.h"
#include "api/pool.h"
#include "base/conf.h"

#include <stdatomic.h>

struct app {
	struct conf conf;
	struct loop *loop;
	struct http *http;
	struct pool *sql;      /* work handlers */
	struct pool *password; /* work handlers with ROUTE_PASSWORD, Basic */
	struct writer *writer; /* writer.h */
	struct auth *auth;
	struct limit *limit;           /* limit.h */
	struct web *web;               /* handle_web.c: pages in memory */
	struct statements *statements; /* statements.h */
	struct feed *feed;             /* feed.h; made by feed_start */
	struct metrics *metrics;       /* metrics.h; may be NULL */
	atomic_bool draining;          /* SIGTERM came: readyz 503 */
	atomic_llong pg_seen_ms;       /* monotonic: last time a statement of a handler succeeded */
};

/* feed.h declares and feed.c defines these; main.c drives them, on the loop's thread:
 *   int feed_start(struct app *app, struct err *err);  before the first request; starts its threads
 *   void feed_drain(struct app *app);  ends every stream (resume + close); called once on SIGTERM
 *   void feed_stop(struct app *app);   joins its threads, frees app->feed and app->metrics
 * feed_start works (and keeps trying by itself) while PostgreSQL and Redis are away. */
#endif
