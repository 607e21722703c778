/* http.h -- the life of one request over libmicrohttpd, on the loop's thread.
 *
 * Headers and body arrive; the route is found; then, when the credentials are not known from
 * memory or the route has `work`, the connection is suspended while a pool thread does
 * that; back on the loop, the route's `loop` handler runs (if it has one) and the reply is sent.
 *
 * A handler fills *rp, or returns a negative code with *err: the code's status and sentence
 * are sent as {"code":N,"message":"..."}; a rp->status >= 400 set before takes the place of the
 * code's. Memory of a request is its arena, freed after the reply.
 *
 * Streams: a route whose `loop` handler sets rp->response to its own MHD_Response (from a content
 * reader) owns the connection from then on: suspend it in the reader's first call, write on its
 * fd, and before resuming it take it from every list. rq->closed is called, if set, exactly
 * once when the request has ended, for whatever reason, before its arena is freed. After
 * MHD_resume_connection call http_wake (resuming wakes nothing). feed_drain must end all of them.
 */
#ifndef API_HTTP_H
#define API_HTTP_H
#include "api/auth.h"
#include "api/loop.h"
#include "api/pool.h"
#include "base/buf.h"
#include "base/mem.h"

#include <jansson.h>
#include <microhttpd.h>

struct app;
struct http;
struct route;

enum { MAX_PARAMS = 4, MAX_REPLY_HEADERS = 12, REQUEST_LATER = 1 };

struct reply {
	int status;                    /* 200 when not set */
	const char *type;              /* "application/json" when not set; static or arena */
	struct buf body;               /* taken over */
	struct MHD_Response *response; /* instead of type and body; one reference is taken over */
	struct MHD_Response *shared;   /* the same, borrowed from one who keeps it */
	int nheaders;
	const char *names[MAX_REPLY_HEADERS]; /* static or arena, as the values */
	const char *values[MAX_REPLY_HEADERS];
};

struct request {
	struct app *app;
	struct MHD_Connection *conn;
	const struct route *route;
	const char *method, *path;
	const char
	        *params[MAX_PARAMS]; /* what stands for the {words}, in order; decoded, ids only */
	struct arena arena;
	struct identity who;
	struct buf body; /* whole, at most the route's max_body */
	struct reply reply;
	struct worker *worker; /* pg and kv; NULL on the loop's thread */
	int retry_after_s;     /* > 0 with ERR_BUSY: a limit was reached: 429, not 503 */
	void *data;            /* from the `work` handler to the `loop` handler; arena */
	void (*closed)(struct request *rq); /* see above */
	char address[64];                   /* of the client, without port */
	int64_t started_us;                 /* monotonic */
	struct http_private *http;          /* of http.c */
};

/* Any thread while the request is alive. NULL: not there. */
const char *request_header(const struct request *rq, const char *name);
const char *request_query(const struct request *rq, const char *name);
/* Adds a header; the value is formatted into the arena. Extra ones beyond the table are a bug. */
void reply_header(struct request *rq, const char *name, const char *fmt, ...) PRINTF(3, 4);
/* The body as a JSON object, 400 with the line of the mistake otherwise. Caller decrefs. */
int request_json(const struct request *rq, json_t **out, struct err *err);
/* The body becomes this JSON; takes over the reference. Returns 0. */
int reply_json(struct reply *rp, json_t *v);
/* Any thread: ends a request whose `work` returned REQUEST_LATER. err->code ERR_NONE: the
 * reply as filled in. */
void request_finish(struct request *rq, const struct err *err);
/* Status of an error code, from the one table. */
int http_status_of(enum err_code code);

struct http *http_new(struct app *app, struct err *err); /* listens and is in the loop */
/* Loop thread, after MHD_resume_connection: MHD runs again in this turn. */
void http_wake(struct http *h);
/* Runs MHD; answers the loop's time-out. */
int http_before_wait(struct http *h);
void http_stop_accepting(struct http *h);
size_t http_requests_open(const struct http *h); /* without streams, once they set rq->closed */
unsigned http_connections(const struct http *h);
void http_free(struct http *h); /* no connection may be suspended */

/* For /metrics: replies so far by status class, and a sum of their time. */
struct http_counts {
	uint64_t by_class[6]; /* [2] = 2xx ... */
	uint64_t total, micros;
};
struct http_counts http_counts(const struct http *h);
#endif
