/* record_outside.c -- see the header. Both are changes of one submission (record_change.h), which
 * differ from a live one in two things: the time of submission is the caller's, and the verdict
 * comes without runs, from no judge of ours. */
#include "scoreboard/record_outside.h"

#include "base/clock.h"
#include "scoreboard/record_change.h"

/* ---------------------------------------------------------------- submission */

static int insert(struct pg *pg, struct arena *a, const struct log_head *head,
        const struct outside_submission *s, struct err *err)
{
	char at[CLOCK_TEXT_SIZE];

	clock_format_time(s->at_ms, at);
	return pg_run(pg, Q_OUTSIDE_SUBMISSION, NULL, err, s->contest_id,
	        pg_arg_int(a, head->submission_ordinal + 1), s->id, s->account_id, s->team_id,
	        s->problem_id, s->language_id, at, pg_arg_int(a, s->contest_time_ms));
}

static int submit(
        struct pg *pg, struct arena *a, const struct outside_submission *s, struct err *err)
{
	struct claim who = {
	        .submission_id = s->id, .contest_id = s->contest_id, .team_id = s->team_id};
	struct record_subject subject = {.kind = "submission",
	        .submission_id = s->id,
	        .language_id = s->language_id,
	        .actor = s->account_id};
	struct record_loaded l;

	if (event_lock(pg, a, s->contest_id, &l.head, err) < 0 ||
	        insert(pg, a, &l.head, s, err) < 0 || record_load_team(pg, a, &who, &l, err) < 0)
		return err_result(err);
	l.before.counts = false; /* it was not there */
	subject.team = l.sub->team;
	subject.problem = l.sub->problem;
	return record_change_write(pg, a, &l, &subject, err);
}

int record_outside_submission(struct pg *pg, const struct outside_submission *s, struct err *err)
{
	auto_arena struct arena a = {0};

	if (pg_begin(pg, err) < 0)
		return err_result(err);
	return record_end(pg, submit(pg, &a, s, err), err);
}

/* ---------------------------------------------------------------- judgement */

static int decide(
        struct pg *pg, struct arena *a, const struct outside_judgement *j, struct err *err)
{
	auto_pgresult PGresult *r = NULL;
	struct claim who = {.submission_id = j->submission_id};
	struct record_subject subject = {
	        .kind = "judgement", .submission_id = j->submission_id, .verdict = j->verdict};
	struct record_loaded l;

	if (record_find_submission(pg, a, &who, err) < 0 ||
	        event_lock(pg, a, who.contest_id, &l.head, err) < 0 ||
	        record_load_team(pg, a, &who, &l, err) < 0 ||
	        pg_run(pg, Q_OUTSIDE_JUDGEMENT, &r, err, j->submission_id, verdict_id(j->verdict),
	                pg_arg_int(a, j->points_milli),
	                j->time_ms >= 0 ? pg_arg_int(a, j->time_ms) : NULL, j->subtasks) < 0)
		return err_result(err);
	l.sub->judgement_id = arena_strdup(a, pg_text(r, 0, "id"));
	l.sub->fact.verdict = j->verdict;
	l.sub->fact.points_milli = j->points_milli;
	l.sub->fact.subtasks = j->subtasks;
	subject.judgement_id = l.sub->judgement_id;
	subject.language_id = who.language_id;
	subject.team = l.sub->team;
	subject.problem = l.sub->problem;
	return record_change_write(pg, a, &l, &subject, err);
}

int record_outside_judgement(struct pg *pg, const struct outside_judgement *j, struct err *err)
{
	auto_arena struct arena a = {0};

	if (pg_begin(pg, err) < 0)
		return err_result(err);
	return record_end(pg, decide(pg, &a, j, err), err);
}
