/* handle_submission.c -- submissions, judgements and runs as each viewer may see them: a team its
 * own, the jury all, the public none (the public's view is the board). */
#include "api/access.h"
#include "api/app.h"
#include "api/base64.h"
#include "api/route.h"
#include "api/submission_shape.h"
#include "api/submission_view.h"
#include "base/json.h"
#include "base/log.h"
#include "model/submission.h"
#include "scoreboard/catchup.h"
#include "scoreboard/record.h"

enum { REASON_MAX = 500 };

/* What a list asks for: contest, and the team it is restricted to. */
struct scope {
	struct contest contest;
	struct eyes eyes;
	const char *team; /* NULL: all */
	bool nothing;     /* for the public */
};

static int scope_of(struct request *rq, struct scope *s, struct err *err)
{
	enum viewer viewer = access_viewer(&rq->who);

	*s = (struct scope){0};
	if (access_request(rq, false, &s->contest, err) < 0)
		return err_result(err);
	s->eyes = (struct eyes){&s->contest, viewer, rq->who.team_id};
	s->nothing = viewer == VIEWER_PUBLIC;
	s->team = viewer == VIEWER_JURY ? request_query(rq, "team_id") : rq->who.team_id;
	return 0;
}

int handle_submissions(struct request *rq, struct reply *rp, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	struct scope s;
	json_t *list = NULL;

	if (scope_of(rq, &s, err) < 0)
		return err_result(err);
	if (s.nothing)
		return reply_json(rp, json_array());
	if (pg_run(rq->worker->pg, Q_API_SUBMISSIONS, &res, err, s.contest.id, s.team, NULL,
	            request_query(rq, "problem_id")) < 0)
		return err_result(err);
	list = json_array();
	for (int i = 0; i < PQntuples(res); i++)
		json_array_append_new(list, shape_submission(&s.eyes, res, i));
	return reply_json(rp, list);
}

/* The row of {sid}, if it is of this contest and the viewer may see it. */
static int find_one(struct request *rq, struct scope *s, PGresult **res, struct err *err)
{
	if (scope_of(rq, s, err) < 0)
		return err_result(err);
	if (!s->nothing && pg_run(rq->worker->pg, Q_API_SUBMISSIONS, res, err, s->contest.id,
	                           s->team, rq->params[1], NULL) < 0)
		return err_result(err);
	if (s->nothing || PQntuples(*res) == 0)
		return err_set(err, ERR_NOT_FOUND, "no such submission: \"%s\"", rq->params[1]);
	return 0;
}

int handle_submission(struct request *rq, struct reply *rp, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	struct scope s;

	if (find_one(rq, &s, &res, err) < 0)
		return err_result(err);
	return reply_json(rp, shape_submission(&s.eyes, res, 0));
}

/* Text when it is UTF-8 without NUL, else base64. */
static json_t *file_json(const struct submission_file *f)
{
	json_t *o = json_pack("{s:s}", "filename", f->name);
	json_t *text = memchr(f->data, '\0', f->len) ? NULL : json_stringn(f->data, f->len);
	auto_buf struct buf b = {0};

	if (text) {
		shape_set(o, "text", text);
		return o;
	}
	base64_encode(&b, f->data, f->len);
	shape_set(o, "base64", json_stringn(b.data ? b.data : "", b.len));
	return o;
}

int handle_source(struct request *rq, struct reply *rp, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	struct scope s;
	struct submission_file *files = NULL;
	size_t n = 0;
	json_t *list = NULL;

	if (find_one(rq, &s, &res, err) < 0 ||
	        submission_files(rq->worker->pg, &rq->arena, rq->params[1], &files, &n, err) < 0)
		return err_result(err);
	list = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, file_json(&files[i]));
	return reply_json(rp, json_pack("{s:o}", "files", list));
}

int handle_judgements(struct request *rq, struct reply *rp, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	struct scope s;
	json_t *list = NULL;

	if (scope_of(rq, &s, err) < 0)
		return err_result(err);
	if (s.nothing)
		return reply_json(rp, json_array());
	if (pg_run(rq->worker->pg, Q_API_JUDGEMENTS, &res, err, s.contest.id, s.team,
	            request_query(rq, "submission_id")) < 0)
		return err_result(err);
	list = json_array();
	for (int i = 0; i < PQntuples(res); i++)
		if (s.eyes.viewer == VIEWER_JURY || pg_bool(res, i, "valid"))
			json_array_append_new(list, shape_judgement(&s.eyes, res, i));
	return reply_json(rp, list);
}

int handle_runs(struct request *rq, struct reply *rp, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	struct scope s;
	json_t *list = NULL;
	bool jury = false;

	if (scope_of(rq, &s, err) < 0)
		return err_result(err);
	jury = s.eyes.viewer == VIEWER_JURY;
	if (s.nothing || (!jury && strcmp(s.contest.show_runs, "verdicts") != 0))
		return reply_json(rp, json_array());
	if (pg_run(rq->worker->pg, Q_API_RUNS, &res, err, s.contest.id, s.team,
	            request_query(rq, "judgement_id"), pg_arg_bool(jury)) < 0)
		return err_result(err);
	list = json_array();
	for (int i = 0; i < PQntuples(res); i++)
		json_array_append_new(list, shape_run(&s.eyes, res, i));
	return reply_json(rp, list);
}

int handle_submission_own(struct request *rq, struct reply *rp, struct err *err)
{
	struct submission_view v;

	if (submission_view(rq->worker->pg, &rq->who, rq->params[0], &v, err) < 0) {
		buf_free(&v.body);
		return err_result(err);
	}
	rp->body = v.body;
	return 0;
}

int handle_test_file(struct request *rq, struct reply *rp, struct err *err)
{
	const struct submission_test_file f = {rq->params[0], rq->params[1], rq->params[2]};

	if (submission_test_file(rq->worker->pg, &rq->who, &f, &rp->body, err) < 0)
		return err_result(err);
	rp->type = "text/plain; charset=utf-8";
	reply_header(rq, "Content-Disposition", "attachment; filename=\"test-%s.%s\"", f.ordinal,
	        strcmp(f.part, "input") == 0 ? "in" : "ans");
	return 0;
}

int handle_rejudge(struct request *rq, struct reply *rp, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	json_auto_t *body = NULL;
	const char *reason = NULL;
	const char *judgement = NULL;
	struct worker *w = rq->worker;
	struct err later = {0};

	if (rq->body.len > 0 &&
	        (request_json(rq, &body, err) < 0 ||
	                json_opt_string(body, "reason", REASON_MAX, NULL, &reason, err) < 0))
		return err_result(err);
	if (pg_run(w->pg, Q_API_SUBMISSION, &res, err, rq->params[0]) < 0)
		return err_result(err);
	if (PQntuples(res) == 0)
		return err_set(err, ERR_NOT_FOUND, "no such submission: \"%s\"", rq->params[0]);
	if (record_rejudge(w->pg, &rq->arena, rq->params[0], rq->who.account_id, reason, &judgement,
	            err) < 0)
		return err_result(err);
	log_info("submission.rejudge", "id=%s judgement=%s account=%s", rq->params[0], judgement,
	        rq->who.account_id);
	if (submission_ring(w->kv, 1, &later) < 0 ||
	        catchup_run(w->pg, w->kv, pg_text(res, 0, "contest_id"), &later) < 0)
		log_warn("catchup.failed", "submission=%s error=\"%s\"", rq->params[0], later.msg);
	rp->status = MHD_HTTP_ACCEPTED;
	return reply_json(
	        rp, json_pack("{s:s, s:s}", "id", rq->params[0], "judgement_id", judgement));
}
