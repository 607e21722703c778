/* handle_problem.c -- problems of a contest: nothing of them before the start, but for the jury
 * (access.c decides). Statements and files go out as they are stored. */
#include "api/access.h"
#include "api/app.h"
#include "api/route.h"
#include "api/shape.h"
#include "api/statements.h"

#include <bsd/string.h>

enum { HREF_SIZE = 300, FILENAME_SIZE = 150, MAX_DIGITS = 6 };

/* One row per statement, figure and attachment of the contest's problems. */
static json_t *list_of(const PGresult *res, const char *problem, const char *column)
{
	json_t *list = json_array();
	const char *last = "";

	for (int i = 0; i < PQntuples(res); i++) {
		const char *text = pg_text(res, i, column);

		if (strcmp(pg_text(res, i, "problem_id"), problem) != 0 || strcmp(text, last) == 0)
			continue; /* a statement in two formats */
		json_array_append_new(list, shape_text(text));
		last = text;
	}
	return list;
}

static const char *mime_of(const char *format)
{
	static const char *const table[][2] = {
	        {"md", "text/markdown; charset=utf-8"},
	        {"html", "text/html; charset=utf-8"},
	        {"tex", "application/x-tex; charset=utf-8"},
	        {"pdf", "application/pdf"},
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (strcmp(table[i][0], format) == 0)
			return table[i][1];
	return "application/octet-stream";
}

static const char *mime_of_name(const char *name)
{
	static const char *const table[][2] = {
	        {".png", "image/png"},
	        {".jpg", "image/jpeg"},
	        {".jpeg", "image/jpeg"},
	        {".gif", "image/gif"},
	        {".svg", "image/svg+xml"},
	        {".pdf", "application/pdf"},
	        {".txt", "text/plain; charset=utf-8"},
	};
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && i < ARRAY_LEN(table); i++)
		if (strcasecmp(table[i][0], dot) == 0)
			return table[i][1];
	return "application/octet-stream";
}

struct listing {
	struct contest contest;
	PGresult *facts, *statements, *files;
};

#define auto_listing __attribute__((cleanup(listing_clear)))
static void listing_clear(struct listing *l)
{
	pg_clear(&l->facts);
	pg_clear(&l->statements);
	pg_clear(&l->files);
}

static int listing_load(struct request *rq, struct listing *l, struct err *err)
{
	struct pg *pg = rq->worker->pg;
	const char *id = rq->params[0];

	if (access_request(rq, false, &l->contest, err) < 0 ||
	        access_problems(&l->contest, &rq->who, err) < 0 ||
	        pg_run(pg, Q_API_PROBLEM_FACTS, &l->facts, err, id) < 0 ||
	        pg_run(pg, Q_API_STATEMENTS, &l->statements, err, id) < 0 ||
	        pg_run(pg, Q_API_FILES, &l->files, err, id) < 0)
		return err_result(err);
	return 0;
}

static json_t *reference(const char *href, const char *mime, const char *filename)
{
	return json_pack("{s:s, s:s, s:s}", "href", href, "mime", mime, "filename", filename);
}

static json_t *statements_of(const char *contest, const char *problem, const PGresult *res)
{
	json_t *list = json_array();

	for (int i = 0; i < PQntuples(res); i++) {
		const char *language = pg_text(res, i, "language");
		const char *format = pg_text(res, i, "format");
		char href[HREF_SIZE], name[FILENAME_SIZE];

		if (strcmp(pg_text(res, i, "problem_id"), problem) != 0)
			continue;
		snprintf(href, sizeof(href),
		        "contests/%s/problems/%s/statement?language=%s&format=%s", contest, problem,
		        language, format);
		snprintf(name, sizeof(name), "%s.%s.%s", problem, language, format);
		json_array_append_new(list, reference(href, mime_of(format), name));
	}
	return list;
}

static json_t *attachments_of(const char *contest, const char *problem, const PGresult *res)
{
	json_t *list = json_array();

	for (int i = 0; i < PQntuples(res); i++) {
		const char *name = pg_text(res, i, "name");
		char href[HREF_SIZE];

		if (strcmp(pg_text(res, i, "problem_id"), problem) != 0 ||
		        strcmp(pg_text(res, i, "kind"), "attachment") != 0)
			continue;
		snprintf(href, sizeof(href), "contests/%s/problems/%s/files/%s", contest, problem,
		        name);
		json_array_append_new(list, reference(href, mime_of_name(name), name));
	}
	return list;
}

/* In the words of the package format. */
static json_t *type_of(const PGresult *facts, int row)
{
	static const char *const more[][2] = {{"interactive", "interactive"},
	        {"multi_pass", "multi-pass"}, {"submit_answer", "submit-answer"}};
	json_t *list = json_array();

	json_array_append_new(
	        list, json_string(pg_bool(facts, row, "scoring") ? "scoring" : "pass-fail"));
	for (size_t i = 0; i < ARRAY_LEN(more); i++)
		if (pg_bool(facts, row, more[i][0]))
			json_array_append_new(list, json_string(more[i][1]));
	return list;
}

static json_t *json_of(const PGresult *res, int row, const char *column)
{
	const char *text = pg_text(res, row, column);
	json_t *v = text ? json_loads(text, 0, NULL) : NULL;

	return v ? v : json_null();
}

static json_t *problem_json(const struct listing *l, const struct contest_problem *p)
{
	const char *contest = l->contest.id;
	int row = 0;
	json_t *o = NULL;

	for (int i = 0; i < PQntuples(l->facts); i++)
		if (strcmp(pg_text(l->facts, i, "problem_id"), p->id) == 0)
			row = i;
	o = shape_problem(p, pg_int(l->facts, row, "tests"));
	shape_set(o, "type", type_of(l->facts, row));
	shape_set(o, "names", json_of(l->facts, row, "names"));
	shape_set(o, "allowed_languages", json_of(l->facts, row, "languages"));
	shape_set(o, "statement", statements_of(contest, p->id, l->statements));
	shape_set(o, "attachments", attachments_of(contest, p->id, l->files));
	shape_set(o, "languages", list_of(l->statements, p->id, "language"));
	shape_set(o, "files", list_of(l->files, p->id, "name"));
	return o;
}

int handle_problems(struct request *rq, struct reply *rp, struct err *err)
{
	auto_listing struct listing l = {0};
	json_t *list = NULL;

	if (listing_load(rq, &l, err) < 0)
		return err_result(err);
	list = json_array();
	for (size_t i = 0; i < l.contest.nproblems; i++)
		json_array_append_new(list, problem_json(&l, &l.contest.problems[i]));
	return reply_json(rp, list);
}

int handle_problem(struct request *rq, struct reply *rp, struct err *err)
{
	auto_listing struct listing l = {0};
	const struct contest_problem *p = NULL;

	if (listing_load(rq, &l, err) < 0 ||
	        access_problem(&l.contest, &rq->who, rq->params[1], &p, err) < 0)
		return err_result(err);
	return reply_json(rp, problem_json(&l, p));
}

static const struct contest_problem *find_problem(struct request *rq, struct err *err)
{
	struct contest *c = arena_alloc(&rq->arena, sizeof(*c));
	const struct contest_problem *p = NULL;

	if (access_request(rq, false, c, err) < 0 ||
	        access_problem(c, &rq->who, rq->params[1], &p, err) < 0)
		return NULL;
	return p;
}

/* A blob of the first row becomes the body. */
static void reply_bytes(struct reply *rp, const PGresult *res, const char *type)
{
	size_t len = 0;
	auto_free unsigned char *bytes = pg_bytes(res, 0, "body", &len);

	rp->type = type;
	if (bytes)
		buf_add(&rp->body, bytes, len);
}

/* A statement may have styles of its own, never scripts. A browser's viewer of PDFs does not start
 * in a sandbox, and needs none: it is one. */
static const char *policy_of(const char *mime)
{
	if (strcmp(mime, "application/pdf") == 0)
		return NULL;
	return "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'";
}

/* From the database, the first time; kept when it is what the words say. Not kept: the bytes are in
 * the reply. */
static int load_statement(struct request *rq, const struct statement_ask *ask,
        struct statement_found *found, struct reply *rp, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	auto_free unsigned char *bytes = NULL;
	size_t len = 0;

	if (pg_run(rq->worker->pg, Q_API_STATEMENT, &res, err, ask->problem_id,
	            pg_arg_int(&rq->arena, ask->version), ask->language, ask->format) < 0)
		return err_result(err);
	if (PQntuples(res) == 0)
		return err_set(err, ERR_NOT_FOUND, "problem %s has no %s%sstatement", rq->params[1],
		        ask->format ? ask->format : "", ask->format ? " " : "");
	strlcpy(found->language, pg_text(res, 0, "language"), sizeof(found->language));
	strlcpy(found->format, pg_text(res, 0, "format"), sizeof(found->format));
	bytes = pg_bytes(res, 0, "body", &len);
	if (strcmp(found->language, ask->language) == 0)
		statements_put(
		        rq->app->statements, ask, found, bytes ? (const char *)bytes : "", len);
	else
		buf_add(&rp->body, bytes ? (const char *)bytes : "", len);
	return 0;
}

static int find_statement(struct request *rq, const struct statement_ask *ask,
        struct statement_found *found, struct reply *rp, struct err *err)
{
	const char *accept = request_header(rq, "Accept-Encoding");
	bool packed = accept && strstr(accept, "gzip");

	if (statements_get(rq->app->statements, ask, packed, found, &rp->body))
		return 0;
	if (load_statement(rq, ask, found, rp, err) < 0)
		return err_result(err);
	(void)statements_get(rq->app->statements, ask, packed, found, &rp->body);
	return 0;
}

int handle_statement(struct request *rq, struct reply *rp, struct err *err)
{
	const struct contest_problem *p = find_problem(rq, err);
	const char *language = request_query(rq, "language");
	const char *known = request_header(rq, "If-None-Match");
	struct statement_ask ask = {
	        .language = language ? language : "en", .format = request_query(rq, "format")};
	struct statement_found found = {0};
	const char *tag;

	if (!p)
		return err_result(err);
	ask.problem_id = p->id;
	ask.version = p->version;
	if (find_statement(rq, &ask, &found, rp, err) < 0)
		return err_result(err);
	rp->type = mime_of(found.format);
	reply_header(rq, "Content-Language", "%s", found.language);
	reply_header(rq, "Vary", "Accept-Encoding");
	if (policy_of(rp->type))
		reply_header(rq, "Content-Security-Policy", "%s", policy_of(rp->type));
	if (!found.tag[0]) /* of another language than was asked for: not kept */
		return 0;
	tag = arena_printf(&rq->arena, "\"%s%s\"", found.tag, found.packed ? "-gzip" : "");
	reply_header(rq, "ETag", "%s", tag);
	reply_header(rq, "Cache-Control", "private, no-cache");
	if (known && strstr(known, tag)) {
		buf_clear(&rp->body);
		rp->status = MHD_HTTP_NOT_MODIFIED;
	} else if (found.packed) {
		reply_header(rq, "Content-Encoding", "gzip");
	}
	return 0;
}

/* Bytes as JSON: test data that is no UTF-8 gets replacement characters. */
static void add_bytes(struct buf *b, const PGresult *res, int row, const char *column)
{
	size_t len = 0;
	auto_free unsigned char *bytes = NULL;

	buf_addf(b, ",\"%s\":", column);
	if (pg_null(res, row, column)) {
		buf_adds(b, "null");
		return;
	}
	bytes = pg_bytes(res, row, column, &len);
	buf_add_json(b, bytes ? (const char *)bytes : "", len);
}

static const struct {
	const char *part, *ending;
} parts[] = {{"input", "in"}, {"answer", "ans"}, {"interaction", "interaction"}};

static void add_sample(struct request *rq, struct buf *b, const struct contest_problem *p,
        const PGresult *res, int row)
{
	const char *name = pg_text(res, row, "name");
	json_auto_t *files = json_array();
	auto_free char *text = NULL;

	buf_adds(b, row ? ",{\"name\":" : "{\"name\":");
	buf_add_json(b, name, strlen(name));
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		char href[HREF_SIZE], file[FILENAME_SIZE];

		add_bytes(b, res, row, parts[i].part);
		if (pg_null(res, row, parts[i].part))
			continue;
		snprintf(href, sizeof(href), "contests/%s/problems/%s/samples/%s/%s", rq->params[0],
		        p->id, pg_text(res, row, "ordinal"), parts[i].part);
		snprintf(file, sizeof(file), "%s-%s.%s", p->id, pg_text(res, row, "ordinal"),
		        parts[i].ending);
		json_array_append_new(files, reference(href, "text/plain; charset=utf-8", file));
	}
	text = json_dumps(files, JSON_COMPACT);
	buf_addf(b, ",\"files\":%s}", text);
}

int handle_samples(struct request *rq, struct reply *rp, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	const struct contest_problem *p = find_problem(rq, err);

	if (!p || pg_run(rq->worker->pg, Q_API_SAMPLES, &res, err, p->id,
	                  pg_arg_int(&rq->arena, p->version)) < 0)
		return err_result(err);
	buf_adds(&rp->body, "[");
	for (int i = 0; i < PQntuples(res); i++)
		add_sample(rq, &rp->body, p, res, i);
	buf_adds(&rp->body, "]");
	return 0;
}

/* Byte by byte what the package has, for a download. */
int handle_sample_file(struct request *rq, struct reply *rp, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	const struct contest_problem *p = find_problem(rq, err);
	const char *n = rq->params[2], *part = rq->params[3], *ending = NULL;
	size_t digits = strspn(n, "0123456789");

	if (!p)
		return err_result(err);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (strcmp(parts[i].part, part) == 0)
			ending = parts[i].ending;
	if (!ending || n[digits] || digits > MAX_DIGITS)
		return err_set(err, ERR_NOT_FOUND, "no such sample: \"%s/%s\"", n, part);
	if (pg_run(rq->worker->pg, Q_API_SAMPLE_FILE, &res, err, p->id,
	            pg_arg_int(&rq->arena, p->version), n, part) < 0)
		return err_result(err);
	if (PQntuples(res) == 0 || pg_null(res, 0, "body"))
		return err_set(err, ERR_NOT_FOUND, "no such sample: \"%s/%s\"", n, part);
	reply_bytes(rp, res, "text/plain; charset=utf-8");
	reply_header(
	        rq, "Content-Disposition", "attachment; filename=\"%s-%s.%s\"", p->id, n, ending);
	return 0;
}

int handle_problem_file(struct request *rq, struct reply *rp, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	const struct contest_problem *p = find_problem(rq, err);

	if (!p || pg_run(rq->worker->pg, Q_API_FILE, &res, err, p->id,
	                  pg_arg_int(&rq->arena, p->version), rq->params[2]) < 0)
		return err_result(err);
	if (PQntuples(res) == 0)
		return err_set(err, ERR_NOT_FOUND, "no such file: \"%s\"", rq->params[2]);
	reply_bytes(rp, res, mime_of_name(rq->params[2]));
	reply_header(rq, "Content-Security-Policy", "sandbox; default-src 'none'");
	return 0;
}
