/* handle_health.c -- is the program alive, is it ready for traffic, what is it. On the loop's
 * thread: nothing here asks another program. */
#include "api/app.h"
#include "api/route.h"

int handle_healthz(UNUSED struct request *rq, struct reply *rp, UNUSED struct err *err)
{
	rp->type = "text/plain; charset=utf-8";
	buf_adds(&rp->body, "ok\n");
	return 0;
}

/* Ready unless it drains: boards are served from memory even while PostgreSQL is away. */
int handle_readyz(struct request *rq, struct reply *rp, UNUSED struct err *err)
{
	bool draining = atomic_load(&rq->app->draining);

	rp->type = "text/plain; charset=utf-8";
	rp->status = draining ? MHD_HTTP_SERVICE_UNAVAILABLE : MHD_HTTP_OK;
	buf_adds(&rp->body, draining ? "draining\n" : "ready\n");
	return 0;
}

int handle_api_root(struct request *rq, struct reply *rp, UNUSED struct err *err)
{
	return reply_json(
	        rp, json_pack("{s:s, s:s, s:{s:s, s:s}}", "version", "2023-06", "version_url",
	                    "https://ccs-specs.icpc.io/2023-06/contest_api", "provider", "name",
	                    "CodeArena", "instance", rq->app->conf.instance));
}
