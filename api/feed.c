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
 * them, `incarnation` and `complete`; it is never held across a call to PostgreSQL or Redis. A
 * frame is appended to its ring under the lock, so a snapshot and the position behind it are of one
 * instant.
 *
 * What must stay true: a frame is published in the order of its numbers and once. */
#include "api/feed.h"

#include "api/conductor.h"
#include "api/feed_inside.h"
#include "api/mirror.h"
#include "base/clock.h"
#include "base/hash.h"
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
	RING_REPLAY = 500, /* events before the head that a fresh start puts into the rings */
	REFOLD_MS = 5000,  /* a board that cannot be applied is tried again after */
	MAX_ACCOUNTS = 20000,
	MAX_MESSAGES = 1000, /* of one turn */
};

int64_t feed_now_ms(const struct feed *f)
{
	return clock_wall_ms() + atomic_load(&f->skew_ms);
}

struct feed_board *feed_find(const struct feed *f, const char *id)
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

void feed_publish(struct feed *f, const char *contest_id, enum feed_view v, struct frame *frame)
{
	char channel[CHANNEL_SIZE];

	feed_channel(channel, contest_id, v);
	sse_publish(f->sse, channel, frame);
}

/* ---------------------------------------------------------------- boards */

/* `event: state` to both views. With the lock. */
static void publish_state(struct feed *f, struct feed_board *fb)
{
	json_auto_t *state = feed_board_state(fb, feed_now_ms(f));
	auto_free char *text = json_text(state);
	auto_buf struct buf out = {0};

	sse_event(&out, NULL, "state", text, strlen(text));
	for (int v = 0; v < FEED_VIEWS; v++)
		feed_publish(
		        f, fb->id, (enum feed_view)v, frame_new(TOPIC_STATE, 0, out.data, out.len));
}

/* What time has brought: the state, and at the start the problems. With the lock. */
static void pass_time(struct feed *f, struct feed_board *fb)
{
	bool started = false;

	if (!feed_board_time(fb, feed_now_ms(f), &started))
		return;
	publish_state(f, fb);
	if (!started)
		return;
	for (int v = 0; v < FEED_VIEWS; v++)
		feed_publish(f, fb->id, (enum feed_view)v,
		        feed_board_reset(fb, (enum feed_view)v, f->incarnation, feed_now_ms(f)));
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

/* Lag: from the event's time to now, by the database's clock. */
static void count_event(struct feed *f, const json_t *event)
{
	const char *at = json_string_value(json_object_get(event, "at"));
	int64_t ms;

	if (at && clock_parse_time(at, &ms) == 0)
		metrics_event(f->app->metrics, (feed_now_ms(f) - ms) * 1000);
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
			feed_publish(f, fb->id, view,
			        feed_board_frame(fb, view, f->incarnation, event, feed_now_ms(f)));
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
	feed_tell_own(f, fb->id, event);
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
	struct boards boards;

	if (number <= 0)
		return 0;
	if (catchup_fold_both(f->pg, fb->id, number, &boards, err) < 0)
		return err_wrap(err, "fold of %s", fb->id);
	board_free(fb->boards[FEED_JURY]);
	board_free(fb->boards[FEED_PUBLIC]);
	fb->boards[FEED_JURY] = boards.jury;
	fb->boards[FEED_PUBLIC] = boards.public_board;
	return 0;
}

/* Everything of a board that is not in the list yet. The last events go one by one, through the
 * rings if it is the first of its contest here: clients of an earlier process can resume. */
static int fill(struct feed *f, struct feed_board *fb, int64_t number, bool first, struct err *err)
{
	auto_arena struct arena before = {0}, a = {0};
	struct contest c;

	if (fold(f, fb, number - RING_REPLAY, err) < 0)
		return err_result(err);
	/* First: what the frames may say depends on the schedule. */
	if (load_contest(f, fb->id, &before, &c, err) < 0)
		return err_result(err);
	feed_board_contest(fb, &before, &c);
	if (first)
		begin_channels(f, fb);
	if (follow(f, fb, first ? MODE_REPLAY : MODE_QUIET, err) < 0)
		return err_result(err);
	/* Last: what changed since the last event read comes with the next event. */
	if (load_contest(f, fb->id, &a, &c, err) < 0)
		return err_result(err);
	feed_board_contest(fb, &a, &c);
	fb->state = contest_state_at(&fb->contest, feed_now_ms(f));
	fb->changed_ms = clock_mono_ms();
	return 0;
}

static int load(struct feed *f, const char *id, int64_t number, struct err *err)
{
	struct feed_board *fb = feed_board_new(id), *old = feed_find(f, id);
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
		feed_publish(f, id, (enum feed_view)v,
		        feed_board_reset(fb, (enum feed_view)v, f->incarnation, feed_now_ms(f)));
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
	struct feed_board *fb = feed_find(f, id);
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
	pthread_mutex_lock(&f->lock);
	f->complete = true;
	pthread_mutex_unlock(&f->lock);
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
			feed_progress(f, channel + 7, payload);
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
	if ((f->look_submissions || tick) && feed_look_at_submissions(f, err) < 0)
		return err_result(err);
	f->look_submissions = false;
	if ((f->look_clarifications || tick) && feed_look_at_clarifications(f, err) < 0)
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
	if (!f->complete)
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
	fb = feed_find(f, contest_id);
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
	           (s->thawed != 0) << 3 | (s->finalized != 0) << 4 | (s->end_of_updates != 0) << 5;

	feed_board_event_id(fb, view, f->incarnation, id);
	snprintf(etag, ETAG_SIZE, "\"%.80s.%x\"", id, (unsigned)bits);
}

int feed_scoreboard(struct feed *f, const char *contest_id, enum feed_view view,
        struct feed_text *out, struct err *err)
{
	struct feed_board *fb;
	int rc = 0;

	pthread_mutex_lock(&f->lock);
	fb = feed_find(f, contest_id);
	if (fb) {
		pass_time(f, fb);
		out->body = feed_board_scoreboard(fb, view, feed_now_ms(f));
		make_etag(f, fb, view, out->etag);
	} else {
		rc = no_contest(f, contest_id, err);
	}
	pthread_mutex_unlock(&f->lock);
	return rc;
}

/* Another question, another tag: `"<board>.<state>.<question>"`. */
static void make_query_etag(struct feed *f, const struct feed_board *fb, enum feed_view view,
        const struct board_query *q, char etag[ETAG_SIZE])
{
	auto_free char *text = xasprintf("%d %d %d %d %zu %s %s", (int)q->by, q->offset, q->limit,
	        q->around, q->id ? strlen(q->id) : 0, q->id ? q->id : "", q->team ? q->team : "");
	unsigned char hash[HASH_SIZE];
	size_t len;

	hash_sha256(text, strlen(text), hash);
	make_etag(f, fb, view, etag);
	len = strlen(etag) - 1; /* without the quote */
	snprintf(etag + len, ETAG_SIZE - len, ".%02x%02x%02x%02x%02x%02x\"", hash[0], hash[1],
	        hash[2], hash[3], hash[4], hash[5]);
}

/* NOLINTNEXTLINE(readability-function-size): feed_scoreboard's, and the query */
int feed_query(struct feed *f, const char *contest_id, enum feed_view view,
        const struct board_query *q, struct feed_text *out, struct err *err)
{
	auto_buf struct buf text = {0};
	struct feed_board *fb;
	int rc;

	pthread_mutex_lock(&f->lock);
	fb = feed_find(f, contest_id);
	if (fb) {
		pass_time(f, fb);
		rc = feed_board_query(fb, view, q, &text, err);
		feed_board_query_end(fb, view, feed_now_ms(f), &text);
		make_query_etag(f, fb, view, q, out->etag);
	} else {
		rc = no_contest(f, contest_id, err);
	}
	pthread_mutex_unlock(&f->lock);
	out->body = rc == 0 ? frame_new(0, 0, text.data, text.len) : NULL;
	return rc;
}

int feed_awards(
        struct feed *f, const char *contest_id, enum feed_view view, json_t **out, struct err *err)
{
	struct feed_board *fb;
	int rc = 0;

	pthread_mutex_lock(&f->lock);
	fb = feed_find(f, contest_id);
	if (fb) {
		struct board *b = fb->boards[view];
		bool all = view == FEED_JURY ? fb->state.ended != 0
		                             : freeze_shows_awards(&fb->contest, feed_now_ms(f)) &&
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
	fb = feed_find(f, contest_id);
	if (fb)
		state = feed_board_state(fb, feed_now_ms(f));
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
	fb = feed_find(f, contest_id);
	row = fb ? board_row_find(fb->boards[FEED_JURY], team_id) : NULL;
	if (row)
		text = board_row_json(fb->boards[FEED_JURY], row);
	pthread_mutex_unlock(&f->lock);
	return text;
}

/* With the lock. The rank is the public board's, which is the jury's when nothing is hidden. */
static void add_standing(
        struct feed *f, struct feed_board *fb, const struct board_row *row, struct buf *out)
{
	auto_free char *text = board_row_json(fb->boards[FEED_JURY], row);
	const struct board_row *shown;
	bool frozen;

	pass_time(f, fb);
	frozen = fb->state.frozen && !fb->state.thawed;
	shown = row->ranked && !frozen ? board_row_find(fb->boards[FEED_PUBLIC], row->team_id)
	                               : NULL;
	if (shown)
		buf_addf(out, "{\"no_rank\":null,\"rank\":%d",
		        board_rank(fb->boards[FEED_PUBLIC], shown));
	else
		buf_addf(out, "{\"no_rank\":\"%s\",\"rank\":null",
		        row->ranked ? "the scoreboard is frozen" : "the team has no rank");
	buf_addf(out, ",\"row\":%s}", text);
}

int feed_own_standing(struct feed *f, const char *contest_id, const char *team_id, struct buf *out,
        struct err *err)
{
	struct feed_board *fb;
	const struct board_row *row;
	int rc = 0;

	pthread_mutex_lock(&f->lock);
	fb = feed_find(f, contest_id);
	row = fb ? board_row_find(fb->boards[FEED_JURY], team_id) : NULL;
	if (row)
		add_standing(f, fb, row, out);
	else if (fb)
		rc = err_set(err, ERR_NOT_FOUND, "your team is not in contest %.40s", contest_id);
	else
		rc = no_contest(f, contest_id, err);
	pthread_mutex_unlock(&f->lock);
	return rc;
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
	fb = feed_find(f, colon ? colon + 1 : "");
	if (fb) {
		pass_time(f, fb);
		frame = feed_board_snapshot(fb, view, f->incarnation, feed_now_ms(f));
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
