/* minder.c -- see minder.h. The end is a descriptor and not a flag, so that no rest is too long. */
#include "api/minder.h"

#include "api/app.h"
#include "base/log.h"

#include <poll.h>
#include <sys/eventfd.h>

static void *begin(void *data)
{
	struct minder *m = data;

	m->run(m->data);
	return NULL;
}

void minder_start(struct minder *m, struct app *app, const char *name)
{
	m->app = app;
	m->pg = pg_new(&app->conf);
	m->kv = kv_new(&app->conf);
	m->stop_fd = eventfd(0, EFD_CLOEXEC);
	m->started = m->stop_fd >= 0 && pthread_create(&m->thread, NULL, begin, m) == 0;
	if (!m->started)
		log_error("minder.start", "name=%s errno=%d", name, errno);
}

bool minder_rest(const struct minder *m, int64_t ms)
{
	struct pollfd stop = {.fd = m->stop_fd, .events = POLLIN};

	return poll(&stop, 1, (int)(ms < INT32_MAX ? ms : INT32_MAX)) != 0;
}

void minder_stop(struct minder *m)
{
	uint64_t one = 1;

	if (m->started && write(m->stop_fd, &one, sizeof(one)) > 0)
		pthread_join(m->thread, NULL);
	pg_free(m->pg);
	kv_free(m->kv);
	if (m->stop_fd >= 0)
		close(m->stop_fd);
}
