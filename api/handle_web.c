/* handle_web.c -- pages. A path that is no file and has no dot in its last part is a page of the
 * application, which finds its way by itself: it gets index.html. */
#include "api/app.h"
#include "api/route.h"
#include "api/web.h"

static bool takes_gzip(const struct request *rq)
{
	const char *accept = request_header(rq, "Accept-Encoding");

	return accept && strstr(accept, "gzip");
}

/* Shared responses: the reply gets a reference of its own. */
static int reply_file(struct request *rq, struct reply *rp, const struct web_file *f)
{
	const char *match = request_header(rq, "If-None-Match");

	if (match && strstr(match, f->etag)) {
		rp->status = MHD_HTTP_NOT_MODIFIED;
		rp->shared = f->unchanged;
	} else {
		rp->shared = f->gzip && takes_gzip(rq) ? f->gzip : f->plain;
	}
	return 0;
}

static bool is_page(const char *path)
{
	const char *last = strrchr(path, '/');

	return !strchr(last ? last : path, '.');
}

int handle_web(struct request *rq, struct reply *rp, struct err *err)
{
	const struct web_file *f = web_find(rq->app->web, rq->path);

	if (!f && is_page(rq->path))
		f = web_find(rq->app->web, "/index.html");
	if (!f)
		return err_set(err, ERR_NOT_FOUND, "no such page: \"%s\"", rq->path);
	return reply_file(rq, rp, f);
}
