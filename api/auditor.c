/* auditor.c -- the thread that verifies logs and boards in the background.
 *
 * Every verify_seconds it walks over all contests. It is in nobody's way: it has its own
 * connections, the lowest priority, rests after each contest four times as long as that took, and
 * never takes the lock of a contest (catchup_check). A contest that is too busy to be looked at
 * keeps what was found last; how old that is can be seen. An advisory lock keeps it to one node at
 * a time. Shares nothing with the other threads but the stop flag.
 *
 * The head of a log that was found right goes to our own log, where whoever changes the database
 * cannot reach it: `codearena log verify --anchor`. */
#include "api/auditor.h"

#include "api/app.h"
#include "api/feed.h"
#include "api/minder.h"
#include "base/clock.h"
#include "base/log.h"
#include "model/event.h"
#include "scoreboard/catchup.h"
#include "scoreboard/log_verify.h"

#include <jansson.h>
#include <sys/resource.h>

enum { TURN_MS = 1000, SECOND_MS = 1000, REST = 4, LOWEST = 19 };

struct auditor {
	struct minder minder;
	int64_t next_ms;
	json_t *anchors; /* contest -> number of the head that was told last */
};

int auditor_tell(struct pg *pg, const struct contest_check *c, struct err *err)
{
	auto_arena struct arena a = {0};

	return pg_run(pg, Q_AUDIT_TELL, NULL, err, c->contest_id, c->what,
	        pg_arg_int(&a, c->number), pg_arg_bool(!c->why), c->why ? c->why : "");
}

/* What a check found: kept, and told to people when it is bad. Busy: nothing is known. */
static void found(struct auditor *a, struct contest_check c, int failed, const struct err *why)
{
	struct err err = {0};

	if (failed < 0 && why->code == ERR_BUSY)
		return;
	c.why = failed < 0 ? why->msg : NULL;
	if (failed < 0)
		log_error("contest.wrong", "contest=%s what=%s why=\"%s\"", c.contest_id, c.what,
		        why->msg);
	if (auditor_tell(a->minder.pg, &c, &err) < 0)
		log_warn("auditor.tell", "contest=%s why=\"%s\"", c.contest_id, err.msg);
}

static void tell_anchor(struct auditor *a, const char *id)
{
	auto_arena struct arena arena = {0};
	struct err err = {0};
	struct log_head head;
	char hex[HASH_HEX_SIZE];

	if (event_head(a->minder.pg, &arena, id, &head, &err) < 0 ||
	        json_integer_value(json_object_get(a->anchors, id)) == head.number)
		return;
	hash_hex(head.hash, hex);
	log_info("log.anchor", "contest=%s anchor=%lld:%s", id, (long long)head.number, hex);
	json_object_set_new(a->anchors, id, json_integer(head.number));
}

static void look_at(struct auditor *a, const char *id)
{
	struct log_anchor none = {0};
	struct log_report report;
	struct err err = {0};
	int failed = log_verify(a->minder.pg, id, &none, &report, &err);
	int64_t number = report.events;

	found(a, (struct contest_check){.contest_id = id, .what = "log", .number = number}, failed,
	        &err);
	if (failed == 0)
		tell_anchor(a, id);
	err = (struct err){0};
	failed = catchup_check(a->minder.pg, a->minder.kv, id, &err);
	found(a, (struct contest_check){.contest_id = id, .what = "board", .number = number},
	        failed, &err);
}

/* True: the end has come. */
static bool walk(struct auditor *a)
{
	auto_arena struct arena arena = {0};
	const char **ids = NULL;
	size_t n = feed_contests(a->minder.app->feed, &arena, &ids);

	for (size_t i = 0; i < n; i++) {
		int64_t begin = clock_mono_ms();

		look_at(a, ids[i]);
		if (minder_rest(&a->minder, REST * (clock_mono_ms() - begin)))
			return true;
	}
	return false;
}

/* True: the end has come. */
static bool turn(struct auditor *a)
{
	auto_pgresult PGresult *r = NULL;
	struct err err = {0};
	bool end = false;

	if (pg_run(a->minder.pg, Q_AUDIT_LEAD, &r, &err) < 0)
		return false; /* PostgreSQL is away: later */
	if (pg_bool(r, 0, "lead")) {
		end = walk(a);
		(void)pg_run(a->minder.pg, Q_AUDIT_LEAVE, NULL, &err);
	}
	return end;
}

static void run(void *data)
{
	struct auditor *a = data;
	int64_t every = a->minder.app->conf.verify_seconds * SECOND_MS;

	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), LOWEST);
	a->next_ms = clock_mono_ms() + every;
	while (!minder_rest(&a->minder, TURN_MS)) {
		if (clock_mono_ms() < a->next_ms)
			continue;
		if (turn(a))
			break;
		a->next_ms = clock_mono_ms() + every;
	}
}

struct auditor *auditor_start(struct app *app)
{
	struct auditor *a;

	if (app->conf.verify_seconds == 0)
		return NULL;
	a = xcalloc(1, sizeof(*a));
	a->anchors = json_object();
	a->minder.run = run;
	a->minder.data = a;
	minder_start(&a->minder, app, "auditor");
	return a;
}

void auditor_stop(struct auditor *a)
{
	if (!a)
		return;
	minder_stop(&a->minder);
	json_decref(a->anchors);
	free(a);
}
