/* pool.h -- a few threads that may block, each with its own connections to PostgreSQL and Redis.
 *
 * Jobs wait in a bounded queue; a full one answers ERR_BUSY (503 with Retry-After) instead of
 * growing. */
#ifndef API_POOL_H
#define API_POOL_H
#include "base/conf.h"
#include "base/err.h"
#include "base/kv.h"
#include "base/pg.h"

struct pool;

/* What a thread owns; given to the job, valid while it runs. */
struct worker {
	struct pg *pg;
	struct kv *kv;
};

struct job {
	void (*run)(struct job *j, struct worker *w); /* may free the storage */
	void *data;
	struct job *next;
};

struct pool *pool_new(const struct conf *conf, const char *name, int threads, size_t max_queue);
int pool_add(struct pool *p, struct job *j, struct err *err);
size_t pool_waiting(struct pool *p);
/* Runs what is queued, then joins the threads; what comes later is refused. */
void pool_finish(struct pool *p);
void pool_free(struct pool *p); /* finished; or NULL */
#endif
