/* conductor.c -- see conductor.h. Its own thread, since a step is a transaction that may wait for
 * the contest's lock, and neither a frame nor a board must wait for that.
 *
 * Two nodes may find the same thing due; the second is refused under the lock, and that is no
 * fault. Finalize is due only once nothing stands in its way, so nothing is tried in vain. */
#include "api/conductor.h"

#include "api/app.h"
#include "api/feed.h"
#include "api/minder.h"
#include "base/clock.h"
#include "base/log.h"
#include "scoreboard/catchup.h"
#include "scoreboard/record_reveal.h"

enum { LOOK_MS = 100, IDLE_MS = 1000 };

struct conductor {
	struct minder minder;
	int64_t schedule_ms; /* the next look at the schedules */
};

static void show(struct conductor *c, const char *contest_id)
{
	struct err err = {0};

	if (catchup_run(c->minder.pg, c->minder.kv, contest_id, &err) < 0)
		log_warn("catchup.failed", "contest=%s error=\"%s\"", contest_id, err.msg);
}

static void step(struct conductor *c, const char *contest_id)
{
	struct reveal_order o = {.move = REVEAL_DUE};
	struct err err = {0};
	int moved = record_reveal(c->minder.pg, contest_id, &o, &err);

	if (moved < 0)
		log_error("reveal.step", "contest=%s why=\"%s\"", contest_id, err.msg);
	else if (moved)
		show(c, contest_id);
}

static void press(struct conductor *c, const char *contest_id, const char *word)
{
	struct err err = {0};
	enum contest_action action = strcmp(word, "thaw") == 0 ? ACTION_THAW : ACTION_FINALIZE;

	if (record_action(c->minder.pg, contest_id, action, "schedule", NULL, &err) == 0) {
		log_info("contest.action", "contest=%s action=%s account=schedule", contest_id,
		        word);
		show(c, contest_id);
	} else if (err.code != ERR_CONFLICT) {
		log_error("contest.schedule", "contest=%s action=%s why=\"%s\"", contest_id, word,
		        err.msg);
	}
}

static void look_at_schedules(struct conductor *c)
{
	auto_pgresult PGresult *r = NULL;
	struct err err = {0};

	if (clock_mono_ms() < c->schedule_ms)
		return;
	c->schedule_ms = clock_mono_ms() + IDLE_MS;
	if (pg_run(c->minder.pg, Q_SCHEDULE_DUE, &r, &err) < 0) {
		log_debug("schedule.due", "why=\"%s\"", err.msg);
		return;
	}
	for (int row = 0; row < PQntuples(r); row++)
		press(c, pg_text(r, row, "id"), pg_text(r, row, "action"));
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
		look_at_schedules(c);
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
