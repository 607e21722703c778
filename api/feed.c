/* feed.c -- the thread that follows the logs of all contests.
 *
 * A turn: sleep until Redis, feed_wake or the tick; take the messages; one statement asks for the
 * last number of every contest; those that moved are read, applied and published. Once a second
 * also what no message brings: contests that are new, states that only time brings, watched
 * submissions, clarifications, and the accounts behind open streams.
 *
 * Redis messages are wake-ups and progress only. Numbers decide what is missing; an event that
 * cannot be applied, or a number that went back, makes the board be folded anew, and its viewers
 * get `reset`.
 *
 * Threads: this one, and all that call feed.h. The lock guards the list of boards and what is in
 * them, and `incarnation`; it is never held across a call to PostgreSQL or Redis. A frame is
 * appended to its ring under the lock, so a snapshot and the position behind it are of one instant.
 *
 * What must stay true: a frame is published in the order of its numbers and once; a submission's
 * stream ends only after its final state was read from PostgreSQL. */
#include "api/feed.h"

#include "api/app.h"
#include "api/conductor.h"
#include "api/feed_board.h"
#include "api/mirror.h"
#include "api/submission_view.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "model/event.h"
#include "scoreboard/awards.h"
#include "scoreboard/catchup.h"
#include "scoreboard/freeze.h"

#include <bsd/string.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>

enum {
	TICK_MS = 1000,
	ACCOUNTS_MS = 2000,
	EVENT_BATCH = 200,
	EVENT_DEPTH = 16,
	RING_REPLAY = 500, /* events before the head that a fresh start puts into the rings */
	REFOLD_MS = 5000,  /* a board that cannot be applied is tried again after */
	MAX_WATCHED = 4096,
	MAX_ACCOUNTS = 20000,
	SEEN_CLARIFICATIONS = 512,
	KNOWN_SUBMISSIONS = 4096,
	MAX_MESSAGES = 1000, /* of one turn */
};

/* Whose a submission is, for its progress. */
struct owner {
	char submission_id[ID_SIZE], contest_id[ID_SIZE], team_id[ID_SIZE];
};

struct feed {
	struct app *app;
	struct sse *sse;
	struct timer timer; /* loop: sse_tick */
	pthread_t thread;
	int wake_fd;
	atomic_bool stop;
	pthread_mutex_t lock;
	struct feed_board *boards; /* guarded */
	char incarnation[ID_SIZE]; /* guarded; "" until known */
	atomic_llong skew_ms;      /* the database's clock minus ours */
	/* the thread's own from here */
	struct pg *pg;
	struct kv *messages;
	struct mirror *mirror;
	struct conductor *conductor;
	bool subscribed, pg_up;
	bool look_boards, look_submissions, look_clarifications;
	int64_t tick_ms, accounts_ms;
	char seen[SEEN_CLARIFICATIONS][ID_SIZE];
	size_t nseen;
	bool seen_any;
	struct owner *owners;
};

static int64_t now_ms(const struct feed *f)
{
	return clock_wall_ms() + atomic_load(&f->skew_ms);
}

/* With the lock. */
static struct feed_board *find(const struct feed *f, const char *id)
{
	struct feed_board *fb = f->boards;

	while (fb && strcmp(fb->id, id) != 0)
		fb = fb->next;
	return fb;
}

void feed_channel(char out[CHANNEL_SIZE], const char *contest_id, enum feed_view view)
{
	snprintf(out, CHANNEL_SIZE, "%s:%s", view == FEED_JURY ? "jury" : "public", contest_id);
}

static void publish(struct feed *f, const char *contest_id, enum feed_view v, struct frame *frame)
{
	char channel[CHANNEL_SIZE];

	feed_channel(channel, contest_id, v);
	sse_publish(f->sse, channel, frame);
}

/* ---------------------------------------------------------------- boards */

/* `event: state` to both views. With the lock. */
static void publish_state(struct feed *f, struct feed_board *fb)
{
	json_auto_t *state = feed_board_state(fb, now_ms(f));
	auto_free char *text = json_text(state);
	auto_buf struct buf out = {0};

	sse_event(&out, NULL, "state", text, strlen(text));
	for (int v = 0; v < FEED_VIEWS; v++)
		publish(f, fb->id, (enum feed_view)v, frame_new(TOPIC_STATE, 0, out.data, out.len));
}

/* What time has brought: the state, and at the start the problems. With the lock. */
static void pass_time(struct feed *f, struct feed_board *fb)
{
	bool started = false;

	if (!feed_board_time(fb, now_ms(f), &started))
		return;
	publish_state(f, fb);
	if (!started)
		return;
	for (int v = 0; v < FEED_VIEWS; v++)
		publish(f, fb->id, (enum feed_view)v,
		        feed_board_reset(fb, (enum feed_view)v, f->incarnation, now_ms(f)));
}

static bool changes_contest(const char *kind)
{
	return strcmp(kind, "submission") != 0 && strcmp(kind, "judgement") != 0 &&
	       strcmp(kind, "rejudge") != 0 && strcmp(kind, "confirm") != 0 &&
	       strcmp(kind, "override") != 0 && strcmp(kind, "ignore") != 0;
}

static int load_contest(
        struct feed *f, const char *id, struct arena *a, struct contest *c, struct err *err)
{
	if (contest_load(f->pg, a, id, c, err) < 0) {
		arena_free(a);
		return err_wrap(err, "feed");
	}
	return 0;
}

/* Submissions of one team as they are now, and its row, to that team. */
static void publish_team(struct feed *f, const char *contest_id, const char *team,
        const char *const *submissions, size_t n)
{
	auto_pgresult PGresult *r = NULL;
	auto_arena struct arena a = {0};
	auto_buf struct buf out = {0};
	auto_free char *row = NULL;
	auto_free char *text = NULL;
	struct err err = {0};
	char channel[CHANNEL_SIZE];

	if (pg_run(f->pg, Q_FEED_SUBMISSIONS, &r, &err, pg_arg_array(&a, submissions, n)) < 0 ||
	        PQntuples(r) == 0)
		return;
	buf_adds(&out, "{\"submissions\":[");
	for (int i = 0; i < PQntuples(r); i++) {
		json_auto_t *object = feed_submission_json(r, i);
		auto_free char *one = json_text(object);

		buf_addf(&out, "%s%s", i > 0 ? "," : "", one);
	}
	row = feed_own_row(f, contest_id, team);
	buf_adds(&out, "],\"row\":");
	buf_adds(&out, row ? row : "null");
	buf_adds(&out, "}");
	text = buf_take(&out);
	sse_event(&out, NULL, "own", text, strlen(text));
	snprintf(channel, sizeof(channel), "team:%s:%s", contest_id, team);
	sse_publish(f->sse, channel, frame_new(TOPIC_OWN, 0, out.data, out.len));
}

static bool is_listening(struct feed *f, const char *contest_id, const char *team)
{
	char channel[CHANNEL_SIZE];

	snprintf(channel, sizeof(channel), "team:%s:%s", contest_id, team);
	return sse_has(f->sse, channel);
}

static const char *member(const json_t *o, const char *name)
{
	return json_string_value(json_object_get(o, name));
}

/* A rejudging that was applied concerns many: each team gets all of its own at once, with the
 * first of them in the list. */
static void publish_set(struct feed *f, const char *contest_id, const json_t *list)
{
	size_t n = json_array_size(list);
	auto_free const char **ids = xcalloc(n + 1, sizeof(*ids));
	auto_free bool *told = xcalloc(n + 1, sizeof(*told));

	for (size_t i = 0; i < n; i++) {
		const char *team = member(json_array_get(list, i), "team");
		size_t own = 0;

		if (told[i] || !team || !is_listening(f, contest_id, team))
			continue;
		for (size_t k = i; k < n; k++) {
			const json_t *one = json_array_get(list, k);
			const char *submission = member(one, "submission"),
			           *its = member(one, "team");

			if (!submission || !its || strcmp(its, team) != 0)
				continue;
			told[k] = true;
			ids[own++] = submission;
		}
		publish_team(f, contest_id, team, ids, own);
	}
}

/* The contest of a submission's event is its team's: tells that team, if it is listening. */
static void publish_own(struct feed *f, const char *contest_id, const json_t *event)
{
	const json_t *subject = json_object_get(event, "subject");
	const char *team = member(subject, "team");
	const char *submission = member(subject, "submission");

	publish_set(f, contest_id, json_object_get(subject, "submissions"));
	if (team && submission && is_listening(f, contest_id, team))
		publish_team(f, contest_id, team, &submission, 1);
}

/* Lag: from the event's time to now, by the database's clock. */
static void count_event(struct feed *f, const json_t *event)
{
	const char *at = json_string_value(json_object_get(event, "at"));
	int64_t ms;

	if (at && clock_parse_time(at, &ms) == 0)
		metrics_event(f->app->metrics, (now_ms(f) - ms) * 1000);
}

/* How much becomes of an event: boards only; the frames as well, for a process that begins; all. */
enum mode { MODE_QUIET, MODE_REPLAY, MODE_LIVE };

/* Boards and frames, under the lock. */
static int apply_locked(
        struct feed *f, struct feed_board *fb, const json_t *event, enum mode mode, struct err *err)
{
	bool changed[FEED_VIEWS] = {false, false};

	if (feed_board_apply(fb, event, changed, err) < 0)
		return err_result(err);
	for (int v = 0; v < FEED_VIEWS && mode != MODE_QUIET; v++) {
		enum feed_view view = (enum feed_view)v;

		if (changed[v])
			publish(f, fb->id, view,
			        feed_board_frame(fb, view, f->incarnation, event, now_ms(f)));
	}
	if (mode == MODE_LIVE)
		pass_time(f, fb);
	return 0;
}

static int apply(struct feed *f, struct feed_board *fb, const struct event *e, enum mode mode,
        struct err *err)
{
	json_auto_t *event = json_parse(e->text, strlen(e->text), EVENT_DEPTH, err);
	auto_arena struct arena a = {0};
	struct contest c;
	bool reload = mode == MODE_LIVE && changes_contest(e->kind);
	int rc;

	if (!event)
		return err_wrap(err, "event %" PRId64 " of %s", e->number, fb->id);
	if (reload && load_contest(f, fb->id, &a, &c, err) < 0)
		return err_result(err);
	pthread_mutex_lock(&f->lock);
	if (reload)
		feed_board_contest(fb, &a, &c);
	rc = apply_locked(f, fb, event, mode, err);
	pthread_mutex_unlock(&f->lock);
	if (rc < 0 || mode != MODE_LIVE)
		return rc;
	fb->changed_ms = clock_mono_ms();
	count_event(f, event);
	publish_own(f, fb->id, event);
	return 0;
}

/* Reads and applies the events that the jury's board does not have. */
static int follow(struct feed *f, struct feed_board *fb, enum mode mode, struct err *err)
{
	size_t n = EVENT_BATCH;

	while (n == EVENT_BATCH && !atomic_load(&f->stop)) {
		auto_arena struct arena a = {0};
		struct event *events = NULL;

		if (event_read(f->pg, &a, fb->id, board_number(fb->boards[FEED_JURY]), EVENT_BATCH,
		            &events, &n, err) < 0)
			return err_wrap(err, "read the log of %s", fb->id);
		for (size_t i = 0; i < n; i++) {
			if (apply(f, fb, &events[i], mode, err) < 0)
				return err_result(err);
		}
	}
	return 0;
}

/* The channels of a board, whose rings begin behind what it has now. */
static void begin_channels(struct feed *f, const struct feed_board *fb)
{
	for (int v = 0; v < FEED_VIEWS; v++) {
		char channel[CHANNEL_SIZE];

		feed_channel(channel, fb->id, (enum feed_view)v);
		sse_channel_keep(f->sse, channel, board_number(fb->boards[v]));
		sse_restart(f->sse, channel, board_number(fb->boards[v]));
	}
}

/* Both boards as of event `number` of the log, by the quick fold. */
static int fold(struct feed *f, struct feed_board *fb, int64_t number, struct err *err)
{
	for (int v = 0; v < FEED_VIEWS && number > 0; v++) {
		struct board *b = NULL;

		if (catchup_fold(f->pg, fb->id, v == FEED_JURY, number, &b, err) < 0)
			return err_wrap(err, "fold of %s", fb->id);
		board_free(fb->boards[v]);
		fb->boards[v] = b;
	}
	return 0;
}

/* Everything of a board that is not in the list yet. The last events go one by one, through the
 * rings if it is the first of its contest here: clients of an earlier process can resume. */
static int fill(struct feed *f, struct feed_board *fb, int64_t number, bool first, struct err *err)
{
	auto_arena struct arena a = {0};
	struct contest c;

	if (fold(f, fb, number - RING_REPLAY, err) < 0)
		return err_result(err);
	if (first)
		begin_channels(f, fb);
	if (follow(f, fb, first ? MODE_REPLAY : MODE_QUIET, err) < 0)
		return err_result(err);
	/* Last: what changed since the last event read comes with the next event. */
	if (load_contest(f, fb->id, &a, &c, err) < 0)
		return err_result(err);
	feed_board_contest(fb, &a, &c);
	fb->state = contest_state_at(&fb->contest, now_ms(f));
	fb->changed_ms = clock_mono_ms();
	return 0;
}

static int load(struct feed *f, const char *id, int64_t number, struct err *err)
{
	struct feed_board *fb = feed_board_new(id), *old = find(f, id);
	struct feed_board **place = &f->boards;

	if (fill(f, fb, number, old == NULL, err) < 0) {
		feed_board_free(fb);
		return err_result(err);
	}
	pthread_mutex_lock(&f->lock);
	while (*place && *place != old)
		place = &(*place)->next;
	fb->next = old ? old->next : NULL;
	*place = fb;
	if (old)
		begin_channels(f, fb);
	for (int v = 0; v < FEED_VIEWS && old; v++)
		publish(f, id, (enum feed_view)v,
		        feed_board_reset(fb, (enum feed_view)v, f->incarnation, now_ms(f)));
	pthread_mutex_unlock(&f->lock);
	log_info("feed.board", "contest=%s number=%" PRId64 " anew=%d", id,
	        board_number(fb->boards[FEED_JURY]), old != NULL);
	feed_board_free(old);
	return 0;
}

/* A board that cannot go on is folded anew, not more often than each REFOLD_MS. */
static void mend(struct feed *f, struct feed_board *fb, int64_t number, const struct err *why)
{
	struct err err = {0};
	int64_t now = clock_mono_ms();

	if (fb->mend_ms == 0)
		log_error("feed.stale", "contest=%s why=\"%s\"", fb->id, why->msg);
	if (now < fb->mend_ms)
		return;
	fb->mend_ms = now + REFOLD_MS;
	if (load(f, fb->id, number, &err) < 0)
		log_error("feed.stale", "contest=%s why=\"%s\"", fb->id, err.msg);
}

/* One contest of the list: new, moved, gone back, or as it was. */
static int sync_board(struct feed *f, const char *id, int64_t number, bool anew, struct err *err)
{
	struct feed_board *fb = find(f, id);
	int64_t have = fb ? board_number(fb->boards[FEED_JURY]) : 0;
	struct err why = {0};

	if (!fb || anew || have > number)
		return load(f, id, number, err);
	if (have == number || follow(f, fb, MODE_LIVE, &why) == 0)
		return 0;
	if (why.code == ERR_BUSY) {
		*err = why;
		return err_result(err);
	}
	mend(f, fb, number, &why);
	return 0;
}

/* True when the log is another one than the one known. */
static bool take_incarnation(struct feed *f, const char *incarnation)
{
	bool another = strcmp(f->incarnation, incarnation) != 0;
	bool first = *f->incarnation == '\0';

	if (!another)
		return false;
	pthread_mutex_lock(&f->lock);
	strlcpy(f->incarnation, incarnation, sizeof(f->incarnation));
	for (struct feed_board *fb = f->boards; fb; fb = fb->next)
		feed_board_forget(fb);
	pthread_mutex_unlock(&f->lock);
	return !first;
}

static int sync_boards(struct feed *f, struct err *err)
{
	auto_pgresult PGresult *r = NULL;
	bool anew;

	if (pg_run(f->pg, Q_FEED_CONTESTS, &r, err) < 0)
		return err_wrap(err, "feed");
	if (PQntuples(r) == 0)
		return 0;
	if (pg_null(r, 0, "incarnation"))
		return err_set(err, ERR_BUG, "the instance has no row");
	atomic_store(&f->skew_ms, pg_int(r, 0, "now_ms") - clock_wall_ms());
	anew = take_incarnation(f, pg_text(r, 0, "incarnation"));
	for (int i = 0; i < PQntuples(r); i++) {
		struct err one = {0};

		if (sync_board(f, pg_text(r, i, "id"), pg_int(r, i, "number"), anew, &one) == 0)
			continue;
		if (one.code == ERR_BUSY) {
			*err = one;
			return err_result(err);
		}
		log_error("feed.board", "contest=%s why=\"%s\"", pg_text(r, i, "id"), one.msg);
	}
	return 0;
}

/* ---------------------------------------------------------------- progress and submissions */

json_t *feed_submission_json(const PGresult *r, int row)
{
	json_t *o = json_object();
	const char *verdict = pg_text(r, row, "verdict");
	const char *state = pg_text(r, row, "state");
	char text[CLOCK_TEXT_SIZE];

	json_object_set_new(o, "id", json_string(pg_text(r, row, "id")));
	json_object_set_new(o, "problem_id", json_string(pg_text(r, row, "problem_id")));
	json_object_set_new(o, "language_id", json_string(pg_text(r, row, "language_id")));
	json_object_set_new(o, "team_id", json_string(pg_text(r, row, "team_id")));
	clock_format_time(pg_int(r, row, "at_ms"), text);
	json_object_set_new(o, "time", json_string(text));
	clock_format_reltime(pg_int(r, row, "contest_time_ms"), text);
	json_object_set_new(o, "contest_time", json_string(text));
	/* A judging error is nothing that a team sees: it waits for a person. */
	json_object_set_new(o, "state",
	        json_string(strcmp(state, "final") == 0 && !verdict ? "judging" : state));
	json_object_set_new(o, "verdict", verdict ? json_string(verdict) : json_null());
	json_object_set_new(o, "points", json_integer(pg_int(r, row, "points_milli")));
	json_object_set_new(o, "practice", json_boolean(pg_bool(r, row, "practice")));
	return o;
}

/* Remembered, because a submission has a message for each of its test cases. */
static const struct owner *owner_of(struct feed *f, const char *submission_id)
{
	auto_pgresult PGresult *r = NULL;
	auto_arena struct arena a = {0};
	struct err err = {0};
	uint32_t hash = 5381;
	struct owner *o;

	for (const char *p = submission_id; *p; p++)
		hash = hash * 33 + (unsigned char)*p;
	o = &f->owners[hash % KNOWN_SUBMISSIONS];
	if (strcmp(o->submission_id, submission_id) == 0)
		return o;
	if (pg_run(f->pg, Q_FEED_SUBMISSIONS, &r, &err, pg_arg_array(&a, &submission_id, 1)) < 0 ||
	        PQntuples(r) == 0)
		return NULL;
	strlcpy(o->submission_id, submission_id, sizeof(o->submission_id));
	strlcpy(o->contest_id, pg_text(r, 0, "contest_id"), sizeof(o->contest_id));
	strlcpy(o->team_id, pg_text(r, 0, "team_id"), sizeof(o->team_id));
	return o;
}

static bool word_is(const json_t *o, const char *name, const char *word)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s && strcmp(s, word) == 0;
}

/* What a contestant may know of a message; false: nothing (RULES.md section 4, show_runs). What
 * waits for a judge's confirmation says nothing at all. */
static bool restrict_progress(json_t *message, const struct contest *c)
{
	const char *show_runs = c->show_runs;

	if (word_is(message, "verdict", "JE"))
		return false;
	if (c->hold &&
	        (json_object_get(message, "verdict") || word_is(message, "type", "TEST_RESULT")))
		return false;
	if (!word_is(message, "type", "TEST_RESULT") || strcmp(show_runs, "verdicts") == 0)
		return true;
	json_object_del(message, "verdict");
	json_object_del(message, "time_ms");
	json_object_del(message, "memory_kib");
	return strcmp(show_runs, "count") == 0;
}

static struct frame *progress_frame(const json_t *message)
{
	auto_free char *text = json_text(message);
	auto_buf struct buf out = {0};

	sse_event(&out, NULL, "progress", text, strlen(text));
	return frame_new(TOPIC_OWN | TOPIC_SUBMISSION, 0, out.data, out.len);
}

static void progress(struct feed *f, const char *submission_id, const char *payload)
{
	struct err err = {0};
	auto_arena struct arena a = {0};
	json_auto_t *message = NULL;
	const char *one[1];
	const struct owner *owner;
	const struct feed_board *fb;
	char channel[CHANNEL_SIZE];

	snprintf(channel, sizeof(channel), "sub:%s:", submission_id);
	if (sse_channels(f->sse, &a, channel, one, 1) == 0 &&
	        sse_channels(f->sse, &a, "team:", one, 1) == 0)
		return;
	message = json_parse(payload, strlen(payload), EVENT_DEPTH, &err);
	owner = json_is_object(message) ? owner_of(f, submission_id) : NULL;
	fb = owner ? find(f, owner->contest_id) : NULL;
	if (!fb)
		return;
	if (word_is(message, "type", "FINISHED"))
		f->look_submissions = true;
	json_object_set_new(message, "submission_id", json_string(submission_id));
	snprintf(channel, sizeof(channel), "sub:%s:jury", submission_id);
	sse_publish(f->sse, channel, progress_frame(message));
	if (!restrict_progress(message, &fb->contest))
		return;
	snprintf(channel, sizeof(channel), "sub:%s:team", submission_id);
	sse_publish(f->sse, channel, progress_frame(message));
	snprintf(channel, sizeof(channel), "team:%s:%s", owner->contest_id, owner->team_id);
	sse_publish(f->sse, channel, progress_frame(message));
}

/* The last words of a submission's stream, when it is final for that viewer. */
static void finish_stream(struct feed *f, const char *submission_id, const char *team_id, bool jury)
{
	struct identity who = {.role = jury ? ROLE_JURY : ROLE_TEAM, .expires_ms = INT64_MAX};
	struct submission_view view = {0};
	auto_buf struct buf out = {0};
	struct err err = {0};
	char channel[CHANNEL_SIZE];

	snprintf(channel, sizeof(channel), "sub:%s:%s", submission_id, jury ? "jury" : "team");
	if (!sse_has(f->sse, channel))
		return;
	strlcpy(who.team_id, jury ? "" : team_id, sizeof(who.team_id));
	if (submission_view(f->pg, &who, submission_id, &view, &err) < 0)
		return;
	if (view.final) {
		sse_event(&out, NULL, "submission", view.body.data, view.body.len);
		sse_event(&out, NULL, "end", "{}", 2);
		sse_publish(f->sse, channel,
		        frame_new(TOPIC_SUBMISSION | TOPIC_END, 0, out.data, out.len));
	}
	buf_free(&view.body);
}

/* Ends the streams of what has become final, whether or not a message said so. */
static int look_at_submissions(struct feed *f, struct err *err)
{
	auto_arena struct arena a = {0};
	auto_pgresult PGresult *r = NULL;
	const char **ids = arena_alloc(&a, MAX_WATCHED * sizeof(*ids));
	size_t n = sse_channels(f->sse, &a, "sub:", ids, MAX_WATCHED);

	if (n == 0)
		return 0;
	for (size_t i = 0; i < n; i++)
		ids[i] = arena_strndup(&a, ids[i] + 4, strcspn(ids[i] + 4, ":"));
	if (pg_run(f->pg, Q_FEED_SUBMISSIONS, &r, err, pg_arg_array(&a, ids, n)) < 0)
		return err_wrap(err, "watched submissions");
	for (int i = 0; i < PQntuples(r); i++) {
		if (strcmp(pg_text(r, i, "state"), "final") != 0)
			continue;
		finish_stream(f, pg_text(r, i, "id"), pg_text(r, i, "team_id"), false);
		finish_stream(f, pg_text(r, i, "id"), pg_text(r, i, "team_id"), true);
	}
	return 0;
}

/* ---------------------------------------------------------------- clarifications */

/* True when it is new here. */
static bool remember(struct feed *f, const char *id)
{
	for (size_t i = 0; i < SEEN_CLARIFICATIONS; i++) {
		if (strcmp(f->seen[i], id) == 0)
			return false;
	}
	strlcpy(f->seen[f->nseen++ % SEEN_CLARIFICATIONS], id, ID_SIZE);
	return true;
}

static void set_text(json_t *o, const PGresult *r, int row, const char *name)
{
	const char *s = pg_text(r, row, name);

	json_object_set_new(o, name, s ? json_string(s) : json_null());
}

static struct frame *clarification_frame(const PGresult *r, int row)
{
	static const char *const names[] = {
	        "id", "problem_id", "from_team_id", "to_team_id", "reply_to_id", "text"};
	json_auto_t *o = json_object();
	auto_free char *text = NULL;
	auto_buf struct buf out = {0};
	char time[CLOCK_TEXT_SIZE];

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		set_text(o, r, row, names[i]);
	clock_format_time(pg_int(r, row, "at_ms"), time);
	json_object_set_new(o, "time", json_string(time));
	clock_format_reltime(pg_int(r, row, "contest_time_ms"), time);
	json_object_set_new(o, "contest_time", json_string(time));
	json_object_set_new(o, "answered", json_boolean(pg_bool(r, row, "answered")));
	text = json_text(o);
	sse_event(&out, NULL, "clarification", text, strlen(text));
	return frame_new(TOPIC_CLARIFICATIONS, 0, out.data, out.len);
}

/* To the jury always; to everybody when the jury said it to all; else to the one team. */
static void send_clarification(struct feed *f, const PGresult *r, int row)
{
	const char *contest = pg_text(r, row, "contest_id");
	const char *from = pg_text(r, row, "from_team_id");
	const char *to = pg_text(r, row, "to_team_id");
	const struct feed_board *fb = find(f, contest);
	struct frame *frame = clarification_frame(r, row);
	char channel[CHANNEL_SIZE];

	publish(f, contest, FEED_JURY, frame_hold(frame));
	if (!fb || !freeze_public_problems(&fb->contest, now_ms(f))) {
		frame_drop(frame); /* before the start it may speak of what nobody knows yet */
	} else if (from || to) {
		snprintf(channel, sizeof(channel), "team:%s:%s", contest, from ? from : to);
		sse_publish(f->sse, channel, frame);
	} else {
		publish(f, contest, FEED_PUBLIC, frame);
	}
}

/* Those of the last seconds that were not sent yet; at the start they count as sent. */
static int look_at_clarifications(struct feed *f, struct err *err)
{
	auto_pgresult PGresult *r = NULL;

	if (pg_run(f->pg, Q_FEED_CLARIFICATIONS, &r, err) < 0)
		return err_wrap(err, "clarifications");
	for (int i = 0; i < PQntuples(r); i++) {
		if (remember(f, pg_text(r, i, "id")) && f->seen_any)
			send_clarification(f, r, i);
	}
	f->seen_any = true;
	return 0;
}

/* ---------------------------------------------------------------- the thread */

static void subscribe(struct feed *f)
{
	static const char *const patterns[] = {"board:*", "events:*", "clarification:*"};
	struct err err = {0};

	f->subscribed = true;
	for (size_t i = 0; i < ARRAY_LEN(patterns) && f->subscribed; i++)
		f->subscribed = kv_subscribe(f->messages, patterns[i], &err) == 0;
	metrics_side_up(f->app->metrics, METRICS_REDIS, f->subscribed);
	if (f->subscribed) {
		f->look_boards = true; /* what was said meanwhile */
		log_info("feed.subscribed", "patterns=%zu", ARRAY_LEN(patterns));
	}
}

static void take_messages(struct feed *f)
{
	struct err err = {0};

	for (int i = 0; i < MAX_MESSAGES; i++) {
		auto_free char *channel = NULL;
		auto_free char *payload = NULL;
		int got = kv_message(f->messages, &channel, &payload, &err);

		if (got < 0) {
			log_warn("feed.unsubscribed", "why=\"%s\"", err.msg);
			metrics_side_up(f->app->metrics, METRICS_REDIS, false);
			f->subscribed = false;
		}
		if (got <= 0)
			return;
		if (strncmp(channel, "board:", 6) == 0)
			f->look_boards = true;
		else if (strncmp(channel, "clarification:", 14) == 0)
			f->look_clarifications = true;
		else if (strncmp(channel, "events:", 7) == 0)
			progress(f, channel + 7, payload);
	}
}

static int refresh_accounts(struct feed *f, struct err *err)
{
	auto_arena struct arena a = {0};
	const char **ids;
	size_t n;

	if (clock_mono_ms() < f->accounts_ms)
		return 0;
	f->accounts_ms = clock_mono_ms() + ACCOUNTS_MS;
	ids = arena_alloc(&a, MAX_ACCOUNTS * sizeof(*ids));
	n = sse_accounts(f->sse, &a, ids, MAX_ACCOUNTS);
	return n > 0 ? auth_refresh(f->app->auth, f->pg, ids, n, err) : 0;
}

static int ask_database(struct feed *f, bool tick, struct err *err)
{
	if ((f->look_boards || tick) && sync_boards(f, err) < 0)
		return err_result(err);
	f->look_boards = false;
	if ((f->look_submissions || tick) && look_at_submissions(f, err) < 0)
		return err_result(err);
	f->look_submissions = false;
	if ((f->look_clarifications || tick) && look_at_clarifications(f, err) < 0)
		return err_result(err);
	f->look_clarifications = false;
	return tick ? refresh_accounts(f, err) : 0;
}

static void turn(struct feed *f)
{
	int64_t now = clock_mono_ms();
	bool tick = now >= f->tick_ms;
	struct err err = {0};
	bool up;

	if (tick) {
		f->tick_ms = now + TICK_MS;
		pthread_mutex_lock(&f->lock);
		for (struct feed_board *fb = f->boards; fb; fb = fb->next)
			pass_time(f, fb);
		pthread_mutex_unlock(&f->lock);
		if (!f->subscribed)
			subscribe(f);
	}
	if (f->subscribed)
		take_messages(f);
	up = ask_database(f, tick, &err) == 0;
	if (up != f->pg_up && up)
		log_info("feed.database", "state=up");
	if (up != f->pg_up && !up)
		log_warn("feed.database", "state=down why=\"%s\"", err.msg);
	f->pg_up = up;
	metrics_side_up(f->app->metrics, METRICS_POSTGRESQL, up);
}

static void wait_for_work(struct feed *f)
{
	int64_t left = f->tick_ms - clock_mono_ms();
	struct pollfd fds[2] = {{.fd = f->wake_fd, .events = POLLIN},
	        {.fd = f->subscribed ? kv_fd(f->messages) : -1, .events = POLLIN}};
	uint64_t n;

	poll(fds, ARRAY_LEN(fds), left > 0 ? (int)left : 0);
	if ((fds[0].revents & POLLIN) && read(f->wake_fd, &n, sizeof(n)) > 0)
		f->look_submissions = true;
}

static void *run(void *data)
{
	struct feed *f = data;

	while (!atomic_load(&f->stop)) {
		turn(f);
		wait_for_work(f);
	}
	return NULL;
}

/* ---------------------------------------------------------------- for everybody */

static int no_contest(struct feed *f, const char *id, struct err *err)
{
	if (!*f->incarnation)
		return err_set(err, ERR_BUSY, "the logs have not been read yet");
	return err_set(err, ERR_NOT_FOUND, "no such contest: \"%.40s\"", id);
}

/* With the lock. */
static int check(const struct feed_board *fb, const struct identity *who, enum feed_view view,
        struct err *err)
{
	bool jury = who->role >= ROLE_JURY;

	if (fb->contest.hidden && !jury &&
	        !(who->team_id[0] && contest_team_find(&fb->contest, who->team_id)))
		return err_set(err, ERR_NOT_FOUND, "no such contest: \"%.40s\"", fb->id);
	if (view == FEED_JURY && !jury)
		return err_set(err, ERR_DENIED, "the jury's board needs the role jury");
	return 0;
}

int feed_check(struct feed *f, const struct identity *who, const char *contest_id,
        enum feed_view view, struct err *err)
{
	const struct feed_board *fb;
	int rc;

	pthread_mutex_lock(&f->lock);
	fb = find(f, contest_id);
	rc = fb ? check(fb, who, view, err) : no_contest(f, contest_id, err);
	pthread_mutex_unlock(&f->lock);
	return rc;
}

/* The state is part of the object and changes with time alone, so it is part of the tag. */
static void make_etag(
        struct feed *f, const struct feed_board *fb, enum feed_view view, char etag[ETAG_SIZE])
{
	const struct contest_state *s = &fb->state;
	char id[ETAG_SIZE];
	int bits = (s->started != 0) | (s->frozen != 0) << 1 | (s->ended != 0) << 2 |
	           (s->thawed != 0) << 3 | (s->finalized != 0) << 4;

	feed_board_event_id(fb, view, f->incarnation, id);
	snprintf(etag, ETAG_SIZE, "\"%.80s.%x\"", id, (unsigned)bits);
}

int feed_scoreboard(struct feed *f, const char *contest_id, enum feed_view view,
        struct feed_text *out, struct err *err)
{
	struct feed_board *fb;
	int rc = 0;

	pthread_mutex_lock(&f->lock);
	fb = find(f, contest_id);
	if (fb) {
		pass_time(f, fb);
		out->body = feed_board_scoreboard(fb, view, now_ms(f));
		make_etag(f, fb, view, out->etag);
	} else {
		rc = no_contest(f, contest_id, err);
	}
	pthread_mutex_unlock(&f->lock);
	return rc;
}

int feed_awards(
        struct feed *f, const char *contest_id, enum feed_view view, json_t **out, struct err *err)
{
	struct feed_board *fb;
	int rc = 0;

	pthread_mutex_lock(&f->lock);
	fb = find(f, contest_id);
	if (fb) {
		struct board *b = fb->boards[view];
		bool all = view == FEED_JURY ? fb->state.ended != 0
		                             : freeze_shows_awards(&fb->contest, now_ms(f)) &&
		                                       !awards_pending(b);

		*out = awards_list(b, &fb->contest.medals, !all);
	} else {
		rc = no_contest(f, contest_id, err);
	}
	pthread_mutex_unlock(&f->lock);
	return rc;
}

bool feed_parse_id(struct feed *f, const char *id, enum feed_view view, int64_t *number)
{
	char incarnation[ID_SIZE];
	const char *rest;
	char *end = NULL;
	size_t len;

	pthread_mutex_lock(&f->lock);
	strlcpy(incarnation, f->incarnation, sizeof(incarnation));
	pthread_mutex_unlock(&f->lock);
	len = strlen(incarnation);
	if (len == 0 || strncmp(id, incarnation, len) != 0 || id[len] != '-')
		return false;
	rest = id + len + 1;
	if ((*rest == 'j') != (view == FEED_JURY))
		return false;
	rest += *rest == 'j';
	if (*rest < '0' || *rest > '9')
		return false;
	errno = 0;
	*number = strtoll(rest, &end, 10);
	return errno == 0 && *end == '\0';
}

void feed_state_event(struct feed *f, const char *contest_id, struct buf *out)
{
	const struct feed_board *fb;
	json_auto_t *state = NULL;
	auto_free char *text = NULL;

	pthread_mutex_lock(&f->lock);
	fb = find(f, contest_id);
	if (fb)
		state = feed_board_state(fb, now_ms(f));
	pthread_mutex_unlock(&f->lock);
	if (!state)
		return;
	text = json_text(state);
	sse_event(out, NULL, "state", text, strlen(text));
}

char *feed_own_row(struct feed *f, const char *contest_id, const char *team_id)
{
	const struct feed_board *fb;
	const struct board_row *row;
	char *text = NULL;

	pthread_mutex_lock(&f->lock);
	fb = find(f, contest_id);
	row = fb ? board_row_find(fb->boards[FEED_JURY], team_id) : NULL;
	if (row)
		text = board_row_json(fb->boards[FEED_JURY], row);
	pthread_mutex_unlock(&f->lock);
	return text;
}

size_t feed_contests(struct feed *f, struct arena *a, const char ***out)
{
	size_t n = 0;

	pthread_mutex_lock(&f->lock);
	for (const struct feed_board *fb = f->boards; fb; fb = fb->next)
		n++;
	*out = arena_alloc(a, (n + 1) * sizeof(**out));
	n = 0;
	for (const struct feed_board *fb = f->boards; fb; fb = fb->next)
		(*out)[n++] = arena_strdup(a, fb->id);
	pthread_mutex_unlock(&f->lock);
	return n;
}

bool feed_is_revealing(struct feed *f)
{
	bool any = false;

	pthread_mutex_lock(&f->lock);
	for (const struct feed_board *fb = f->boards; fb; fb = fb->next)
		any = any || fb->contest.revealing;
	pthread_mutex_unlock(&f->lock);
	return any;
}

struct sse *feed_sse(struct feed *f)
{
	return f->sse;
}

void feed_wake(struct feed *f)
{
	uint64_t one = 1;

	if (write(f->wake_fd, &one, sizeof(one)) < 0)
		log_warn("feed.wake", "errno=%d", errno);
}

/* sse.h: on the loop's thread. */
static struct frame *snapshot(void *owner, const char *channel, uint64_t *pos)
{
	struct feed *f = owner;
	enum feed_view view = strncmp(channel, "jury:", 5) == 0 ? FEED_JURY : FEED_PUBLIC;
	const char *colon = strchr(channel, ':');
	struct frame *frame = NULL;
	struct feed_board *fb;

	pthread_mutex_lock(&f->lock);
	fb = find(f, colon ? colon + 1 : "");
	if (fb) {
		pass_time(f, fb);
		frame = feed_board_snapshot(fb, view, f->incarnation, now_ms(f));
		*pos = sse_head(f->sse, channel);
	}
	pthread_mutex_unlock(&f->lock);
	return frame;
}

static void tick_streams(struct timer *t)
{
	struct feed *f = t->data;

	sse_tick(f->sse);
}

static void feed_free(struct feed *f)
{
	while (f->boards) {
		struct feed_board *fb = f->boards;

		f->boards = fb->next;
		feed_board_free(fb);
	}
	sse_free(f->sse);
	pg_free(f->pg);
	kv_free(f->messages);
	close(f->wake_fd);
	free(f->owners);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

int feed_start(struct app *app, struct err *err)
{
	struct feed *f = xcalloc(1, sizeof(*f));

	f->app = app;
	app->metrics = metrics_new();
	f->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	f->pg = pg_new(&app->conf);
	f->messages = kv_new(&app->conf);
	f->owners = xcalloc(KNOWN_SUBMISSIONS, sizeof(*f->owners));
	f->sse = sse_new(app, snapshot, f);
	pthread_mutex_init(&f->lock, NULL);
	if (f->wake_fd < 0 || pthread_create(&f->thread, NULL, run, f) != 0) {
		feed_free(f);
		return err_set(err, ERR_BUSY, "cannot start the feed's thread");
	}
	app->feed = f;
	f->mirror = mirror_start(app);
	f->conductor = conductor_start(app);
	f->timer = (struct timer){.run = tick_streams, .data = f, .every_ms = TICK_MS};
	loop_timer(app->loop, &f->timer);
	return 0;
}

void feed_drain(struct app *app)
{
	if (app->feed)
		sse_end_all(app->feed->sse);
}

void feed_stop(struct app *app)
{
	struct feed *f = app->feed;

	if (!f)
		return;
	loop_timer_stop(app->loop, &f->timer);
	conductor_stop(f->conductor);
	mirror_stop(f->mirror);
	atomic_store(&f->stop, true);
	feed_wake(f);
	pthread_join(f->thread, NULL);
	app->feed = NULL;
	feed_free(f);
	metrics_free(app->metrics);
	app->metrics = NULL;
}
