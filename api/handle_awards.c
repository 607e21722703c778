/* handle_awards.c -- GET .../awards: from the board in memory that the viewer may see. */
#include "api/app.h"
#include "api/feed.h"
#include "api/route.h"

int handle_awards(struct request *rq, struct reply *rp, struct err *err)
{
	const char *word = request_query(rq, "view");
	enum feed_view view = word && strcmp(word, "jury") == 0 ? FEED_JURY : FEED_PUBLIC;
	json_t *list = NULL;

	if (word && view == FEED_PUBLIC && strcmp(word, "public") != 0)
		return err_set(err, ERR_INPUT, "view must be public or jury");
	if (feed_check(rq->app->feed, &rq->who, rq->params[0], view, err) < 0 ||
	        feed_awards(rq->app->feed, rq->params[0], view, &list, err) < 0)
		return err_result(err);
	return reply_json(rp, list);
}
