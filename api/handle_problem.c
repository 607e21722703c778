/* handle_problem.c -- problems of a contest: nothing of them before the start, but for the jury
 * (access.c decides). Statements and files go out as they are stored. */
#include "api/access.h"
#include "api/app.h"
#include "api/route.h"
#include "api/shape.h"

/* One row per statement, figure and attachment of the contest's problems. */
static json_t *list_of(const PGresult *res, const char *problem, const char *column)
{
	json_t *list = json_array();

	for (int i = 0; i < PQntuples(res); i++)
		if (strcmp(pg_text(res, i, "problem_id"), problem) == 0)
			json_array_append_new(list, shape_text(pg_text(res, i, column)));
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

struct listing {
	struct contest contest;
	PGresult *counts, *statements, *files;
};

#define auto_listing __attribute__((cleanup(listing_clear)))
static void listing_clear(struct listing *l)
{
	pg_clear(&l->counts);
	pg_clear(&l->statements);
	pg_clear(&l->files);
}

static int listing_load(struct request *rq, struct listing *l, struct err *err)
{
	struct pg *pg = rq->worker->pg;
	const char *id = rq->params[0];

	if (access_request(rq, false, &l->contest, err) < 0 ||
	        access_problems(&l->contest, &rq->who, err) < 0 ||
	        pg_run(pg, Q_API_TEST_COUNTS, &l->counts, err, id) < 0 ||
	        pg_run(pg, Q_API_STATEMENTS, &l->statements, err, id) < 0 ||
	        pg_run(pg, Q_API_FILES, &l->files, err, id) < 0)
		return err_result(err);
	return 0;
}

static json_t *statement_ref(const char *contest, const char *problem, const PGresult *res)
{
	json_t *list = json_array();

	for (int i = 0; i < PQntuples(res); i++) {
		char href[200];

		if (strcmp(pg_text(res, i, "problem_id"), problem) != 0)
			continue;
		snprintf(href, sizeof(href), "contests/%s/problems/%s/statement?language=%s",
		        contest, problem, pg_text(res, i, "language"));
		json_array_append_new(
		        list, json_pack("{s:s, s:s, s:s}", "href", href, "mime",
		                      mime_of(pg_text(res, i, "format")), "filename", "statement"));
	}
	return list;
}

static json_t *problem_json(const struct listing *l, const struct contest_problem *p)
{
	int64_t tests = 0;
	json_t *o = NULL;

	for (int i = 0; i < PQntuples(l->counts); i++)
		if (strcmp(pg_text(l->counts, i, "problem_id"), p->id) == 0)
			tests = pg_int(l->counts, i, "tests");
	o = shape_problem(p, tests);
	shape_set(o, "statement", statement_ref(l->contest.id, p->id, l->statements));
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

int handle_statement(struct request *rq, struct reply *rp, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	const struct contest_problem *p = find_problem(rq, err);
	const char *language = request_query(rq, "language");

	if (!p || pg_run(rq->worker->pg, Q_API_STATEMENT, &res, err, p->id,
	                  pg_arg_int(&rq->arena, p->version), language ? language : "en") < 0)
		return err_result(err);
	if (PQntuples(res) == 0)
		return err_set(err, ERR_NOT_FOUND, "problem %s has no statement", p->label);
	reply_bytes(rp, res, mime_of(pg_text(res, 0, "format")));
	reply_header(rq, "Content-Language", "%s", pg_text(res, 0, "language"));
	reply_header(rq, "Content-Security-Policy", "sandbox; default-src 'none'; img-src 'self'");
	return 0;
}

/* Bytes as JSON: test data that is no UTF-8 gets replacement characters. */
static void add_bytes(struct buf *b, const PGresult *res, int row, const char *column)
{
	size_t len = 0;
	auto_free unsigned char *bytes = pg_bytes(res, row, column, &len);

	buf_add_json(b, bytes ? (const char *)bytes : "", len);
}

int handle_samples(struct request *rq, struct reply *rp, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	const struct contest_problem *p = find_problem(rq, err);

	if (!p || pg_run(rq->worker->pg, Q_API_SAMPLES, &res, err, p->id,
	                  pg_arg_int(&rq->arena, p->version)) < 0)
		return err_result(err);
	buf_adds(&rp->body, "[");
	for (int i = 0; i < PQntuples(res); i++) {
		const char *name = pg_text(res, i, "name");

		buf_adds(&rp->body, i ? ",{\"name\":" : "{\"name\":");
		buf_add_json(&rp->body, name, strlen(name));
		buf_adds(&rp->body, ",\"input\":");
		add_bytes(&rp->body, res, i, "input");
		buf_adds(&rp->body, ",\"answer\":");
		add_bytes(&rp->body, res, i, "answer");
		buf_adds(&rp->body, "}");
	}
	buf_adds(&rp->body, "]");
	return 0;
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
