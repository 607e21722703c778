/* facts.c -- reads submissions, and leads each viewer's facts through the rules.
 *
 * What must stay true: a viewer's cell is computed from that viewer's facts only (freeze.h makes
 * the public's), always from all of them, in order of submission. */
#include "scoreboard/facts.h"

#include "scoreboard/freeze.h"

#include <assert.h>

struct team_facts *facts_of_team(
        const struct facts *f, const struct contest *c, const struct contest_team *t)
{
	return &f->teams[t - c->teams];
}

struct sub *facts_find(const struct team_facts *t, const char *submission_id)
{
	for (size_t i = 0; i < t->n; i++) {
		if (strcmp(t->subs[i].id, submission_id) == 0)
			return &t->subs[i];
	}
	return NULL;
}

/* What is being read: rows, for which contest, into which memory. */
struct reading {
	struct arena *a;
	const struct contest *c;
	const PGresult *r;
};

static const char *keep(const struct reading *in, int row, const char *column)
{
	const char *text = pg_text(in->r, row, column);

	return text ? arena_strdup(in->a, text) : NULL;
}

static int take_sub(const struct reading *in, int row, struct sub *s, struct err *err)
{
	const PGresult *r = in->r;

	*s = (struct sub){
	        .id = arena_strdup(in->a, pg_text(r, row, "id")),
	        .judgement_id = keep(in, row, "judgement_id"),
	        .team = contest_team_find(in->c, pg_text(r, row, "team_id")),
	        .problem = contest_problem_find(in->c, pg_text(r, row, "problem_id")),
	        .fact = {.ordinal = pg_int(r, row, "ordinal"),
	                .contest_time_ms = pg_int(r, row, "contest_time_ms"),
	                .points_milli = pg_int(r, row, "points_milli"),
	                .subtasks = keep(in, row, "subtasks")},
	        .submitted_ms = pg_int(r, row, "submitted_ms"),
	        .counts = pg_bool(r, row, "counts"),
	        .practice = pg_bool(r, row, "practice"),
	};
	if (s->team && s->problem &&
	        verdict_parse(pg_text(r, row, "verdict"), &s->fact.verdict) == 0)
		return 0;
	return err_set(err, ERR_BUG, "submission %.40s: unknown team, problem or verdict", s->id);
}

/* Rows come by team and ordinal: where the team of row `from` ends. */
static int team_end(const PGresult *r, int from)
{
	const char *team = pg_text(r, from, "team_id");
	int row = from + 1;

	while (row < PQntuples(r) && strcmp(pg_text(r, row, "team_id"), team) == 0)
		row++;
	return row;
}

static int take_rows(const struct reading *in, size_t spare, struct facts *out, struct err *err)
{
	int end;

	for (int from = 0; from < PQntuples(in->r); from = end) {
		const char *id = pg_text(in->r, from, "team_id");
		const struct contest_team *team = contest_team_find(in->c, id);
		struct team_facts *t;

		end = team_end(in->r, from);
		if (!team)
			return err_set(err, ERR_BUG, "team %.40s is not in the contest", id);
		t = facts_of_team(out, in->c, team);
		t->cap = (size_t)(end - from) + spare;
		t->subs = arena_alloc(in->a, t->cap * sizeof(*t->subs));
		for (int row = from; row < end; row++) {
			if (take_sub(in, row, &t->subs[t->n++], err) < 0)
				return err_result(err);
		}
	}
	return 0;
}

/* NOLINTNEXTLINE(readability-function-size): connection, arena and err are in every call */
int facts_load(struct pg *pg, struct arena *a, const struct contest *c,
        const struct facts_want *want, struct facts *out, struct err *err)
{
	auto_pgresult PGresult *r = NULL;
	const struct contest_some *only = want->only;
	int failed = only ? pg_run(pg, Q_FACTS_TEAMS, &r, err, c->id,
	                            pg_arg_array(a, only->teams, only->n))
	                  : pg_run(pg, Q_FACTS_ALL, &r, err, c->id);

	if (failed < 0)
		return err_result(err);
	out->teams = arena_alloc(a, c->nteams * sizeof(*out->teams) + 1);
	if (take_rows(&(struct reading){a, c, r}, want->spare, out, err) < 0)
		return err_result(err);
	for (size_t i = 0; want->spare && i < c->nteams; i++) {
		struct team_facts *t = &out->teams[i];

		if (t->subs)
			continue;
		t->cap = want->spare;
		t->subs = arena_alloc(a, t->cap * sizeof(*t->subs));
	}
	return 0;
}

static struct fact fact_for(const struct contest *c, const struct sub *s, enum view_of v)
{
	if (v != VIEW_PUBLIC || freeze_revealed(c, s->team->id, s->problem->id))
		return s->fact;
	return freeze_public_fact(c, s->submitted_ms, s->fact);
}

/* NOLINTNEXTLINE(readability-function-size): whose facts, for whom, and where the answer goes */
void facts_view(const struct contest *c, const struct contest_team *team,
        const struct team_facts *t, enum view_of v, struct arena *a, struct view *out)
{
	const struct rules *rules = rules_of(c->rules);
	auto_free struct fact *facts = xcalloc(t->n + 1, sizeof(*facts));

	out->cells = arena_alloc(a, c->nproblems * sizeof(*out->cells) + 1);
	for (size_t p = 0; p < c->nproblems; p++) {
		size_t n = 0;

		for (size_t i = 0; i < t->n; i++) {
			const struct sub *s = &t->subs[i];

			if (s->counts && s->problem == &c->problems[p])
				facts[n++] = fact_for(c, s, v);
		}
		out->cells[p] = rules->cell(c, &c->problems[p], facts, n);
	}
	out->total = rules->total(c, team, out->cells, c->nproblems);
}

bool facts_cell_is_empty(const struct cell *c)
{
	return c->judged == 0 && c->pending == 0;
}

bool facts_cell_same(const struct cell *a, const struct cell *b)
{
	return a->judged == b->judged && a->pending == b->pending && a->solved == b->solved &&
	       a->time_ms == b->time_ms && a->points_milli == b->points_milli &&
	       a->penalty_minutes == b->penalty_minutes && a->wrong == b->wrong;
}

bool facts_total_same(const struct total *a, const struct total *b)
{
	return a->solved == b->solved && a->penalty_minutes == b->penalty_minutes &&
	       a->points_milli == b->points_milli && a->last_ms == b->last_ms &&
	       a->wrong == b->wrong;
}

/* ---------------------------------------------------------------- first to solve */

bool facts_may_be_first(const struct contest_team *t)
{
	return contest_team_has_rank(t);
}

void facts_first_step(struct first *f, const struct contest *c, const struct sub *s, enum view_of v)
{
	struct fact fact = fact_for(c, s, v);

	if (f->decided || !s->counts)
		return;
	if (fact.verdict == VERDICT_AC)
		f->team_id = s->team->id;
	f->decided = fact.verdict == VERDICT_AC || !verdict_is_judged(fact.verdict);
}

static int by_ordinal(const void *x, const void *y)
{
	const struct sub *const *a = x, *const *b = y;

	return ((*a)->fact.ordinal > (*b)->fact.ordinal) -
	       ((*a)->fact.ordinal < (*b)->fact.ordinal);
}

/* Every submission that may be a first, in order of submission; caller frees. */
static const struct sub **in_order(const struct contest *c, const struct facts *facts, size_t *n)
{
	const struct sub **all;
	size_t count = 0;

	for (size_t i = 0; i < c->nteams; i++)
		count += facts->teams[i].n;
	all = xcalloc(count + 1, sizeof(const struct sub *));
	*n = 0;
	for (size_t i = 0; i < c->nteams; i++) {
		if (!facts_may_be_first(&c->teams[i]))
			continue;
		for (size_t k = 0; k < facts->teams[i].n; k++)
			all[(*n)++] = &facts->teams[i].subs[k];
	}
	qsort(all, *n, sizeof(const struct sub *), by_ordinal);
	return all;
}

/* The sort groups of a contest's teams, each once; that there are hidden teams is nobody's
 * business. Caller frees. */
static int *sort_groups(const struct contest *c, size_t *n)
{
	int *groups = xcalloc(c->nteams + 1, sizeof(*groups));

	*n = 0;
	for (size_t i = 0; i < c->nteams; i++) {
		size_t k = 0;

		if (c->teams[i].hidden)
			continue;
		while (k < *n && groups[k] != c->teams[i].sort_group)
			k++;
		if (k == *n)
			groups[(*n)++] = c->teams[i].sort_group;
	}
	return groups;
}

static struct first *first_find(
        struct first *firsts, size_t n, const struct contest_problem *p, int sort_group)
{
	for (size_t i = 0; i < n; i++) {
		if (firsts[i].problem == p && firsts[i].sort_group == sort_group)
			return &firsts[i];
	}
	return NULL;
}

struct first *facts_firsts(const struct contest *c, const struct facts *facts, enum view_of v,
        struct arena *a, size_t *n)
{
	size_t ngroups, nsubs, k = 0;
	auto_free int *groups = sort_groups(c, &ngroups);
	auto_free const struct sub **subs = in_order(c, facts, &nsubs);
	struct first *firsts = arena_alloc(a, c->nproblems * ngroups * sizeof(*firsts) + 1);

	for (size_t p = 0; p < c->nproblems; p++) {
		for (size_t g = 0; g < ngroups; g++)
			firsts[k++] =
			        (struct first){.problem = &c->problems[p], .sort_group = groups[g]};
	}
	*n = k;
	for (size_t i = 0; i < nsubs; i++) {
		struct first *f =
		        first_find(firsts, k, subs[i]->problem, subs[i]->team->sort_group);

		assert(f);
		facts_first_step(f, c, subs[i], v);
	}
	return firsts;
}
