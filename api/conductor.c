/* conductor.c -- see conductor.h. Its own thread, since a step is a transaction that may wait for
 * the contest's lock, and neither a frame nor a board must wait for that. */
#include "api/conductor.h"

#include "api/app.h"
#include "api/feed.h"
#include "api/minder.h"
#include "base/log.h"
#include "scoreboard/catchup.h"
#include "scoreboard/record_reveal.h"

enum { LOOK_MS = 100, IDLE_MS = 1000 };

struct conductor {
	struct minder minder;
};

static void step(struct conductor *c, const char *contest_id)
{
	struct reveal_order o = {.move = REVEAL_DUE};
	struct err err = {0};
	int moved = record_reveal(c->minder.pg, contest_id, &o, &err);

	if (moved < 0)
		log_error("reveal.step", "contest=%s why=\"%s\"", contest_id, err.msg);
	else if (moved && catchup_run(c->minder.pg, c->minder.kv, contest_id, &err) < 0)
		log_warn("catchup.failed", "contest=%s error=\"%s\"", contest_id, err.msg);
}

static void turn(struct conductor *c)
{
	auto_pgresult PGresult *r = NULL;
	struct err err = {0};

	if (pg_run(c->minder.pg, Q_REVEAL_DUE, &r, &err) < 0) {
		log_debug("reveal.due", "why=\"%s\"", err.msg);
		return;
	}
	for (int row = 0; row < PQntuples(r); row++)
		step(c, pg_text(r, row, "contest_id"));
}

static void run(void *data)
{
	struct conductor *c = data;
	struct feed *feed = c->minder.app->feed;

	while (!minder_rest(&c->minder, feed_is_revealing(feed) ? LOOK_MS : IDLE_MS)) {
		if (feed_is_revealing(feed))
			turn(c);
	}
}

struct conductor *conductor_start(struct app *app)
{
	struct conductor *c = xcalloc(1, sizeof(*c));

	c->minder.run = run;
	c->minder.data = c;
	minder_start(&c->minder, app, "conductor");
	return c;
}

void conductor_stop(struct conductor *c)
{
	if (!c)
		return;
	minder_stop(&c->minder);
	free(c);
}
