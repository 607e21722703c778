/* mirror.c -- the thread that runs catch-up each second.
 *
 * It is not the feed's thread, because making a long board anew takes seconds, and a Redis that
 * does not answer half a second, in which no frame may wait. One contest that cannot be applied
 * does not keep the others from it: its board is marked as stale, in Redis by catch-up, here for
 * /metrics and doctor. Shares nothing but the stop flag; has its own connections. */
#include "api/mirror.h"

#include "api/app.h"
#include "api/auditor.h"
#include "api/feed.h"
#include "api/minder.h"
#include "base/log.h"
#include "scoreboard/catchup.h"

#include <jansson.h>

enum { EVERY_MS = 1000, STALE_TURNS = 30 };

struct mirror {
	struct minder minder;
	bool was_up;
	json_t *told; /* contest -> why its board is stale, or "" */
	unsigned turns;
	struct auditor *auditor;
};

/* Remembered in the database when it is another answer than before. why NULL: applied. */
static void tell(struct mirror *m, const char *contest, const char *why)
{
	const char *before = json_string_value(json_object_get(m->told, contest));
	struct contest_check c = {.contest_id = contest, .what = "apply", .why = why};
	struct err err = {0};

	if (before && strcmp(before, why ? why : "") == 0)
		return;
	if (why)
		log_error("mirror.board", "contest=%s why=\"%s\"", contest, why);
	if (auditor_tell(m->minder.pg, &c, &err) == 0)
		json_object_set_new(m->told, contest, json_string(why ? why : ""));
}

/* An event that cannot be applied will not be so a second later: the whole log is folded for it. */
static bool is_stale(const struct mirror *m, const char *contest)
{
	const char *why = json_string_value(json_object_get(m->told, contest));

	return why && *why;
}

static void turn(struct mirror *m)
{
	auto_arena struct arena a = {0};
	const char **ids = NULL;
	size_t n = feed_contests(m->minder.app->feed, &a, &ids);
	struct err err = {0};
	bool up = true;

	for (size_t i = 0; i < n; i++) {
		int failed;

		if (m->turns % STALE_TURNS && is_stale(m, ids[i]))
			continue;
		failed = catchup_run(m->minder.pg, m->minder.kv, ids[i], &err);
		up = failed == 0 || err.code != ERR_BUSY;
		if (up)
			tell(m, ids[i], failed < 0 ? err.msg : NULL);
		if (!up)
			break; /* the next contest would wait as long */
	}
	if (up != m->was_up && !up)
		log_warn("mirror.behind", "why=\"%s\"", err.msg);
	if (up != m->was_up && up)
		log_info("mirror.current", "contests=%zu", n);
	m->was_up = up;
	m->turns++;
}

static void run(void *data)
{
	struct mirror *m = data;

	while (!minder_rest(&m->minder, EVERY_MS))
		turn(m);
}

struct mirror *mirror_start(struct app *app)
{
	struct mirror *m = xcalloc(1, sizeof(*m));

	m->told = json_object();
	m->auditor = auditor_start(app);
	m->minder.run = run;
	m->minder.data = m;
	minder_start(&m->minder, app, "mirror");
	return m;
}

void mirror_stop(struct mirror *m)
{
	if (!m)
		return;
	minder_stop(&m->minder);
	auditor_stop(m->auditor);
	json_decref(m->told);
	free(m);
}
