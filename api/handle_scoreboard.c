/* handle_scoreboard.c -- GET .../scoreboard: the Contest API's object from memory, the same bytes
 * for all until the board or the state changes. `?view=jury` is the jury's board, for the jury.
 *
 * With any of these it is a part of the board (scoreboard/board_query.h): `limit` and `offset` a
 * page of rows; `team` that team's own row, `around` so many rows above and below it; `group`,
 * `organization` or `country` only its teams. The answer costs a few binary searches and the rows
 * it gives, however large the board is; a page is made once for all who ask for it.
 *
 * GET .../scoreboard/own is a team's own row as it truly is, also while the board is frozen; its
 * rank is told only when it says nothing of what is hidden. Nobody may keep the answer. */
#include "api/app.h"
#include "api/board_ask.h"
#include "api/feed.h"
#include "api/route.h"

/* Is the tag in a list such as `"a", W/"b"` or `*`? Weak comparison. */
static bool has_tag(const char *list, const char *tag)
{
	if (strcmp(list, "*") == 0)
		return true;
	for (const char *p = strstr(list, tag); p; p = strstr(p + 1, tag)) {
		char next = p[strlen(tag)];

		if (next == '\0' || next == ',' || next == ' ')
			return true;
	}
	return false;
}

int handle_scoreboard_get(struct request *rq, struct reply *rp, struct err *err)
{
	const char *word = request_query(rq, "view");
	const char *known = request_header(rq, "If-None-Match");
	enum feed_view view = word && strcmp(word, "jury") == 0 ? FEED_JURY : FEED_PUBLIC;
	struct board_query q;
	struct feed_text text;
	int part = board_ask(rq, &q, err);

	if (part < 0)
		return part;
	if (word && view == FEED_PUBLIC && strcmp(word, "public") != 0)
		return err_set(err, ERR_INPUT, "view must be public or jury");
	if (feed_check(rq->app->feed, &rq->who, rq->params[0], view, err) < 0)
		return err_result(err);
	if ((part ? feed_query(rq->app->feed, rq->params[0], view, &q, &text, err)
	          : feed_scoreboard(rq->app->feed, rq->params[0], view, &text, err)) < 0)
		return err_result(err);
	reply_header(rq, "ETag", "%s", text.etag);
	reply_header(rq, "Cache-Control", view == FEED_JURY ? "private, no-cache" : "no-cache");
	if (known && has_tag(known, text.etag))
		rp->status = MHD_HTTP_NOT_MODIFIED;
	else
		buf_add(&rp->body, text.body->data, text.body->len);
	frame_drop(text.body);
	return 0;
}

int handle_scoreboard_own(struct request *rq, struct reply *rp, struct err *err)
{
	if (!rq->who.team_id[0])
		return err_set(err, ERR_DENIED, "this needs a team's account");
	if (feed_check(rq->app->feed, &rq->who, rq->params[0], FEED_PUBLIC, err) < 0 ||
	        feed_own_standing(rq->app->feed, rq->params[0], rq->who.team_id, &rp->body, err) <
	                0)
		return err_result(err);
	reply_header(rq, "Cache-Control", "no-store");
	return 0;
}
