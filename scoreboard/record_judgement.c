/* record_judgement.c -- a decision on a submission, and taking one back (rejudge). Both are changes
 * of one submission (record_change.h). */
#include "base/json.h"
#include "base/log.h"
#include "scoreboard/record_change.h"

#include <assert.h>

enum {
	MAX_MESSAGE = 3900,
	MAX_TEAM_MESSAGE = 1024,
	MAX_TRANSCRIPT = 32 << 10,
	MAX_TRANSCRIPTS = 20, /* of one judgement: the first that failed */
	MAX_FAULT = 1000,
	MAX_FAULTS = 3
};

/* ---------------------------------------------------------------- judgement */

static json_t *group_json(const struct group_result *g)
{
	json_t *o = json_object();

	json_object_set_new(o, "name", json_string(g->name));
	json_object_set_new(o, "verdict",
	        g->verdict == VERDICT_NONE ? json_null() : json_string(verdict_id(g->verdict)));
	json_object_set_new(o, "points", g->scored ? json_integer(g->points_milli) : json_null());
	json_object_set_new(o, "points_max",
	        g->scored && g->bounded ? json_integer(g->max_milli) : json_null());
	return o;
}

/* NULL: the problem has no groups, or nothing was run. */
static const char *groups_text(struct arena *a, const struct decision *d)
{
	json_auto_t *list = json_array();
	auto_free char *text = NULL;

	if (d->ngroups == 0)
		return NULL;
	for (size_t i = 0; i < d->ngroups; i++)
		json_array_append_new(list, group_json(&d->groups[i]));
	text = json_dumps(list, JSON_COMPACT);
	return arena_strdup(a, text);
}

/* 1 when the attempt is the current one. */
static int finish(struct pg *pg, struct arena *a, const struct claim *claim,
        const struct decision *d, struct err *err)
{
	auto_pgresult PGresult *r = NULL;

	if (pg_run(pg, Q_RECORD_FINISH, &r, err, claim->judgement_id, pg_arg_int(a, claim->attempt),
	            verdict_id(d->verdict), pg_arg_int(a, d->points_milli),
	            pg_arg_int(a, d->time_ms), pg_arg_int(a, d->memory_kib),
	            pg_arg_int(a, d->tests_total), groups_text(a, d),
	            record_clean(a, d->fault, MAX_FAULT)) < 0)
		return err_result(err);
	return pg_bool(r, 0, "recorded");
}

enum { RUN_COLUMNS = 10 };

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
	out[8] = record_clean(a, run->team_message, MAX_TEAM_MESSAGE);
	out[9] = run->first_time_ms ? pg_arg_int(a, run->first_time_ms) : NULL;
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

enum { MAX_OUTPUTS = MAX_TRANSCRIPTS + 1 };

struct outputs {
	struct arena a;
	const char *kinds[MAX_OUTPUTS], *ordinals[MAX_OUTPUTS], *bodies[MAX_OUTPUTS],
	        *cuts[MAX_OUTPUTS];
	size_t n;
};

static void add_transcript(struct outputs *o, const struct run *run)
{
	const char *text = record_clean(&o->a, run->transcript, MAX_TRANSCRIPT);

	o->kinds[o->n] = "transcript";
	o->ordinals[o->n] = pg_arg_int(&o->a, run->ordinal);
	o->bodies[o->n] = pg_arg_bytes(&o->a, text, strlen(text));
	o->cuts[o->n++] = pg_arg_bool(run->transcript_cut);
}

/* One statement, and none for an ordinary judgement. */
static int add_outputs(
        struct pg *pg, const struct claim *claim, const struct decision *d, struct err *err)
{
	struct outputs o = {0};
	int r = 0;

	if (d->compile_output) {
		o.kinds[0] = "compile";
		o.ordinals[0] = "0";
		o.bodies[0] = pg_arg_bytes(&o.a, d->compile_output, d->compile_output_len);
		o.cuts[0] = pg_arg_bool(d->compile_output_cut);
		o.n = 1;
	}
	for (size_t i = 0; i < d->nruns && o.n < MAX_OUTPUTS; i++)
		if (d->runs[i].transcript)
			add_transcript(&o, &d->runs[i]);
	if (o.n > 0)
		r = pg_run(pg, Q_RECORD_OUTPUTS, NULL, err, claim->judgement_id, claim->month,
		        pg_arg_array(&o.a, o.kinds, o.n), pg_arg_array(&o.a, o.ordinals, o.n),
		        pg_arg_array(&o.a, o.bodies, o.n), pg_arg_array(&o.a, o.cuts, o.n));
	arena_free(&o.a);
	return r;
}

/* NOLINTNEXTLINE(readability-function-size): the claim, the decision, and the usual four */
static int judge_event(struct pg *pg, struct arena *a, const struct claim *claim,
        const struct decision *d, struct record_loaded *l, struct err *err)
{
	struct record_subject s = {.kind = "judgement",
	        .submission_id = claim->submission_id,
	        .judgement_id = claim->judgement_id,
	        .language_id = claim->language_id,
	        .team = l->sub->team,
	        .problem = l->sub->problem,
	        .verdict = d->verdict};

	l->before.fact.verdict = VERDICT_NONE;
	l->before.fact.points_milli = 0;
	return record_change_write(pg, a, l, &s, err);
}

/* A JE may be the one too many on its problem or in its language: what pauses now. */
static int pause_after_fault(struct pg *pg, const struct claim *claim, const struct decision *d,
        PGresult **paused, struct err *err)
{
	auto_arena struct arena a = {0};

	if (d->verdict != VERDICT_JE)
		return 0;
	return pg_run(pg, Q_RECORD_PAUSE_FAULTS, paused, err, claim->judgement_id,
	        pg_arg_int(&a, MAX_FAULTS));
}

/* An alarm: somebody must look, and resume it. */
static void tell_paused(const PGresult *paused)
{
	for (int i = 0; paused && i < PQntuples(paused); i++)
		log_error("judging.paused", "kind=%s contest=%s subject=%s judging_errors=%d",
		        pg_text(paused, i, "kind"), pg_text(paused, i, "contest_id"),
		        pg_text(paused, i, "subject"), (int)MAX_FAULTS);
}

static int judge(struct pg *pg, struct arena *a, const struct claim *claim,
        const struct decision *d, struct err *err)
{
	struct record_loaded l;
	bool valid;
	int current;

	if (event_lock(pg, a, claim->contest_id, &l.head, err) < 0)
		return err_result(err);
	current = finish(pg, a, claim, d, err);
	if (current <= 0)
		return current;
	if (record_load_team(pg, a, claim, &l, err) < 0)
		return err_result(err);
	if (add_runs(pg, claim, d, contest_time_at(&l.c, l.head.now_ms), err) < 0 ||
	        add_outputs(pg, claim, d, err) < 0)
		return err_result(err);
	valid = l.sub->judgement_id && strcmp(l.sub->judgement_id, claim->judgement_id) == 0;
	if (!valid || l.sub->practice)
		return 1; /* of no board: practice, or a rejudging not applied */
	if (judge_event(pg, a, claim, d, &l, err) < 0)
		return err_result(err);
	return 1;
}

int record_judgement(struct pg *pg, struct arena *a, const struct claim *claim,
        const struct decision *d, struct err *err)
{
	auto_pgresult PGresult *paused = NULL;
	int recorded;

	assert(d->verdict > VERDICT_NONE && d->verdict < VERDICT_COUNT);
	if (pg_begin(pg, err) < 0)
		return err_result(err);
	recorded = judge(pg, a, claim, d, err);
	if (recorded > 0 && pause_after_fault(pg, claim, d, &paused, err) < 0)
		recorded = err_result(err);
	recorded = record_end(pg, recorded, err);
	if (recorded < 0)
		return err_wrap(err, "record judgement %.50s", claim->judgement_id);
	tell_paused(paused);
	return recorded;
}

/* ---------------------------------------------------------------- rejudge */

struct rejudge {
	struct claim who; /* contest, team and submission only */
	const char *actor, *reason, *judgement_id;
};

static int add_judgement(struct pg *pg, struct arena *a, struct rejudge *rj, struct err *err)
{
	auto_pgresult PGresult *r = NULL;

	if (pg_run(pg, Q_RECORD_REJUDGE, &r, err, rj->who.submission_id) < 0)
		return err_result(err);
	rj->judgement_id = arena_strdup(a, pg_text(r, 0, "id"));
	return 0;
}

static int rejudge_event(struct pg *pg, struct arena *a, const struct rejudge *rj,
        struct record_loaded *l, struct err *err)
{
	struct record_subject s = {.kind = "rejudge",
	        .submission_id = l->sub->id,
	        .judgement_id = rj->judgement_id,
	        .language_id = rj->who.language_id,
	        .actor = rj->actor,
	        .reason = rj->reason,
	        .team = l->sub->team,
	        .problem = l->sub->problem};

	l->sub->fact.verdict = VERDICT_NONE;
	l->sub->fact.points_milli = 0;
	return record_change_write(pg, a, l, &s, err);
}

static int rejudge(struct pg *pg, struct arena *a, struct rejudge *rj, struct err *err)
{
	struct record_audit au = {.actor = rj->actor, .action = "rejudge", .reason = rj->reason};
	struct record_loaded l;

	if (record_find_submission(pg, a, &rj->who, err) < 0 ||
	        event_lock(pg, a, rj->who.contest_id, &l.head, err) < 0 ||
	        record_load_team(pg, a, &rj->who, &l, err) < 0 ||
	        add_judgement(pg, a, rj, err) < 0 ||
	        (!l.sub->practice && record_check_open(&l.c, l.head.now_ms, err) < 0))
		return err_result(err);
	if (!l.sub->practice && rejudge_event(pg, a, rj, &l, err) < 0)
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
