/* mirror.c -- the thread that runs catch-up each second.
 *
 * It is not the feed's thread, because making a long board anew takes seconds, and a Redis that
 * does not answer half a second, in which no frame may wait. One contest that cannot be applied
 * does not keep the others from it. Shares nothing but the stop flag; has its own connections. */
#include "api/mirror.h"

#include "api/app.h"
#include "api/feed.h"
#include "base/log.h"
#include "scoreboard/catchup.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>

enum { EVERY_MS = 1000 };

struct mirror {
	struct app *app;
	struct pg *pg;
	struct kv *kv;
	pthread_t thread;
	int stop_fd; /* readable: end */
	bool started, was_up;
};

static void turn(struct mirror *m)
{
	auto_arena struct arena a = {0};
	const char **ids = NULL;
	size_t n = feed_contests(m->app->feed, &a, &ids);
	struct err err = {0};
	bool up = true;

	for (size_t i = 0; i < n; i++) {
		if (catchup_run(m->pg, m->kv, ids[i], &err) == 0)
			continue;
		if (err.code != ERR_BUSY)
			log_error("mirror.board", "contest=%s why=\"%s\"", ids[i], err.msg);
		up = err.code != ERR_BUSY;
		if (!up)
			break; /* the next contest would wait as long */
	}
	if (up != m->was_up && !up)
		log_warn("mirror.behind", "why=\"%s\"", err.msg);
	if (up != m->was_up && up)
		log_info("mirror.current", "contests=%zu", n);
	m->was_up = up;
}

static void *run(void *data)
{
	struct mirror *m = data;
	struct pollfd stop = {.fd = m->stop_fd, .events = POLLIN};

	while (poll(&stop, 1, EVERY_MS) == 0)
		turn(m);
	return NULL;
}

struct mirror *mirror_start(struct app *app)
{
	struct mirror *m = xcalloc(1, sizeof(*m));

	m->app = app;
	m->pg = pg_new(&app->conf);
	m->kv = kv_new(&app->conf);
	m->stop_fd = eventfd(0, EFD_CLOEXEC);
	m->started = m->stop_fd >= 0 && pthread_create(&m->thread, NULL, run, m) == 0;
	if (!m->started)
		log_error("mirror.start", "errno=%d", errno);
	return m;
}

void mirror_stop(struct mirror *m)
{
	uint64_t one = 1;

	if (!m)
		return;
	if (m->started && write(m->stop_fd, &one, sizeof(one)) > 0)
		pthread_join(m->thread, NULL);
	pg_free(m->pg);
	kv_free(m->kv);
	if (m->stop_fd >= 0)
		close(m->stop_fd);
	free(m);
}
