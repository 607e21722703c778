/* record_jury.c -- a person's word about one submission: ignored or counted again, confirmed,
 * overridden. Each is a change of one submission (record_change.h); who and why stand in the event
 * for the jury and in the audit log.
 *
 * While a contest holds verdicts for confirmation, facts.c shows the held ones as pending to every
 * viewer; confirming makes them count. An override needs no confirmation: a person made it. */
#include "scoreboard/record_change.h"
#include "scoreboard/record_life.h"

struct word {
	struct claim who; /* contest, team and submission only */
	const struct why *why;
	const char *kind, *audit;
	const char *judgement_id;
	enum verdict verdict;
	json_t *more; /* of the audit row */
};

static int begin(
        struct pg *pg, struct arena *a, struct word *w, struct record_loaded *l, struct err *err)
{
	if (record_find_submission(pg, a, &w->who, err) < 0 ||
	        event_lock(pg, a, w->who.contest_id, &l->head, err) < 0 ||
	        record_load_team(pg, a, &w->who, l, err) < 0)
		return err_result(err);
	return l->sub->practice ? 0 : record_check_open(&l->c, l->head.now_ms, err);
}

/* An event even when no board changes (practice, ignored): the log says what was decided. */
static int finish(struct pg *pg, struct arena *a, const struct word *w, struct record_loaded *l,
        struct err *err)
{
	struct record_subject s = {.kind = w->kind,
	        .submission_id = w->who.submission_id,
	        .judgement_id = w->judgement_id,
	        .language_id = w->who.language_id,
	        .actor = w->why->actor,
	        .reason = w->why->reason,
	        .team = l->sub->team,
	        .problem = l->sub->problem,
	        .verdict = w->verdict};
	struct record_audit au = {.actor = w->why->actor,
	        .action = w->audit,
	        .contest_id = w->who.contest_id,
	        .subject = w->who.submission_id,
	        .reason = w->why->reason,
	        .more = w->more};

	if (record_change_write(pg, a, l, &s, err) < 0)
		return err_result(err);
	return record_audit(pg, &au, err);
}

/* ---------------------------------------------------------------- ignore */

static int ignore(struct pg *pg, struct arena *a, struct word *w, bool on, struct err *err)
{
	struct record_loaded l;

	if (begin(pg, a, w, &l, err) < 0 ||
	        pg_run(pg, Q_RECORD_IGNORE, NULL, err, w->who.submission_id, pg_arg_bool(on)) < 0)
		return err_result(err);
	w->judgement_id = l.sub->judgement_id;
	w->verdict = l.sub->fact.verdict;
	l.sub->counts = !on && !l.sub->practice;
	return finish(pg, a, w, &l, err);
}

int record_ignore(
        struct pg *pg, struct arena *a, const struct submission_word *s, bool on, struct err *err)
{
	struct word w = {.who = {.submission_id = s->submission_id},
	        .why = &s->why,
	        .kind = "ignore",
	        .audit = on ? "submission.ignore" : "submission.count"};

	if (pg_begin(pg, err) < 0)
		return err_result(err);
	return record_end(pg, ignore(pg, a, &w, on, err), err);
}

/* ---------------------------------------------------------------- confirm */

static int confirm(struct pg *pg, struct arena *a, struct word *w, struct err *err)
{
	auto_pgresult PGresult *r = NULL;
	struct record_loaded l;

	if (begin(pg, a, w, &l, err) < 0 ||
	        pg_run(pg, Q_RECORD_CONFIRM, &r, err, w->who.submission_id, w->why->actor) < 0)
		return err_result(err);
	if (verdict_parse(pg_text(r, 0, "verdict"), &l.sub->fact.verdict) < 0)
		return err_set(err, ERR_BUG, "unknown verdict");
	l.sub->fact.points_milli = pg_int(r, 0, "points_milli");
	w->judgement_id = l.sub->judgement_id;
	w->verdict = l.sub->fact.verdict;
	return finish(pg, a, w, &l, err);
}

int record_confirm(struct pg *pg, struct arena *a, const struct submission_word *s, struct err *err)
{
	struct word w = {.who = {.submission_id = s->submission_id},
	        .why = &s->why,
	        .kind = "confirm",
	        .audit = "submission.confirm"};

	if (pg_begin(pg, err) < 0)
		return err_result(err);
	return record_end(pg, confirm(pg, a, &w, err), err);
}

/* ---------------------------------------------------------------- pause */

static int pause_judging(struct pg *pg, const struct pause *p, struct err *err)
{
	const char *subject = p->problem_id ? p->problem_id : p->language_id;
	const char *kind = p->problem_id ? "problem" : "language";
	json_auto_t *more = NULL;
	struct record_audit au = {.actor = p->why.actor,
	        .action = p->on ? "judging.pause" : "judging.resume",
	        .contest_id = p->contest_id,
	        .subject = subject ? subject : p->host,
	        .reason = p->why.reason};

	more = json_pack("{s:s}", "kind", p->host ? "host" : kind);
	au.more = more;
	if (pg_run(pg, Q_JUDGING_PAUSE, NULL, err, p->contest_id, p->problem_id, p->language_id,
	            p->host, pg_arg_bool(p->on)) < 0)
		return err_result(err);
	return record_audit(pg, &au, err);
}

int record_pause(struct pg *pg, const struct pause *p, struct err *err)
{
	if (!!p->problem_id + !!p->language_id + !!p->host != 1 || !p->problem_id != !p->contest_id)
		return err_set(err, ERR_INPUT,
		        "name one of: a contest and its problem, a language, a judge host");
	if (pg_begin(pg, err) < 0)
		return err_result(err);
	return record_end(pg, pause_judging(pg, p, err), err);
}

/* ---------------------------------------------------------------- override */

static int check_verdict(const struct contest *c, enum verdict v, struct err *err)
{
	if (v != VERDICT_MLE || !c->icpc_verdicts)
		return 0;
	return err_set(
	        err, ERR_INPUT, "contest %.40s has ICPC's own verdicts: not MLE but RTE", c->id);
}

static int override_verdict(
        struct pg *pg, struct arena *a, struct word *w, int64_t points, struct err *err)
{
	auto_pgresult PGresult *r = NULL;
	struct record_loaded l;

	if (begin(pg, a, w, &l, err) < 0 || check_verdict(&l.c, w->verdict, err) < 0 ||
	        pg_run(pg, Q_RECORD_OVERRIDE, &r, err, w->who.submission_id, verdict_id(w->verdict),
	                pg_arg_int(a, points), w->why->actor, w->why->reason) < 0)
		return err_result(err);
	w->judgement_id = arena_strdup(a, pg_text(r, 0, "id"));
	l.sub->judgement_id = w->judgement_id;
	l.sub->fact.verdict = w->verdict;
	l.sub->fact.points_milli = points;
	l.sub->fact.subtasks = NULL;
	return finish(pg, a, w, &l, err);
}

int record_override(struct pg *pg, struct arena *a, const struct submission_word *s,
        const struct override *o, struct err *err)
{
	struct word w = {.who = {.submission_id = s->submission_id},
	        .why = &s->why,
	        .kind = "override",
	        .audit = "submission.override",
	        .verdict = o->verdict};
	json_auto_t *more = json_pack("{s:s}", "verdict", verdict_id(o->verdict));

	w.more = more;
	if (o->verdict == VERDICT_NONE || o->verdict == VERDICT_JE)
		return err_set(err, ERR_INPUT, "an override must be a verdict that counts");
	if (pg_begin(pg, err) < 0)
		return err_result(err);
	return record_end(pg, override_verdict(pg, a, &w, o->points_milli, err), err);
}
