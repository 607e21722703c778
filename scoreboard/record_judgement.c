/* record_judgement.c -- a decision on a submission, and taking one back (rejudge).
 *
 * Both move one team's cell of one problem, and perhaps who was first. The state before needs no
 * second look at the database: it is the same facts with the submission's other verdict. So what
 * the public's bytes were and are is compared exactly, and an event whose public part would say
 * nothing new (hidden by the freeze, or a JE) has none. */
#include "scoreboard/record_write.h"

#include <assert.h>

enum { MAX_MESSAGE = 3900, MAX_FAULT = 1000 };

/* ---------------------------------------------------------------- first to solve */

struct first_args {
	const struct contest *c;
	const struct sub *sub;
	enum verdict before, after; /* of the submission */
};

/* The earliest instant that is still hidden, or INT64_MAX. */
static int64_t hidden_since(const struct contest *c)
{
	int64_t since = INT64_MAX;

	for (size_t i = 0; i < c->nfreezes; i++) {
		if (!c->freezes[i].thawed_ms && c->freezes[i].from_ms < since)
			since = c->freezes[i].from_ms;
	}
	return since;
}

/* Walks the others and the submission itself in order of submission. */
static struct first walk_first(
        const PGresult *r, const struct first_args *f, enum verdict own, enum view_of v)
{
	struct first first = {.problem = f->sub->problem, .sort_group = f->sub->team->sort_group};
	struct sub mine = *f->sub;
	bool fed = false;

	mine.fact.verdict = own;
	for (int row = 0; row < PQntuples(r); row++) {
		struct contest_team team = {.id = pg_text(r, row, "team_id")};
		struct sub other = {.team = &team,
		        .fact = {.ordinal = pg_int(r, row, "ordinal")},
		        .submitted_ms = pg_int(r, row, "submitted_ms"),
		        .counts = true};

		if (verdict_parse(pg_text(r, row, "verdict"), &other.fact.verdict) < 0)
			continue; /* the SQL enum has no other */
		if (!fed && other.fact.ordinal > mine.fact.ordinal) {
			facts_first_step(&first, f->c, &mine, v);
			fed = true;
		}
		facts_first_step(&first, f->c, &other, v);
	}
	if (!fed)
		facts_first_step(&first, f->c, &mine, v);
	return first;
}

static int find_first(struct pg *pg, struct arena *a, const struct first_args *f,
        struct record_change *ch, struct err *err)
{
	auto_pgresult PGresult *r = NULL;
	int64_t since = hidden_since(f->c);

	if (!facts_may_be_first(f->sub->team))
		return 0;
	if (pg_run(pg, Q_RECORD_FIRST, &r, err, f->c->id, f->sub->problem->id,
	            pg_arg_int(a, f->sub->team->sort_group), f->sub->id,
	            since == INT64_MAX ? NULL : pg_arg_int(a, since)) < 0)
		return err_result(err);
	for (enum view_of v = VIEW_JURY; v < VIEW_COUNT; v++) {
		struct first before = walk_first(r, f, f->before, v);
		struct first after = walk_first(r, f, f->after, v);

		if (before.team_id)
			before.team_id = arena_strdup(a, before.team_id);
		if (after.team_id)
			after.team_id = arena_strdup(a, after.team_id);
		ch->first_before[v] = before;
		ch->first_after[v] = after;
	}
	return 0;
}

/* ---------------------------------------------------------------- one submission's change */

struct subject {
	const char *kind, *submission_id, *judgement_id, *language_id, *actor, *reason;
	const struct contest_team *team;
	const struct contest_problem *problem;
	enum verdict verdict;
};

static void set_text(json_t *o, const char *name, const char *s)
{
	if (s && *s)
		json_object_set_new(o, name, json_string(s));
}

static json_t *subject_json(const struct subject *s)
{
	json_t *o = json_object();

	set_text(o, "submission", s->submission_id);
	set_text(o, "judgement", s->judgement_id);
	set_text(o, "team", s->team->id);
	set_text(o, "problem", s->problem->id);
	set_text(o, "language", s->language_id);
	set_text(o, "verdict", verdict_id(s->verdict));
	set_text(o, "actor", s->actor);
	set_text(o, "reason", s->reason);
	return o;
}

struct fact_change {
	const struct contest *c;
	const struct facts *facts;
	struct sub *sub; /* with its verdict as it is now */
	struct fact before;
	struct log_head *head;
};

static int compute_change(struct pg *pg, struct arena *a, const struct fact_change *fc,
        struct record_change *ch, struct err *err)
{
	struct sub *sub = fc->sub;
	struct fact after = sub->fact;
	struct first_args f = {fc->c, sub, fc->before.verdict, after.verdict};

	*ch = (struct record_change){.c = fc->c, .team = sub->team, .problem = sub->problem};
	sub->fact = fc->before;
	record_views(fc->c, sub->team, fc->facts, a, ch->before);
	sub->fact = after;
	record_views(fc->c, sub->team, fc->facts, a, ch->after);
	return find_first(pg, a, &f, ch, err);
}

/* Cells, then the event. */
static int write_change(struct pg *pg, struct arena *a, const struct fact_change *fc,
        const struct subject *s, struct err *err)
{
	struct record_change ch;
	struct record_cell cell;
	json_auto_t *subject = subject_json(s);
	json_auto_t *jury = NULL;
	json_auto_t *public_part = NULL;
	struct event_draft d = {.kind = s->kind,
	        .submission_id = s->submission_id,
	        .contest_time_ms = contest_time_at(fc->c, fc->head->now_ms)};

	if (compute_change(pg, a, fc, &ch, err) < 0)
		return err_result(err);
	cell = record_change_cell(&ch);
	if (record_put_cells(pg, fc->c->id, &cell, 1, err) < 0)
		return err_result(err);
	jury = record_change_part(&ch, VIEW_JURY);
	public_part = record_change_part(&ch, VIEW_PUBLIC);
	d.subject = subject;
	d.jury = jury;
	d.public_part = public_part;
	return event_append(pg, a, fc->c->id, fc->head, &d, NULL, err);
}

/* The contest under its lock and all submissions of one team; *sub is the one. */
struct loaded {
	struct log_head head;
	struct contest c;
	struct facts facts;
	struct sub *sub;
};

static int load_team(
        struct pg *pg, struct arena *a, const struct claim *who, struct loaded *l, struct err *err)
{
	struct contest_some some = {.teams = &who->team_id, .n = 1};
	struct facts_want want = {.only = &some};

	if (contest_load_some(pg, a, who->contest_id, &some, &l->c, err) < 0 ||
	        facts_load(pg, a, &l->c, &want, &l->facts, err) < 0)
		return err_result(err);
	l->sub = l->c.nteams ? facts_find(&l->facts.teams[0], who->submission_id) : NULL;
	if (!l->sub)
		return err_set(err, ERR_BUG, "submission %.40s is not among its team's",
		        who->submission_id);
	return 0;
}

/* ---------------------------------------------------------------- judgement */

/* 1 when the attempt is the current one. */
static int finish(struct pg *pg, struct arena *a, const struct claim *claim,
        const struct decision *d, struct err *err)
{
	auto_pgresult PGresult *r = NULL;

	if (pg_run(pg, Q_RECORD_FINISH, &r, err, claim->judgement_id, pg_arg_int(a, claim->attempt),
	            verdict_id(d->verdict), pg_arg_int(a, d->points_milli),
	            pg_arg_int(a, d->time_ms), pg_arg_int(a, d->memory_kib),
	            pg_arg_int(a, d->tests_total), record_clean(a, d->fault, MAX_FAULT)) < 0)
		return err_result(err);
	return pg_bool(r, 0, "recorded");
}

enum { RUN_COLUMNS = 8 };

static void run_fields(struct arena *a, const struct run *run, const char *out[RUN_COLUMNS])
{
	out[0] = pg_arg_int(a, run->ordinal);
	out[1] = verdict_id(run->verdict);
	out[2] = pg_arg_int(a, run->time_ms);
	out[3] = pg_arg_int(a, run->wall_ms);
	out[4] = pg_arg_int(a, run->memory_kib);
	out[5] = pg_arg_int(a, run->exit_code);
	out[6] = run->signal ? pg_arg_int(a, run->signal) : NULL;
	out[7] = record_clean(a, run->message, MAX_MESSAGE);
}

static int add_runs(struct pg *pg, const struct claim *claim, const struct decision *d,
        int64_t contest_ms, struct err *err)
{
	auto_arena struct arena a = {0};
	const char *args[2 + RUN_COLUMNS] = {claim->judgement_id};
	const char **columns[RUN_COLUMNS];

	if (d->nruns == 0)
		return 0;
	for (size_t k = 0; k < RUN_COLUMNS; k++)
		columns[k] = arena_alloc(&a, d->nruns * sizeof(const char *));
	for (size_t i = 0; i < d->nruns; i++) {
		const char *row[RUN_COLUMNS];

		run_fields(&a, &d->runs[i], row);
		for (size_t k = 0; k < RUN_COLUMNS; k++)
			columns[k][i] = row[k];
	}
	for (size_t k = 0; k < RUN_COLUMNS; k++)
		args[1 + k] = pg_arg_array(&a, columns[k], d->nruns);
	args[1 + RUN_COLUMNS] = pg_arg_int(&a, contest_ms);
	return pg_query(pg, Q_RECORD_RUNS, args, NULL, err);
}

static int add_output(
        struct pg *pg, const struct claim *claim, const struct decision *d, struct err *err)
{
	auto_arena struct arena a = {0};

	if (!d->compile_output)
		return 0;
	return pg_run(pg, Q_RECORD_OUTPUT, NULL, err, claim->judgement_id, claim->month,
	        pg_arg_bytes(&a, d->compile_output, d->compile_output_len),
	        pg_arg_bool(d->compile_output_cut));
}

static int judge_event(struct pg *pg, struct arena *a, const struct claim *claim, struct loaded *l,
        struct err *err)
{
	struct fact_change fc = {.c = &l->c,
	        .facts = &l->facts,
	        .sub = l->sub,
	        .before = l->sub->fact,
	        .head = &l->head};
	struct subject s = {.kind = "judgement",
	        .submission_id = claim->submission_id,
	        .judgement_id = claim->judgement_id,
	        .language_id = claim->language_id,
	        .team = l->sub->team,
	        .problem = l->sub->problem,
	        .verdict = l->sub->fact.verdict};

	fc.before.verdict = VERDICT_NONE;
	fc.before.points_milli = 0;
	return write_change(pg, a, &fc, &s, err);
}

static int judge(struct pg *pg, struct arena *a, const struct claim *claim,
        const struct decision *d, struct err *err)
{
	struct loaded l;
	bool valid;
	int current;

	if (event_lock(pg, a, claim->contest_id, &l.head, err) < 0)
		return err_result(err);
	current = finish(pg, a, claim, d, err);
	if (current <= 0)
		return current;
	if (load_team(pg, a, claim, &l, err) < 0)
		return err_result(err);
	if (add_runs(pg, claim, d, contest_time_at(&l.c, l.head.now_ms), err) < 0 ||
	        add_output(pg, claim, d, err) < 0)
		return err_result(err);
	valid = l.sub->judgement_id && strcmp(l.sub->judgement_id, claim->judgement_id) == 0;
	if (!valid || !l.sub->counts)
		return 1; /* of no board: practice, ignored, or a rejudging not applied */
	if (judge_event(pg, a, claim, &l, err) < 0)
		return err_result(err);
	return 1;
}

int record_judgement(struct pg *pg, struct arena *a, const struct claim *claim,
        const struct decision *d, struct err *err)
{
	int recorded;

	assert(d->verdict > VERDICT_NONE && d->verdict < VERDICT_COUNT);
	if (pg_begin(pg, err) < 0)
		return err_result(err);
	recorded = record_end(pg, judge(pg, a, claim, d, err), err);
	if (recorded < 0)
		return err_wrap(err, "record judgement %.50s", claim->judgement_id);
	return recorded;
}

/* ---------------------------------------------------------------- rejudge */

struct rejudge {
	struct claim who; /* contest, team and submission only */
	const char *actor, *reason, *judgement_id;
};

static int find_submission(struct pg *pg, struct arena *a, struct rejudge *rj, struct err *err)
{
	auto_pgresult PGresult *r = NULL;

	if (pg_run(pg, Q_RECORD_CONTEST_OF, &r, err, rj->who.submission_id) < 0)
		return err_result(err);
	if (PQntuples(r) == 0)
		return err_set(
		        err, ERR_NOT_FOUND, "no such submission: \"%.40s\"", rj->who.submission_id);
	rj->who.contest_id = arena_strdup(a, pg_text(r, 0, "contest_id"));
	rj->who.team_id = arena_strdup(a, pg_text(r, 0, "team_id"));
	rj->who.language_id = arena_strdup(a, pg_text(r, 0, "language_id"));
	return 0;
}

static int add_judgement(struct pg *pg, struct arena *a, struct rejudge *rj, struct err *err)
{
	auto_pgresult PGresult *r = NULL;

	if (pg_run(pg, Q_RECORD_REJUDGE, &r, err, rj->who.submission_id) < 0)
		return err_result(err);
	rj->judgement_id = arena_strdup(a, pg_text(r, 0, "id"));
	return 0;
}

static int rejudge_event(
        struct pg *pg, struct arena *a, const struct rejudge *rj, struct loaded *l, struct err *err)
{
	struct fact_change fc = {.c = &l->c,
	        .facts = &l->facts,
	        .sub = l->sub,
	        .before = l->sub->fact,
	        .head = &l->head};
	struct subject s = {.kind = "rejudge",
	        .submission_id = l->sub->id,
	        .judgement_id = rj->judgement_id,
	        .language_id = rj->who.language_id,
	        .actor = rj->actor,
	        .reason = rj->reason,
	        .team = l->sub->team,
	        .problem = l->sub->problem};

	l->sub->fact.verdict = VERDICT_NONE;
	l->sub->fact.points_milli = 0;
	return write_change(pg, a, &fc, &s, err);
}

static int rejudge(struct pg *pg, struct arena *a, struct rejudge *rj, struct err *err)
{
	struct record_audit au = {.actor = rj->actor, .action = "rejudge", .reason = rj->reason};
	struct loaded l;

	if (find_submission(pg, a, rj, err) < 0 ||
	        event_lock(pg, a, rj->who.contest_id, &l.head, err) < 0 ||
	        load_team(pg, a, &rj->who, &l, err) < 0 || add_judgement(pg, a, rj, err) < 0)
		return err_result(err);
	if (l.sub->counts && rejudge_event(pg, a, rj, &l, err) < 0)
		return err_result(err);
	au.contest_id = rj->who.contest_id;
	au.subject = rj->who.submission_id;
	return record_audit(pg, &au, err);
}

/* NOLINTNEXTLINE(readability-function-size): who, why and what, and the usual three */
int record_rejudge(struct pg *pg, struct arena *a, const char *submission_id, const char *actor,
        const char *reason, const char **judgement_id, struct err *err)
{
	struct rejudge rj = {
	        .who = {.submission_id = submission_id}, .actor = actor, .reason = reason};

	if (pg_begin(pg, err) < 0 || record_end(pg, rejudge(pg, a, &rj, err), err) < 0)
		return err_result(err);
	*judgement_id = rj.judgement_id;
	return 0;
}
