/* handle_past.c -- time travel.
 *
 *   GET .../scoreboard?at=WHEN   the board as this viewer could see it then. WHEN is a contest time
 *                                (1:23:45) or an event's number: the public's numbers for the
 *                                public, the jury's with ?view=jury. &final=true (jury): what was
 *                                submitted by that time, with the verdicts known now. A part of it
 *                                as of the live board (board_ask.h)
 *   GET .../history              the log of a viewer class as lines of JSON, from which a browser
 *                                can seek by itself: {"number","at","contest_time","part"}
 *
 * Both show the public nothing but the fold, or the parts, of the public's own events. */
#include "api/access.h"
#include "api/app.h"
#include "api/board_ask.h"
#include "api/route.h"
#include "base/clock.h"
#include "base/json.h"
#include "model/event.h"
#include "scoreboard/catchup.h"
#include "scoreboard/part.h"
#include "scoreboard/past.h"

#include <inttypes.h>
#define ZLIB_CONST
#include <zlib.h>

enum { BATCH = 500, DEPTH = 16, BLOCK = 65536, GZIP_BITS = 15 + 16, GZIP_MEMORY = 8 };

static int parse_view(const struct request *rq, bool *jury, struct err *err)
{
	const char *word = request_query(rq, "view");

	*jury = word && strcmp(word, "jury") == 0;
	if (word && !*jury && strcmp(word, "public") != 0)
		return err_set(err, ERR_INPUT, "view must be public or jury");
	if (*jury && rq->who.role < ROLE_JURY)
		return err_set(err, ERR_DENIED, "the jury's board is for the jury");
	return 0;
}

/* ---------------------------------------------------------------- the board at an instant */

/* *number >= 0: an event; else *contest_ms. */
static int parse_at(const char *at, int64_t *number, int64_t *contest_ms, struct err *err)
{
	char *end;

	*number = -1;
	if (clock_parse_reltime(at, contest_ms) == 0)
		return 0;
	errno = 0;
	*number = strtoll(at, &end, 10);
	if (*at >= '0' && *at <= '9' && !*end && errno == 0)
		return 0;
	return err_set(err, ERR_INPUT,
	        "at must be a contest time like 1:23:45 or the number of an event: \"%.40s\"", at);
}

/* The state at that time: buttons that were pressed later are not known yet. */
static json_t *state_then(struct arena *a, const struct contest *now, int64_t at_ms)
{
	struct contest c = *now;

	c.freezes = arena_alloc(a, c.nfreezes * sizeof(*c.freezes) + 1);
	for (size_t i = 0; i < c.nfreezes; i++) {
		c.freezes[i] = now->freezes[i];
		if (c.freezes[i].thawed_ms > at_ms)
			c.freezes[i].thawed_ms = 0;
	}
	if (c.ended_ms > at_ms)
		c.ended_ms = 0;
	return part_state(&c, at_ms);
}

static json_t *head_then(struct arena *a, const struct contest *c, int64_t at_ms)
{
	char time[CLOCK_TEXT_SIZE], contest_time[CLOCK_TEXT_SIZE];
	json_t *head = json_object();
	bool scheduled = c->start_ms != INT64_MIN;

	clock_format_time(at_ms, time);
	if (scheduled)
		clock_format_reltime(contest_time_at(c, at_ms), contest_time);
	json_object_set_new(head, "time", json_string(time));
	json_object_set_new(
	        head, "contest_time", scheduled ? json_string(contest_time) : json_null());
	json_object_set_new(head, "state", state_then(a, c, at_ms));
	return head;
}

struct wish {
	bool jury, final;
	int64_t number, contest_ms;
};

static int parse_wish(const struct request *rq, struct wish *w, struct err *err)
{
	const char *final = request_query(rq, "final");

	if (parse_view(rq, &w->jury, err) < 0 ||
	        parse_at(request_query(rq, "at"), &w->number, &w->contest_ms, err) < 0)
		return err_result(err);
	w->final = final && strcmp(final, "true") == 0;
	if (final && !w->final && strcmp(final, "false") != 0)
		return err_set(err, ERR_INPUT, "final must be true or false");
	if (w->final && rq->who.role < ROLE_JURY)
		return err_set(err, ERR_DENIED, "final verdicts are for the jury");
	if (w->final && w->number >= 0)
		return err_set(err, ERR_INPUT, "final needs a contest time");
	return 0;
}

struct then {
	struct board *board;
	int64_t at_ms;
};

static int find_then(struct pg *pg, const struct contest *c, const struct wish *w,
        struct then *then, struct err *err)
{
	struct past_wish wish = {.contest_id = c->id, .jury = w->jury, .number = w->number};
	struct past past = {0};

	if (w->number < 0 && c->start_ms == INT64_MIN)
		return err_set(err, ERR_CONFLICT, "contest %.40s has no contest time yet", c->id);
	if (w->number < 0)
		wish.wall_ms = then->at_ms = contest_wall_at(c, w->contest_ms);
	if (w->final)
		return past_final(pg, c->id, w->contest_ms, &then->board, err);
	if (past_find(pg, &wish, &past, err) < 0)
		return err_result(err);
	then->at_ms = past.at_ms;
	return catchup_fold(pg, c->id, w->jury, past.number, &then->board, err);
}

/* All of it, or the part that the query names. */
static int put_board(struct board *board, const struct board_query *q, const json_t *head,
        struct buf *out, struct err *err)
{
	auto_free char *text = NULL;

	if (!q) {
		board_ccs(board, head, out);
		return 0;
	}
	buf_adds(out, "{");
	if (board_page_json(board, q, out, err) < 0 || board_team_json(board, q, out, err) < 0)
		return err_result(err);
	text = json_text(head);
	buf_adds(out, text + 1);
	return 0;
}

int handle_scoreboard_past(struct request *rq, struct reply *rp, struct err *err)
{
	struct wish w = {0};
	struct board_query q;
	struct contest c;
	struct then then = {0};
	json_auto_t *head = NULL;
	int part = board_ask(rq, &q, err), failed;

	if (part < 0)
		return part;
	if (parse_wish(rq, &w, err) < 0 || access_request(rq, false, &c, err) < 0 ||
	        find_then(rq->worker->pg, &c, &w, &then, err) < 0)
		return err_result(err);
	head = head_then(&rq->arena, &c, then.at_ms);
	failed = put_board(then.board, part ? &q : NULL, head, &rp->body, err);
	board_free(then.board);
	if (failed < 0)
		return failed;
	reply_header(rq, "Cache-Control", w.jury || w.final ? "private, no-cache" : "no-cache");
	return 0;
}

/* ---------------------------------------------------------------- the log as lines */

/* Lines on their way out, compressed for clients that take it. */
struct sink {
	struct buf *out;
	bool packed;
	z_stream z;
};

static int pack(struct sink *s, const char *data, size_t len, int flush, struct err *err)
{
	s->z.next_in = (const Bytef *)data;
	s->z.avail_in = (unsigned)len;
	do {
		char *to = buf_reserve(s->out, BLOCK);

		s->z.next_out = (unsigned char *)to;
		s->z.avail_out = BLOCK;
		if (deflate(&s->z, flush) == Z_STREAM_ERROR)
			return err_set(err, ERR_BUG, "deflate");
		s->out->len += BLOCK - s->z.avail_out;
	} while (s->z.avail_out == 0);
	return 0;
}

static int put(struct sink *s, const struct buf *text, struct err *err)
{
	if (s->packed)
		return pack(s, text->data, text->len, Z_NO_FLUSH, err);
	buf_add(s->out, text->data, text->len);
	return 0;
}

static int add_event(struct sink *s, bool jury, const struct event *e, struct err *err)
{
	json_auto_t *event = json_parse(e->text, strlen(e->text), DEPTH, err);
	json_auto_t *line = NULL;
	json_t *part = json_object_get(event, jury ? "jury" : "public");
	auto_free char *text = NULL;
	auto_buf struct buf out = {0};

	if (!event)
		return err_result(err);
	if (!json_is_object(part))
		return 0;
	line = json_pack("{s:I, s:O, s:O, s:O}", "number",
	        (json_int_t)(jury ? e->number : e->public_number), "at",
	        json_object_get(event, "at"), "contest_time",
	        json_object_get(event, "contest_time"), "part", part);
	text = json_text(line);
	buf_adds(&out, text);
	buf_adds(&out, "\n");
	return put(s, &out, err);
}

static int add_all(struct request *rq, bool jury, struct sink *s, struct err *err)
{
	int64_t after = 0;
	size_t n = BATCH;

	while (n == BATCH) {
		auto_arena struct arena a = {0};
		struct event *events;

		if (event_read(rq->worker->pg, &a, rq->params[0], after, BATCH, &events, &n, err) <
		        0)
			return err_result(err);
		for (size_t i = 0; i < n; i++) {
			if (add_event(s, jury, &events[i], err) < 0)
				return err_result(err);
			after = events[i].number;
		}
	}
	return 0;
}

static int add_packed(struct request *rq, bool jury, struct sink *s, struct err *err)
{
	int result;

	if (deflateInit2(&s->z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_BITS, GZIP_MEMORY,
	            Z_DEFAULT_STRATEGY) != Z_OK)
		return err_set(err, ERR_BUSY, "no memory to compress");
	result = add_all(rq, jury, s, err);
	if (result == 0)
		result = pack(s, "", 0, Z_FINISH, err);
	deflateEnd(&s->z);
	return result;
}

/* What is over does not change: it may be kept for a day, unless only some may see it. */
static bool is_over(const struct contest *c, const struct log_head *head)
{
	struct contest_state s = contest_state_at(c, head->now_ms);

	return !c->hidden && s.finalized && (s.thawed || !s.frozen);
}

int handle_history(struct request *rq, struct reply *rp, struct err *err)
{
	const char *accept = request_header(rq, "Accept-Encoding");
	const char *known = request_header(rq, "If-None-Match");
	struct sink s = {.out = &rp->body, .packed = accept && strstr(accept, "gzip")};
	const char *incarnation, *tag;
	struct log_head head;
	struct contest c;
	bool jury;

	if (parse_view(rq, &jury, err) < 0 || access_request(rq, false, &c, err) < 0 ||
	        event_head(rq->worker->pg, &rq->arena, c.id, &head, err) < 0 ||
	        event_incarnation(rq->worker->pg, &rq->arena, &incarnation, err) < 0)
		return err_result(err);
	tag = arena_printf(&rq->arena, "\"%s-h%s%" PRId64 "%s\"", incarnation, jury ? "j" : "",
	        jury ? head.number : head.public_number, s.packed ? "-gzip" : "");
	reply_header(rq, "ETag", "%s", tag);
	reply_header(rq, "Vary", "Accept-Encoding");
	reply_header(rq, "Cache-Control",
	        jury                 ? "private, no-cache"
	        : is_over(&c, &head) ? "public, max-age=86400"
	                             : "no-cache");
	if (known && strstr(known, tag)) {
		rp->status = MHD_HTTP_NOT_MODIFIED;
		return 0;
	}
	rp->type = "application/x-ndjson";
	if (s.packed)
		reply_header(rq, "Content-Encoding", "gzip");
	return s.packed ? add_packed(rq, jury, &s, err) : add_all(rq, jury, &s, err);
}
