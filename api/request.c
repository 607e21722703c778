/* request.c -- what handlers use of a request and its reply, and the table from error codes to
 * status codes. libmicrohttpd's own storage is only read here: a suspended connection is touched by
 * nobody else, so any thread may that has the request. */
#include "api/app.h"
#include "base/json.h"

enum { JSON_DEPTH = 8 };

const char *request_header(const struct request *rq, const char *name)
{
	return MHD_lookup_connection_value(rq->conn, MHD_HEADER_KIND, name);
}

const char *request_query(const struct request *rq, const char *name)
{
	return MHD_lookup_connection_value(rq->conn, MHD_GET_ARGUMENT_KIND, name);
}

void reply_header(struct request *rq, const char *name, const char *fmt, ...)
{
	struct reply *rp = &rq->reply;
	char *value = NULL;
	va_list args;
	int len = 0;

	assert(rp->nheaders < MAX_REPLY_HEADERS);
	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	value = arena_alloc(&rq->arena, (size_t)len + 1);
	va_start(args, fmt);
	vsnprintf(value, (size_t)len + 1, fmt, args);
	va_end(args);
	rp->names[rp->nheaders] = name;
	rp->values[rp->nheaders++] = value;
}

int request_json(const struct request *rq, json_t **out, struct err *err)
{
	const char *type = request_header(rq, "Content-Type");

	if (!type || strncasecmp(type, "application/json", strlen("application/json")) != 0)
		return err_set(
		        err, ERR_INPUT, "the body must be JSON (Content-Type: application/json)");
	*out = json_parse(rq->body.data ? rq->body.data : "", rq->body.len, JSON_DEPTH, err);
	if (!*out)
		return err_wrap(err, "body");
	if (!json_is_object(*out)) {
		json_decref(*out);
		*out = NULL;
		return err_set(err, ERR_INPUT, "the body must be a JSON object");
	}
	return 0;
}

int reply_json(struct reply *rp, json_t *v)
{
	auto_free char *text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);

	json_decref(v);
	assert(text);
	buf_clear(&rp->body);
	buf_adds(&rp->body, text);
	return 0;
}

int http_status_of(enum err_code code)
{
	switch (code) {
	case ERR_NONE:
		return MHD_HTTP_OK;
	case ERR_INPUT:
		return MHD_HTTP_BAD_REQUEST;
	case ERR_DENIED:
		return MHD_HTTP_FORBIDDEN;
	case ERR_NOT_FOUND:
		return MHD_HTTP_NOT_FOUND;
	case ERR_CONFLICT:
		return MHD_HTTP_CONFLICT;
	case ERR_BUSY:
		return MHD_HTTP_SERVICE_UNAVAILABLE;
	case ERR_BUG:
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	}
	return MHD_HTTP_INTERNAL_SERVER_ERROR;
}
