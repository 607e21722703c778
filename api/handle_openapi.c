/* handle_openapi.c -- GET /api/openapi.json: the description of every route, made from openapi.json
 * by the build, so that a program and its document cannot be of different versions. */
#include "api/route.h"

#include "openapi.h" /* openapi_json; made from api/openapi.json */

int handle_web_openapi(struct request *rq, struct reply *rp, struct err *err UNUSED)
{
	reply_header(rq, "Cache-Control", "no-cache");
	buf_add(&rp->body, openapi_json, sizeof(openapi_json) - 1);
	return 0;
}
