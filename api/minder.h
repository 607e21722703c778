/* minder.h -- a thread beside the event loop that looks after something from time to time: it has
 * connections of its own, shares nothing with others, and ends when told.
 *
 *     static void run(void *data)
 *     {
 *             while (!minder_rest(&mine->minder, 1000))
 *                     ...
 *     } */
#ifndef API_MINDER_H
#define API_MINDER_H
#include "base/kv.h"
#include "base/pg.h"

#include <pthread.h>

struct app;
struct minder {
	struct app *app;
	struct pg *pg;
	struct kv *kv;
	/* inside */
	void (*run)(void *data);
	void *data;
	pthread_t thread;
	int stop_fd; /* readable: end */
	bool started;
};

/* Opens the connections and starts the thread, which calls run(data) once. What fails is logged
 * under `name`; minder_stop is right all the same. */
void minder_start(struct minder *m, struct app *app, const char *name);
/* Waits; true: the end has come. */
bool minder_rest(const struct minder *m, int64_t ms);
void minder_stop(struct minder *m); /* joins, closes the connections */
#endif
