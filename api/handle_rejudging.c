/* handle_rejudging.c -- rejudgings as sets: the jury may look, an admin makes, applies, discards
 * and undoes them (scoreboard/rejudging.h). */
#include "api/access.h"
#include "api/app.h"
#include "api/route.h"
#include "base/json.h"
#include "base/log.h"
#include "model/submission.h"
#include "scoreboard/catchup.h"
#include "scoreboard/rejudging.h"

static struct rejudging_by by_of(const struct request *rq)
{
	return (struct rejudging_by){.contest_id = rq->params[0], .actor = rq->who.account_id};
}

/* The body, which may be missing; its members must be in the list. */
static int read_body(
        const struct request *rq, const char *const *members, json_t **body, struct err *err)
{
	if (rq->body.len == 0) {
		*body = json_object();
		return 0;
	}
	if (request_json(rq, body, err) < 0)
		return err_result(err);
	return json_only(*body, members, err);
}

static int reply_set(struct request *rq, const char *id, struct reply *rp, struct err *err)
{
	json_t *o = NULL;

	if (rejudging_show(rq->worker->pg, rq->params[0], id, &o, err) < 0)
		return err_result(err);
	return reply_json(rp, o);
}

static int reply_new(
        struct request *rq, const struct rejudging_new *set, struct reply *rp, struct err *err)
{
	struct err later = {0};

	log_info("rejudging.made", "id=%s contest=%s submissions=%lld account=%s", set->id,
	        rq->params[0], (long long)set->total, rq->who.account_id);
	if (submission_ring(rq->worker->kv, (size_t)set->total, &later) < 0)
		log_warn("ring.failed", "rejudging=%s error=\"%s\"", set->id, later.msg);
	rp->status = MHD_HTTP_CREATED;
	reply_header(rq, "Location", "/api/contests/%s/rejudgings/%s", rq->params[0], set->id);
	return reply_set(rq, set->id, rp, err);
}

int handle_rejudgings(struct request *rq, struct reply *rp, struct err *err)
{
	struct contest c;
	json_t *list = NULL;

	if (access_request(rq, false, &c, err) < 0 ||
	        rejudging_list(rq->worker->pg, c.id, &list, err) < 0)
		return err_result(err);
	return reply_json(rp, list);
}

int handle_rejudging(struct request *rq, struct reply *rp, struct err *err)
{
	return reply_set(rq, rq->params[1], rp, err);
}

int handle_rejudging_create(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const members[] = {"filter", "reason", "same_version", NULL};
	json_auto_t *body = NULL;
	struct rejudging_by by = by_of(rq);
	struct rejudging_new set = {0};

	if (read_body(rq, members, &body, err) < 0 ||
	        json_get_string(body, "reason", REJUDGING_REASON_MAX, &by.reason, err) < 0 ||
	        json_opt_bool(body, "same_version", false, &set.same_version, err) < 0)
		return err_result(err);
	set.filter = json_object_get(body, "filter");
	if (rejudging_create(rq->worker->pg, &rq->arena, &by, &set, err) < 0)
		return err_result(err);
	return reply_new(rq, &set, rp, err);
}

int handle_rejudging_undo(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const members[] = {"reason", NULL};
	json_auto_t *body = NULL;
	struct rejudging_by by = by_of(rq);
	struct rejudging_new set = {0};

	if (read_body(rq, members, &body, err) < 0 ||
	        json_get_string(body, "reason", REJUDGING_REASON_MAX, &by.reason, err) < 0 ||
	        rejudging_undo(rq->worker->pg, &rq->arena, &by, rq->params[1], &set, err) < 0)
		return err_result(err);
	return reply_new(rq, &set, rp, err);
}

int handle_rejudging_apply(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const members[] = {"keep_failed", NULL};
	json_auto_t *body = NULL;
	const struct rejudging_by by = by_of(rq);
	struct err later = {0};
	bool keep_failed = false;

	if (read_body(rq, members, &body, err) < 0 ||
	        json_opt_bool(body, "keep_failed", false, &keep_failed, err) < 0 ||
	        rejudging_apply(rq->worker->pg, &by, rq->params[1], keep_failed, err) < 0)
		return err_result(err);
	log_info("rejudging.applied", "id=%s contest=%s account=%s", rq->params[1], rq->params[0],
	        rq->who.account_id);
	if (catchup_run(rq->worker->pg, rq->worker->kv, rq->params[0], &later) < 0)
		log_warn("catchup.failed", "contest=%s error=\"%s\"", rq->params[0], later.msg);
	return reply_set(rq, rq->params[1], rp, err);
}

int handle_rejudging_discard(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const members[] = {NULL};
	json_auto_t *body = NULL;
	const struct rejudging_by by = by_of(rq);

	if (read_body(rq, members, &body, err) < 0 ||
	        rejudging_discard(rq->worker->pg, &by, rq->params[1], err) < 0)
		return err_result(err);
	log_info("rejudging.discarded", "id=%s contest=%s account=%s", rq->params[1], rq->params[0],
	        rq->who.account_id);
	return reply_set(rq, rq->params[1], rp, err);
}
