/* record_change.c -- what follows from one submission's change.
 *
 * It moves one team's cell of one problem, and perhaps who was first. The state before needs no
 * second look at the database: it is the same facts with the submission as it was. So what the
 * public's bytes were and are is compared exactly, and an event whose public part would say nothing
 * new (hidden by the freeze, or a JE) has none. */
#include "scoreboard/record_change.h"

/* ---------------------------------------------------------------- first to solve */

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
        const PGresult *r, const struct contest *c, const struct sub *own, enum view_of v)
{
	struct first first = {.problem = own->problem, .sort_group = own->team->sort_group};
	bool fed = false;

	for (int row = 0; row < PQntuples(r); row++) {
		struct contest_team team = {.id = pg_text(r, row, "team_id")};
		struct sub other = {.team = &team,
		        .problem = own->problem,
		        .fact = {.ordinal = pg_int(r, row, "ordinal")},
		        .submitted_ms = pg_int(r, row, "submitted_ms"),
		        .counts = true};

		if (verdict_parse(pg_text(r, row, "verdict"), &other.fact.verdict) < 0)
			continue; /* the SQL enum has no other */
		if (!fed && other.fact.ordinal > own->fact.ordinal) {
			facts_first_step(&first, c, own, v);
			fed = true;
		}
		facts_first_step(&first, c, &other, v);
	}
	if (!fed)
		facts_first_step(&first, c, own, v);
	return first;
}

static int find_first(struct pg *pg, struct arena *a, const struct record_loaded *l,
        struct record_change *ch, struct err *err)
{
	auto_pgresult PGresult *r = NULL;
	int64_t since = hidden_since(&l->c);

	if (!facts_may_be_first(l->sub->team))
		return 0;
	if (pg_run(pg, Q_RECORD_FIRST, &r, err, l->c.id, l->sub->problem->id,
	            pg_arg_int(a, l->sub->team->sort_group), l->sub->id,
	            since == INT64_MAX ? NULL : pg_arg_int(a, since)) < 0)
		return err_result(err);
	for (enum view_of v = VIEW_JURY; v < VIEW_COUNT; v++) {
		struct first before = walk_first(r, &l->c, &l->before, v);
		struct first after = walk_first(r, &l->c, l->sub, v);

		if (before.team_id)
			before.team_id = arena_strdup(a, before.team_id);
		if (after.team_id)
			after.team_id = arena_strdup(a, after.team_id);
		ch->first_before[v] = before;
		ch->first_after[v] = after;
	}
	return 0;
}

/* ---------------------------------------------------------------- the change */

static void set_text(json_t *o, const char *name, const char *s)
{
	if (s && *s)
		json_object_set_new(o, name, json_string(s));
}

static json_t *subject_json(const struct record_subject *s)
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

static int compute_change(struct pg *pg, struct arena *a, const struct record_loaded *l,
        struct record_change *ch, struct err *err)
{
	struct sub after = *l->sub;

	*ch = (struct record_change){.c = &l->c, .team = after.team, .problem = after.problem};
	*l->sub = l->before;
	record_views(&l->c, after.team, &l->facts, a, ch->before);
	*l->sub = after;
	record_views(&l->c, after.team, &l->facts, a, ch->after);
	return find_first(pg, a, l, ch, err);
}

int record_change_write(struct pg *pg, struct arena *a, struct record_loaded *l,
        const struct record_subject *s, struct err *err)
{
	struct record_change ch;
	struct record_cell cell;
	json_auto_t *subject = subject_json(s);
	json_auto_t *jury = NULL;
	json_auto_t *public_part = NULL;
	struct event_draft d = {.kind = s->kind,
	        .submission_id = s->submission_id,
	        .contest_time_ms = contest_time_at(&l->c, l->head.now_ms)};

	if (compute_change(pg, a, l, &ch, err) < 0)
		return err_result(err);
	cell = record_change_cell(&ch);
	if (record_put_cells(pg, l->c.id, &cell, 1, err) < 0)
		return err_result(err);
	jury = record_change_part(&ch, VIEW_JURY);
	public_part = record_change_part(&ch, VIEW_PUBLIC);
	d.subject = subject;
	d.jury = jury;
	d.public_part = public_part;
	return event_append(pg, a, l->c.id, &l->head, &d, NULL, err);
}

/* ---------------------------------------------------------------- reading */

int record_load_team(struct pg *pg, struct arena *a, const struct claim *who,
        struct record_loaded *l, struct err *err)
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
	l->before = *l->sub;
	return 0;
}

int record_find_submission(struct pg *pg, struct arena *a, struct claim *who, struct err *err)
{
	auto_pgresult PGresult *r = NULL;

	if (pg_run(pg, Q_RECORD_CONTEST_OF, &r, err, who->submission_id) < 0)
		return err_result(err);
	if (PQntuples(r) == 0)
		return err_set(
		        err, ERR_NOT_FOUND, "no such submission: \"%.40s\"", who->submission_id);
	who->contest_id = arena_strdup(a, pg_text(r, 0, "contest_id"));
	who->team_id = arena_strdup(a, pg_text(r, 0, "team_id"));
	who->language_id = arena_strdup(a, pg_text(r, 0, "language_id"));
	return 0;
}
