/* handle_stream.c -- the event streams: who may open which, and what each begins with.
 *
 *   .../scoreboard/stream          the board alone, public or ?view=jury
 *   .../stream?topics=a,b          any of board, state, clarifications, own over one connection
 *   /api/submissions/{sid}/stream  one submission, for its team and the jury, until it is final
 *
 * A `prepare` part reads what only PostgreSQL knows, on a pool's thread, and leaves it in rq->data;
 * the `open` part subscribes, on the loop's. What happens in between is not lost: the board's
 * cursor is taken in `open`; a submission is looked at once more after the subscription; a team's
 * channel is held before its submissions are read (they are absolute: one that comes twice does no
 * harm). */
#include "api/app.h"
#include "api/feed.h"
#include "api/route.h"
#include "api/submission_view.h"
#include "base/json.h"

static const char retry_line[] = "retry: 2000\n\n";

/* Left by `prepare` for `open`; in the request's arena. */
struct prepared {
	struct frame *first; /* sent before all; taken by sse_open */
	bool done;           /* the stream ends behind it */
	bool held;           /* the team's channel, from own_pos on */
	uint64_t own_pos;
};

static struct frame *first_frame(const struct buf *events, unsigned topic)
{
	auto_buf struct buf out = {0};

	buf_adds(&out, retry_line);
	if (events->len > 0)
		buf_add(&out, events->data, events->len);
	return frame_new(topic, 0, out.data, out.len);
}

static int parse_view(const struct request *rq, enum feed_view *view, struct err *err)
{
	const char *word = request_query(rq, "view");

	*view = word && strcmp(word, "jury") == 0 ? FEED_JURY : FEED_PUBLIC;
	if (word && *view == FEED_PUBLIC && strcmp(word, "public") != 0)
		return err_set(err, ERR_INPUT, "view must be public or jury");
	return 0;
}

/* Last-Event-ID: the header that browsers send when they reconnect is newer than the address. */
static const char *last_id(const struct request *rq)
{
	const char *id = request_header(rq, "Last-Event-ID");

	return id && *id ? id : request_query(rq, "last_event_id");
}

static void set_resume(struct request *rq, enum feed_view view, struct sse_spec *spec)
{
	const char *id = last_id(rq);

	if (!id || !*id)
		return;
	spec->resume = true;
	/* Of another log or view: no number fits, so it gets `reset` and a snapshot. */
	if (!feed_parse_id(rq->app->feed, id, view, &spec->after))
		spec->after = -1;
}

static int open_board(
        struct request *rq, struct sse_spec *spec, enum feed_view view, struct err *err)
{
	char channel[CHANNEL_SIZE];

	feed_channel(channel, rq->params[0], view);
	spec->board = channel;
	set_resume(rq, view, spec);
	return sse_open(feed_sse(rq->app->feed), rq, spec, err);
}

int handle_stream_scoreboard(struct request *rq, struct reply *rp UNUSED, struct err *err)
{
	struct sse_spec spec = {.topics = TOPIC_BOARD};
	struct buf events = {0};
	enum feed_view view;

	if (parse_view(rq, &view, err) < 0 ||
	        feed_check(rq->app->feed, &rq->who, rq->params[0], view, err) < 0)
		return err_result(err);
	spec.first = first_frame(&events, TOPIC_BOARD);
	return open_board(rq, &spec, view, err);
}

/* ---------------------------------------------------------------- one submission */

int handle_stream_submission_prepare(struct request *rq, struct reply *rp UNUSED, struct err *err)
{
	struct submission_view view = {0};
	auto_buf struct buf events = {0};
	struct prepared *p;

	if (submission_view(rq->worker->pg, &rq->who, rq->params[0], &view, err) < 0)
		return err_result(err);
	p = arena_alloc(&rq->arena, sizeof(*p));
	p->done = view.final;
	sse_event(&events, NULL, "submission", view.body.data, view.body.len);
	if (view.final)
		sse_event(&events, NULL, "end", "{}", 2);
	p->first = first_frame(&events, TOPIC_SUBMISSION | (view.final ? TOPIC_END : 0U));
	buf_free(&view.body);
	rq->data = p;
	return 0;
}

int handle_stream_submission_open(struct request *rq, struct reply *rp UNUSED, struct err *err)
{
	struct prepared *p = rq->data;
	struct sse_spec spec = {.topics = TOPIC_SUBMISSION, .first = p->first};
	char channel[CHANNEL_SIZE];
	bool done = p->done;

	snprintf(channel, sizeof(channel), "sub:%s:%s", rq->params[0],
	        rq->who.role >= ROLE_JURY ? "jury" : "team");
	if (!done)
		spec.own = channel;
	if (sse_open(feed_sse(rq->app->feed), rq, &spec, err) < 0)
		return err_result(err);
	if (!done)
		feed_wake(rq->app->feed); /* it may have become final since `prepare` */
	return 0;
}

/* ---------------------------------------------------------------- many topics */

static int parse_topics(const char *list, unsigned *topics, struct err *err)
{
	static const struct {
		const char *name;
		unsigned topic;
	} words[] = {{"board", TOPIC_BOARD}, {"state", TOPIC_STATE},
	        {"clarifications", TOPIC_CLARIFICATIONS}, {"own", TOPIC_OWN}};

	*topics = 0;
	while (*list) {
		size_t len = strcspn(list, ",");
		unsigned found = 0;

		for (size_t i = 0; i < ARRAY_LEN(words); i++) {
			if (strlen(words[i].name) == len && memcmp(words[i].name, list, len) == 0)
				found = words[i].topic;
		}
		if (!found)
			return err_set(err, ERR_INPUT,
			        "topics must be some of board, state, clarifications, own");
		*topics |= found;
		list += len + (list[len] == ',');
	}
	return 0;
}

static int check_topics(const struct request *rq, unsigned topics, struct err *err)
{
	if ((topics & TOPIC_OWN) && !*rq->who.team_id)
		return err_set(err, ERR_DENIED, "the topic own needs a team's account");
	return topics ? 0 : err_set(err, ERR_INPUT, "no topics are asked for");
}

static int topics_of(const struct request *rq, unsigned *topics, struct err *err)
{
	const char *list = request_query(rq, "topics");

	if (parse_topics(list ? list : "board,state", topics, err) < 0)
		return err_result(err);
	return check_topics(rq, *topics, err);
}

static void team_channel(const struct request *rq, char out[CHANNEL_SIZE])
{
	snprintf(out, CHANNEL_SIZE, "team:%s:%s", rq->params[0], rq->who.team_id);
}

/* `event: own` with all of the team's submissions in the contest (the last 200) and its row. */
static int add_own(struct request *rq, struct buf *events, struct err *err)
{
	auto_pgresult PGresult *r = NULL;
	auto_buf struct buf out = {0};
	auto_free char *row = feed_own_row(rq->app->feed, rq->params[0], rq->who.team_id);

	if (pg_run(rq->worker->pg, Q_FEED_TEAM_SUBMISSIONS, &r, err, rq->params[0],
	            rq->who.team_id) < 0)
		return err_wrap(err, "own submissions");
	buf_adds(&out, "{\"submissions\":[");
	for (int i = PQntuples(r) - 1; i >= 0; i--) {
		json_auto_t *one = feed_submission_json(r, i);
		auto_free char *text = json_text(one);

		buf_adds(&out, text);
		buf_adds(&out, i > 0 ? "," : "");
	}
	buf_adds(&out, "],\"row\":");
	buf_adds(&out, row ? row : "null");
	buf_adds(&out, "}");
	sse_event(events, NULL, "own", out.data, out.len);
	return 0;
}

int handle_stream_contest_prepare(struct request *rq, struct reply *rp UNUSED, struct err *err)
{
	auto_buf struct buf events = {0};
	enum feed_view view;
	unsigned topics;
	struct prepared *p;

	if (parse_view(rq, &view, err) < 0 || topics_of(rq, &topics, err) < 0 ||
	        feed_check(rq->app->feed, &rq->who, rq->params[0], view, err) < 0)
		return err_result(err);
	if (topics & TOPIC_STATE)
		feed_state_event(rq->app->feed, rq->params[0], &events);
	p = arena_alloc(&rq->arena, sizeof(*p));
	if (topics & TOPIC_OWN) {
		char team[CHANNEL_SIZE];

		team_channel(rq, team);
		p->held = true;
		p->own_pos = sse_hold(feed_sse(rq->app->feed), team);
		if (add_own(rq, &events, err) < 0) {
			sse_unhold(feed_sse(rq->app->feed), team);
			return err_result(err);
		}
	}
	p->first = first_frame(&events, TOPIC_STATE);
	rq->data = p;
	return 0;
}

int handle_stream_contest_open(struct request *rq, struct reply *rp UNUSED, struct err *err)
{
	struct prepared *p = rq->data;
	struct sse_spec spec = {.first = p->first};
	char team[CHANNEL_SIZE];
	enum feed_view view;

	if (parse_view(rq, &view, err) < 0 || topics_of(rq, &spec.topics, err) < 0) {
		frame_drop(p->first);
		return err_result(err);
	}
	if (*rq->who.team_id && (spec.topics & (TOPIC_OWN | TOPIC_CLARIFICATIONS))) {
		team_channel(rq, team);
		spec.own = team;
		spec.held = p->held;
		spec.own_pos = p->own_pos;
	}
	return open_board(rq, &spec, view, err);
}
