/* feed_board.c -- one contest in memory, and the bytes that viewers get of it.
 *
 * Two things change what the public sees without an event: the scheduled start (problems appear)
 * and the scheduled freeze and end (the state and the notice do). The log knows nothing of the
 * passing of time, so until an event has brought the problems to the public board, they are
 * taken from the jury's once freeze_public_problems allows it.
 *
 * What must stay true: the bytes for the public are made of the public board, the schedule and
 * the time alone. */
#include "api/feed_board.h"

#include "base/clock.h"
#include "base/json.h"
#include "scoreboard/freeze.h"

#include <bsd/string.h>
#include <inttypes.h>

enum { NOTICE_SIZE = 256 };

struct feed_board *feed_board_new(const char *id)
{
	struct feed_board *fb = xcalloc(1, sizeof(*fb));

	strlcpy(fb->id, id, sizeof(fb->id));
	fb->contest.start_ms = INT64_MIN; /* until it is known: not started */
	fb->boards[FEED_PUBLIC] = board_new();
	fb->boards[FEED_JURY] = board_new();
	return fb;
}

static void forget_view(struct feed_board *fb, int v)
{
	frame_clear(&fb->snapshots[v]);
	frame_clear(&fb->scoreboards[v]);
	for (size_t i = 0; i < FEED_PAGES; i++)
		fb->pages[v][i].key[0] = '\0';
}

void feed_board_forget(struct feed_board *fb)
{
	for (int v = 0; v < FEED_VIEWS; v++)
		forget_view(fb, v);
}

void feed_board_free(struct feed_board *fb)
{
	if (!fb)
		return;
	feed_board_forget(fb);
	for (int v = 0; v < FEED_VIEWS; v++) {
		for (size_t i = 0; i < FEED_PAGES; i++)
			buf_free(&fb->pages[v][i].text);
	}
	board_free(fb->boards[FEED_PUBLIC]);
	board_free(fb->boards[FEED_JURY]);
	arena_free(&fb->arena);
	free(fb);
}

void feed_board_contest(struct feed_board *fb, struct arena *arena, const struct contest *c)
{
	arena_free(&fb->arena);
	fb->arena = *arena;
	*arena = (struct arena){0};
	fb->contest = *c;
	feed_board_forget(fb);
}

int feed_board_apply(
        struct feed_board *fb, const json_t *event, bool changed[FEED_VIEWS], struct err *err)
{
	static const char *const parts[] = {"public", "jury"};
	static const char *const numbers[] = {"public_number", "number"};
	const char *at = json_string_value(json_object_get(event, "at"));

	for (int v = FEED_VIEWS - 1; v >= 0; v--) {
		const json_t *part = json_object_get(event, parts[v]);
		int64_t number = json_integer_value(json_object_get(event, numbers[v]));

		changed[v] = false;
		if (!json_is_object(part) || number <= board_number(fb->boards[v]))
			continue;
		if (board_apply(fb->boards[v], number, part, err) < 0)
			return err_wrap(err, "contest %s, %s board", fb->id, parts[v]);
		changed[v] = true;
		forget_view(fb, v);
		strlcpy(v == FEED_PUBLIC ? fb->at : fb->jury_at, at ? at : "", sizeof(fb->at));
	}
	return 0;
}

void feed_board_event_id(
        const struct feed_board *fb, enum feed_view v, const char *incarnation, char out[ETAG_SIZE])
{
	snprintf(out, ETAG_SIZE, "%s-%s%" PRId64, incarnation, v == FEED_JURY ? "j" : "",
	        board_number(fb->boards[v]));
}

/* ---------------------------------------------------------------- state */

static json_t *instant(int64_t ms)
{
	char text[CLOCK_TEXT_SIZE];

	if (ms == 0)
		return json_null();
	clock_format_time(ms, text);
	return json_string(text);
}

json_t *feed_board_state(const struct feed_board *fb, int64_t now_ms)
{
	struct contest_state s = contest_state_at(&fb->contest, now_ms);
	char notice[NOTICE_SIZE] = "";
	json_t *o = json_object();

	freeze_notice(&fb->contest, now_ms, notice, sizeof(notice));
	json_object_set_new(o, "started", instant(s.started));
	json_object_set_new(o, "frozen", instant(s.frozen));
	json_object_set_new(o, "ended", instant(s.ended));
	json_object_set_new(o, "thawed", instant(s.thawed));
	json_object_set_new(o, "finalized", instant(s.finalized));
	json_object_set_new(o, "end_of_updates", instant(s.end_of_updates));
	json_object_set_new(o, "notice", json_string(notice));
	return o;
}

bool feed_board_time(struct feed_board *fb, int64_t now_ms, bool *started)
{
	struct contest_state s = contest_state_at(&fb->contest, now_ms);

	*started = s.started && !fb->state.started;
	if (memcmp(&s, &fb->state, sizeof(s)) == 0)
		return false;
	fb->state = s;
	feed_board_forget(fb);
	return true;
}

/* ---------------------------------------------------------------- frames */

/* The problems that the public board has not got by an event yet; NULL: none, or not now. */
static const json_t *problems_by_time(const struct feed_board *fb, enum feed_view v, int64_t now_ms)
{
	if (v == FEED_JURY || board_problems(fb->boards[v]))
		return NULL;
	if (!freeze_public_problems(&fb->contest, now_ms))
		return NULL;
	return board_problems(fb->boards[FEED_JURY]);
}

/* The board's snapshot with the members that are not the log's. */
static void add_snapshot(struct feed_board *fb, enum feed_view v, const char *incarnation,
        int64_t now_ms, struct buf *out)
{
	auto_buf struct buf text = {0};
	auto_buf struct buf board = {0};
	const json_t *problems = problems_by_time(fb, v, now_ms);
	char notice[NOTICE_SIZE] = "";
	char id[ETAG_SIZE];

	freeze_notice(&fb->contest, now_ms, notice, sizeof(notice));
	board_snapshot(fb->boards[v], &board);
	buf_adds(&text, "{\"notice\":");
	buf_add_json(&text, notice, strlen(notice));
	buf_addf(&text, ",\"number\":%" PRId64 ",", board_number(fb->boards[v]));
	if (problems) {
		auto_free char *list = json_text(problems);

		buf_adds(&text, "\"problems\":");
		buf_adds(&text, list);
		buf_adds(&text, ",");
	}
	buf_add(&text, board.data + 1, board.len - 1);
	feed_board_event_id(fb, v, incarnation, id);
	sse_event(out, id, "snapshot", text.data, text.len);
}

struct frame *feed_board_snapshot(
        struct feed_board *fb, enum feed_view v, const char *incarnation, int64_t now_ms)
{
	auto_buf struct buf out = {0};

	if (!fb->snapshots[v]) {
		add_snapshot(fb, v, incarnation, now_ms, &out);
		fb->snapshots[v] =
		        frame_new(TOPIC_BOARD, board_number(fb->boards[v]), out.data, out.len);
	}
	return frame_hold(fb->snapshots[v]);
}

struct frame *feed_board_reset(
        struct feed_board *fb, enum feed_view v, const char *incarnation, int64_t now_ms)
{
	auto_buf struct buf out = {0};
	struct frame *f;

	sse_event(&out, NULL, "reset", "{}", 2);
	add_snapshot(fb, v, incarnation, now_ms, &out);
	f = frame_new(TOPIC_BOARD, board_number(fb->boards[v]), out.data, out.len);
	f->again = true;
	return f;
}

struct frame *feed_board_frame(struct feed_board *fb, enum feed_view v, const char *incarnation,
        const json_t *event, int64_t now_ms)
{
	json_auto_t *part = json_copy(json_object_get(event, v == FEED_JURY ? "jury" : "public"));
	auto_buf struct buf out = {0};
	auto_free char *text = NULL;
	char notice[NOTICE_SIZE] = "";
	char id[ETAG_SIZE];
	struct frame *f;

	if (json_is_true(json_object_get(part, "bulk"))) {
		f = feed_board_reset(fb, v, incarnation, now_ms);
		f->again = false;
		return f;
	}
	json_object_set_new(part, "number", json_integer(board_number(fb->boards[v])));
	freeze_notice(&fb->contest, now_ms, notice, sizeof(notice));
	if (json_object_get(part, "freezes") || json_object_get(part, "state") ||
	        json_object_get(part, "contest"))
		json_object_set_new(part, "notice", json_string(notice));
	text = json_text(part);
	feed_board_event_id(fb, v, incarnation, id);
	sse_event(&out, id, "delta", text, strlen(text));
	return frame_new(TOPIC_BOARD, board_number(fb->boards[v]), out.data, out.len);
}

/* ---------------------------------------------------------------- the Contest API's scoreboard */

/* The time of the last event that this viewer knows of, and its contest time. */
static void set_times(json_t *head, const struct feed_board *fb, enum feed_view v)
{
	const char *at = v == FEED_PUBLIC ? fb->at : fb->jury_at;
	char text[CLOCK_TEXT_SIZE];
	int64_t ms;

	if (clock_parse_time(at, &ms) < 0) {
		json_object_set_new(head, "time", json_null());
		json_object_set_new(head, "contest_time", json_null());
		return;
	}
	json_object_set_new(head, "time", json_string(at));
	if (fb->contest.start_ms == INT64_MIN) {
		json_object_set_new(head, "contest_time", json_null());
		return;
	}
	clock_format_reltime(contest_time_at(&fb->contest, ms), text);
	json_object_set_new(head, "contest_time", json_string(text));
}

/* What stands in the object besides the rows; caller decrefs. */
static json_t *head_of(const struct feed_board *fb, enum feed_view v, int64_t now_ms)
{
	json_t *head = json_object(), *state = feed_board_state(fb, now_ms);

	json_object_del(state, "notice");
	json_object_set_new(head, "state", state);
	set_times(head, fb, v);
	return head;
}

struct frame *feed_board_scoreboard(struct feed_board *fb, enum feed_view v, int64_t now_ms)
{
	auto_buf struct buf out = {0};
	json_auto_t *head = NULL;

	if (fb->scoreboards[v])
		return frame_hold(fb->scoreboards[v]);
	head = head_of(fb, v, now_ms);
	board_ccs(fb->boards[v], head, &out);
	fb->scoreboards[v] = frame_new(0, 0, out.data, out.len);
	return frame_hold(fb->scoreboards[v]);
}

/* The page's members, made now or kept since. */
static const struct buf *page_of(
        struct feed_board *fb, enum feed_view v, const struct board_query *q, struct err *err)
{
	char key[FEED_PAGE_KEY_SIZE];
	struct feed_page *page;

	snprintf(key, sizeof(key), "%d %d %d %s", (int)q->by, q->offset, q->limit,
	        q->id ? q->id : "");
	for (size_t i = 0; i < FEED_PAGES; i++) {
		if (strcmp(fb->pages[v][i].key, key) == 0)
			return &fb->pages[v][i].text;
	}
	page = &fb->pages[v][fb->next_page++ % FEED_PAGES];
	page->key[0] = '\0';
	buf_clear(&page->text);
	if (board_page_json(fb->boards[v], q, &page->text, err) < 0)
		return NULL;
	strlcpy(page->key, key, sizeof(page->key));
	return &page->text;
}

int feed_board_query(struct feed_board *fb, enum feed_view v, const struct board_query *q,
        struct buf *out, struct err *err)
{
	const struct buf *page = page_of(fb, v, q, err);

	if (!page)
		return err_result(err);
	buf_adds(out, "{");
	buf_add(out, page->data, page->len);
	return board_team_json(fb->boards[v], q, out, err);
}

void feed_board_query_end(
        const struct feed_board *fb, enum feed_view v, int64_t now_ms, struct buf *out)
{
	json_auto_t *head = head_of(fb, v, now_ms);
	auto_free char *text = json_text(head);

	buf_adds(out, text + 1);
}
