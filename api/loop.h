/* loop.h -- the event loop of codearena-api: one thread, one epoll. Nothing that runs on it may
 * block: no SQL, no Redis round trip, no password hashing, no file.
 *
 * All functions are for the loop's thread, but loop_post, which any thread may call. */
#ifndef API_LOOP_H
#define API_LOOP_H
#include "base/err.h"

struct loop;

/* A descriptor that is watched; storage is the owner's and stays until loop_remove. */
struct watch {
	int fd;
	void (*ready)(struct watch *w, uint32_t events); /* EPOLLIN | EPOLLRDHUP | ... */
	void *data;
};

/* Work for the loop's thread; embedded in what it is about. One that is posted already is not
 * posted twice. `run` may free the storage. */
struct task {
	void (*run)(struct task *t);
	void *data;
	struct task *next;
	bool posted;
};

struct timer {
	void (*run)(struct timer *t);
	void *data;
	int64_t every_ms;
	int64_t at_ms; /* monotonic; set by loop_timer */
	struct timer *next;
};

struct loop *loop_new(struct err *err);
void loop_free(struct loop *l);
int loop_add(struct loop *l, struct watch *w, uint32_t events, struct err *err);
int loop_change(struct loop *l, struct watch *w, uint32_t events, struct err *err);
/* Safe inside ready(), also for other watches of the same turn. */
void loop_remove(struct loop *l, struct watch *w);
/* Runs every every_ms, first after that time. */
void loop_timer(struct loop *l, struct timer *t);
void loop_timer_stop(struct loop *l, struct timer *t);
/* Thread-safe: t->run runs on the loop's thread in its next turn. */
void loop_post(struct loop *l, struct task *t);
/* `before_wait` is called once in each turn before sleeping and answers how long to sleep at most,
 * in ms (-1: as long as you like). Returns after loop_stop. */
void loop_run(struct loop *l, int (*before_wait)(void *data), void *data);
void loop_stop(struct loop *l);
#endif
