/* writer.h -- submissions of many requests, written together.
 *
 * A few threads; each takes everything that is queued for one contest and writes it as one
 * transaction (record_submissions), so one fsync serves them all. The requests are finished (202 or
 * their own refusal) when it has committed; board and doorbell come after that and may fail. */
#ifndef API_WRITER_H
#define API_WRITER_H
#include "api/http.h"
#include "scoreboard/record.h"

struct writer;

/* Lives in the request's arena. */
struct writing {
	struct request *rq;
	const char *contest_id;
	struct new_submission sub;
	struct writing *next;
};

struct writer *writer_new(const struct conf *conf, int threads);
/* The request is finished by the writer: the handler returns REQUEST_LATER. */
int writer_add(struct writer *w, struct writing *one, struct err *err);
/* Writes what is queued, then joins the threads; what comes later is refused. */
void writer_finish(struct writer *w);
void writer_free(struct writer *w); /* finished; or NULL */
#endif
