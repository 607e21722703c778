/* conductor.c -- see conductor.h. Its own thread, since a step is a transaction that may wait for
 * the contest's lock, and neither a frame nor a board must wait for that. */
#include "api/conductor.h"

#include "api/app.h"
#include "api/feed.h"
#include "base/log.h"
#include "scoreboard/catchup.h"
#include "scoreboard/record_reveal.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>

enum { LOOK_MS = 100, IDLE_MS = 1000 };

struct conductor {
	struct app *app;
	struct pg *pg;
	struct kv *kv;
	pthread_t thread;
	int stop_fd; /* readable: end */
	bool started;
};

static void step(struct conductor *c, const char *contest_id)
{
	struct reveal_order o = {.move = REVEAL_DUE};
	struct err err = {0};
	int moved = record_reveal(c->pg, contest_id, &o, &err);

	if (moved < 0)
		log_error("reveal.step", "contest=%s why=\"%s\"", contest_id, err.msg);
	else if (moved && catchup_run(c->pg, c->kv, contest_id, &err) < 0)
		log_warn("catchup.failed", "contest=%s error=\"%s\"", contest_id, err.msg);
}

static void turn(struct conductor *c)
{
	auto_pgresult PGresult *r = NULL;
	struct err err = {0};

	if (pg_run(c->pg, Q_REVEAL_DUE, &r, &err) < 0) {
		log_debug("reveal.due", "why=\"%s\"", err.msg);
		return;
	}
	for (int row = 0; row < PQntuples(r); row++)
		step(c, pg_text(r, row, "contest_id"));
}

static void *run(void *data)
{
	struct conductor *c = data;
	struct pollfd stop = {.fd = c->stop_fd, .events = POLLIN};

	while (poll(&stop, 1, feed_is_revealing(c->app->feed) ? LOOK_MS : IDLE_MS) == 0) {
		if (feed_is_revealing(c->app->feed))
			turn(c);
	}
	return NULL;
}

struct conductor *conductor_start(struct app *app)
{
	struct conductor *c = xcalloc(1, sizeof(*c));

	c->app = app;
	c->pg = pg_new(&app->conf);
	c->kv = kv_new(&app->conf);
	c->stop_fd = eventfd(0, EFD_CLOEXEC);
	c->started = c->stop_fd >= 0 && pthread_create(&c->thread, NULL, run, c) == 0;
	if (!c->started)
		log_error("conductor.start", "errno=%d", errno);
	return c;
}

void conductor_stop(struct conductor *c)
{
	uint64_t one = 1;

	if (!c)
		return;
	if (c->started && write(c->stop_fd, &one, sizeof(one)) > 0)
		pthread_join(c->thread, NULL);
	pg_free(c->pg);
	kv_free(c->kv);
	if (c->stop_fd >= 0)
		close(c->stop_fd);
	free(c);
}
