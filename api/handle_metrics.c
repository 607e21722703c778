/* handle_metrics.c -- GET /metrics: for admins, and for a scraper on this very machine. A request
 * that came through a proxy carries X-Forwarded-For and is not from this machine. */
#include "api/app.h"
#include "api/metrics.h"
#include "api/route.h"

static bool is_local(const struct request *rq)
{
	return !request_header(rq, "X-Forwarded-For") &&
	       (strncmp(rq->address, "127.", 4) == 0 || strcmp(rq->address, "::1") == 0 ||
	               strncmp(rq->address, "::ffff:127.", 11) == 0);
}

int handle_metrics_get(struct request *rq, struct reply *rp, struct err *err)
{
	struct err why = {0};

	if (rq->who.role != ROLE_ADMIN && !is_local(rq))
		return err_set(err, ERR_DENIED, "the metrics are for admins");
	rp->type = "text/plain; version=0.0.4; charset=utf-8";
	if (rq->app->metrics)
		metrics_write(rq->app->metrics, &rp->body);
	/* Without its database the process still says how it is. */
	if (rq->worker && metrics_write_database(rq->worker->pg, &rp->body, &why) < 0)
		buf_adds(&rp->body, "# the database does not answer\n");
	return 0;
}
