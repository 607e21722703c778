/* contest.c -- loads a contest with four small statements and answers questions of time.
 *
 * What must stay true: the questions of time are pure functions of what was loaded; they round
 * towards the past (down), as contest_time_ms in sql/schema.sql does. Teams are sorted by the
 * bytes of their ids, here and in SQL (COLLATE "C"), and searched by halves. */
#include "model/contest.h"

#include <math.h>
#include <strings.h>

/* Added to a team's sort group. */
enum { GROUP_UNOFFICIAL = 10000, GROUP_HIDDEN = 20000, GROUP_DISQUALIFIED = 30000 };

/* ---------------------------------------------------------------- time */

int64_t contest_time_at(const struct contest *c, int64_t wall_ms)
{
	int64_t ms = wall_ms - c->start_ms;

	for (size_t i = 0; i < c->nremoved; i++) {
		const struct removed_interval *r = &c->removed[i];

		if (wall_ms > r->from_ms)
			ms -= (wall_ms < r->to_ms ? wall_ms : r->to_ms) - r->from_ms;
	}
	return (int64_t)floor((double)ms * c->clock_rate);
}

int64_t contest_wall_at(const struct contest *c, int64_t contest_ms)
{
	int64_t wall_ms = c->start_ms + (int64_t)ceil((double)contest_ms / c->clock_rate);

	for (size_t i = 0; i < c->nremoved; i++) {
		const struct removed_interval *r = &c->removed[i];

		if (r->from_ms < wall_ms)
			wall_ms += r->to_ms - r->from_ms;
	}
	return wall_ms;
}

/* The button ends the contest for everybody, also for teams with an extension. */
int64_t contest_end_ms(const struct contest *c, const struct contest_team *team)
{
	int64_t extension = team ? team->extension_ms : 0;

	if (c->start_ms == INT64_MIN)
		return INT64_MAX;
	return c->ended_ms ? c->ended_ms : contest_wall_at(c, c->duration_ms + extension);
}

int64_t contest_last_end_ms(const struct contest *c)
{
	int64_t end = contest_end_ms(c, NULL);

	for (size_t i = 0; i < c->nteams; i++) {
		int64_t own = contest_end_ms(c, &c->teams[i]);

		end = own > end ? own : end;
	}
	return end;
}

bool contest_team_has_rank(const struct contest_team *t)
{
	return !t->hidden && !t->unofficial && !t->disqualified;
}

static const char *const rules_names[] = {
        [RULES_ICPC] = "icpc", [RULES_IOI] = "ioi", [RULES_POINTS] = "points"};

const char *rules_name(enum rules_kind kind)
{
	return rules_names[kind];
}

bool rules_parse(const char *name, enum rules_kind *out)
{
	for (size_t i = 0; i < ARRAY_LEN(rules_names); i++) {
		if (strcmp(name, rules_names[i]) == 0) {
			*out = (enum rules_kind)i;
			return true;
		}
	}
	return false;
}

static int64_t latest(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t reached(int64_t at_ms, int64_t now_ms)
{
	return at_ms != INT64_MIN && at_ms <= now_ms ? at_ms : 0;
}

/* Frozen: since the earliest interval that still hides. When none hides any more, the board of a
 * contest that is over was frozen and thawed; one that goes on simply is not frozen. */
static void freeze_state(const struct contest *c, int64_t now_ms, struct contest_state *s)
{
	int64_t hiding = 0, thawed_from = 0, thawed = 0;

	for (size_t i = 0; i < c->nfreezes; i++) {
		const struct freeze_interval *f = &c->freezes[i];

		if (f->from_ms > now_ms)
			continue;
		if (!f->thawed_ms && (!hiding || f->from_ms < hiding))
			hiding = f->from_ms;
		if (f->thawed_ms > thawed) {
			thawed_from = f->from_ms;
			thawed = f->thawed_ms;
		}
	}
	if (hiding) {
		s->frozen = hiding;
	} else if (s->ended && thawed) {
		s->frozen = thawed_from;
		s->thawed = latest(thawed, s->ended);
	}
}

struct contest_state contest_state_at(const struct contest *c, int64_t now_ms)
{
	struct contest_state s = {.started = reached(c->start_ms, now_ms)};

	if (!s.started)
		return s;
	s.ended = reached(contest_end_ms(c, NULL), now_ms);
	freeze_state(c, now_ms, &s);
	s.finalized = reached(c->finalized_ms, now_ms);
	if (s.finalized && (!s.frozen || s.thawed) && reached(c->end_of_updates_ms, now_ms))
		s.end_of_updates = latest(c->end_of_updates_ms, latest(s.finalized, s.thawed));
	return s;
}

/* ---------------------------------------------------------------- finding */

const struct contest_problem *contest_problem_find(const struct contest *c, const char *id)
{
	for (size_t i = 0; i < c->nproblems; i++) {
		if (strcmp(c->problems[i].id, id) == 0)
			return &c->problems[i];
	}
	return NULL;
}

const struct contest_problem *contest_problem_match(const struct contest *c, const char *word)
{
	const struct contest_problem *p = contest_problem_find(c, word);

	for (size_t i = 0; !p && i < c->nproblems; i++) {
		if (strcasecmp(c->problems[i].label, word) == 0)
			p = &c->problems[i];
	}
	return p;
}

static int compare_team(const void *id, const void *team)
{
	const struct contest_team *t = team;

	return strcmp(id, t->id);
}

const struct contest_team *contest_team_find(const struct contest *c, const char *id)
{
	if (c->nteams == 0)
		return NULL;
	return bsearch(id, c->teams, c->nteams, sizeof(*c->teams), compare_team);
}

/* ---------------------------------------------------------------- loading */

static const char *text(struct arena *a, const PGresult *r, int row, const char *col)
{
	const char *s = pg_text(r, row, col);

	return s ? arena_strdup(a, s) : NULL;
}

static void take_contest(struct arena *a, const PGresult *r, struct contest *c)
{
	*c = (struct contest){
	        .id = text(a, r, 0, "id"),
	        .name = text(a, r, 0, "name"),
	        .formal_name = text(a, r, 0, "formal_name"),
	        .show_runs = text(a, r, 0, "show_runs"),
	        .icpc_verdicts = pg_bool(r, 0, "icpc_verdicts"),
	        .after_end = text(a, r, 0, "after_end"),
	        .rules = (enum rules_kind)pg_int(r, 0, "rules"),
	        .start_ms = pg_null(r, 0, "start_ms") ? INT64_MIN : pg_int(r, 0, "start_ms"),
	        .duration_ms = pg_int(r, 0, "duration_ms"),
	        .freeze_ms = pg_null(r, 0, "freeze_ms") ? -1 : pg_int(r, 0, "freeze_ms"),
	        .clock_rate = strtod(pg_text(r, 0, "clock_rate"), NULL),
	        .ended_ms = pg_int(r, 0, "ended_ms"),
	        .finalized_ms = pg_int(r, 0, "finalized_ms"),
	        .end_of_updates_ms = pg_int(r, 0, "end_of_updates_ms"),
	        .penalty_minutes = (int)pg_int(r, 0, "penalty_minutes"),
	        .submissions_per_minute = (int)pg_int(r, 0, "submissions_per_minute"),
	        .compile_penalty = pg_bool(r, 0, "compile_penalty"),
	        .best_subtasks = pg_bool(r, 0, "best_subtasks"),
	        .hidden = pg_bool(r, 0, "hidden"),
	        .practice = pg_bool(r, 0, "practice"),
	        .hold = pg_bool(r, 0, "hold"),
	        .thaw_at_ms = pg_int(r, 0, "thaw_at_ms"),
	        .finalize_at_ms = pg_int(r, 0, "finalize_at_ms"),
	        .medals = {.gold = (int)pg_int(r, 0, "medals_gold"),
	                .silver = (int)pg_int(r, 0, "medals_silver"),
	                .bronze = (int)pg_int(r, 0, "medals_bronze"),
	                .extra = (int)pg_int(r, 0, "medals_extra"),
	                .honors = pg_bool(r, 0, "honors")},
	        .revealing = !pg_null(r, 0, "reveal_position"),
	        .reveal_position = (int)pg_int(r, 0, "reveal_position"),
	        .reveal_steps = (int)pg_int(r, 0, "reveal_steps"),
	        .reveal_next_ms = pg_int(r, 0, "reveal_next_ms"),
	};
}

static int load_intervals(struct pg *pg, struct arena *a, struct contest *c, struct err *err)
{
	auto_pgresult PGresult *r = NULL;

	if (pg_run(pg, Q_CONTEST_FREEZES, &r, err, c->id) < 0)
		return err_result(err);
	c->nfreezes = c->nremoved = 0;
	c->freezes = arena_alloc(a, (size_t)PQntuples(r) * sizeof(*c->freezes) + 1);
	c->removed = arena_alloc(a, (size_t)PQntuples(r) * sizeof(*c->removed) + 1);
	for (int row = 0; row < PQntuples(r); row++) {
		int id = (int)pg_int(r, row, "interval_id");
		int64_t from_ms = pg_int(r, row, "from_ms"), to_ms = INT64_MAX;

		if (!pg_null(r, row, "to_ms"))
			to_ms = pg_int(r, row, "to_ms");
		if (id)
			c->removed[c->nremoved++] = (struct removed_interval){id, from_ms, to_ms};
		else
			c->freezes[c->nfreezes++] = (struct freeze_interval){
			        from_ms, to_ms, pg_int(r, row, "thawed_ms")};
	}
	return 0;
}

static int load_problems(struct pg *pg, struct arena *a, struct contest *c, struct err *err)
{
	auto_pgresult PGresult *r = NULL;

	if (pg_run(pg, Q_CONTEST_PROBLEMS, &r, err, c->id) < 0)
		return err_result(err);
	c->nproblems = (size_t)PQntuples(r);
	c->problems = arena_alloc(a, c->nproblems * sizeof(*c->problems) + 1);
	for (size_t i = 0; i < c->nproblems; i++) {
		int row = (int)i;

		c->problems[i] = (struct contest_problem){
		        .id = text(a, r, row, "problem_id"),
		        .label = text(a, r, row, "label"),
		        .name = text(a, r, row, "name"),
		        .rgb = text(a, r, row, "rgb"),
		        .color = text(a, r, row, "color"),
		        .ordinal = (int)pg_int(r, row, "ordinal"),
		        .version = (int)pg_int(r, row, "version"),
		        .time_limit_ms = (int)pg_int(r, row, "time_limit_ms"),
		        .sample_count = (int)pg_int(r, row, "sample_count"),
		        .memory_limit_kib = pg_int(r, row, "memory_limit_kib"),
		        .output_limit_kib = pg_int(r, row, "output_limit_kib"),
		        .code_limit_kib = pg_int(r, row, "code_limit_kib"),
		        .points_milli = pg_int(r, row, "points_milli"),
		};
	}
	return 0;
}

static int load_revealed(struct pg *pg, struct arena *a, struct contest *c, struct err *err)
{
	auto_pgresult PGresult *r = NULL;

	if (pg_run(pg, Q_CONTEST_REVEALED, &r, err, c->id) < 0)
		return err_result(err);
	c->nrevealed = (size_t)PQntuples(r);
	c->revealed = arena_alloc(a, c->nrevealed * sizeof(*c->revealed) + 1);
	for (size_t i = 0; i < c->nrevealed; i++)
		c->revealed[i] = (struct revealed_cell){.team_id = text(a, r, (int)i, "team_id"),
		        .problem_id = text(a, r, (int)i, "problem_id")};
	return 0;
}

static int load_reveal(struct pg *pg, struct arena *a, struct contest *c, struct err *err)
{
	auto_pgresult PGresult *r = NULL;

	if (!c->revealing)
		return 0;
	if (pg_run(pg, Q_REVEAL_STEPS, &r, err, c->id, pg_arg_int(a, c->reveal_position),
	            pg_arg_int(a, c->reveal_position + 1)) < 0)
		return err_result(err);
	for (int row = 0; row < PQntuples(r); row++) {
		struct reveal_place place = {.team_id = text(a, r, row, "team_id"),
		        .problem_id = text(a, r, row, "problem_id"),
		        .rank = (int)pg_int(r, row, "rank")};

		if (pg_int(r, row, "ordinal") == c->reveal_position)
			c->reveal_last = place;
		else
			c->reveal_next = place;
	}
	return load_revealed(pg, a, c, err);
}

static void take_team(struct arena *a, const PGresult *r, int row, struct contest_team *t)
{
	*t = (struct contest_team){
	        .id = text(a, r, row, "team_id"),
	        .name = text(a, r, row, "name"),
	        .display_name = text(a, r, row, "display_name"),
	        .organization_id = text(a, r, row, "organization_id"),
	        .organization_name = text(a, r, row, "organization_name"),
	        .country = text(a, r, row, "country"),
	        .group_ids = text(a, r, row, "group_ids"),
	        .sort_group = (int)pg_int(r, row, "sort_group"),
	        .hidden = pg_bool(r, row, "hidden"),
	        .unofficial = pg_bool(r, row, "unofficial"),
	        .disqualified = pg_bool(r, row, "disqualified"),
	        .penalty_adjustment = (int)pg_int(r, row, "penalty_adjustment"),
	        .extension_ms = pg_int(r, row, "extension_ms"),
	};
	if (t->disqualified)
		t->sort_group += GROUP_DISQUALIFIED;
	else if (t->hidden)
		t->sort_group += GROUP_HIDDEN;
	else if (t->unofficial)
		t->sort_group += GROUP_UNOFFICIAL;
}

/* teams: a text[] literal, NULL for all. */
static int load_teams(
        struct pg *pg, struct arena *a, struct contest *c, const char *teams, struct err *err)
{
	auto_pgresult PGresult *r = NULL;
	int failed = teams ? pg_run(pg, Q_CONTEST_TEAMS_SOME, &r, err, c->id, teams)
	                   : pg_run(pg, Q_CONTEST_TEAMS, &r, err, c->id);

	if (failed < 0)
		return err_result(err);
	c->nteams = (size_t)PQntuples(r);
	c->teams = arena_alloc(a, c->nteams * sizeof(*c->teams) + 1);
	for (size_t i = 0; i < c->nteams; i++)
		take_team(a, r, (int)i, &c->teams[i]);
	return 0;
}

/* teams: as for load_teams. */
static int load_rest(
        struct pg *pg, struct arena *a, struct contest *c, const char *teams, struct err *err)
{
	if (load_intervals(pg, a, c, err) < 0 || load_reveal(pg, a, c, err) < 0 ||
	        load_problems(pg, a, c, err) < 0 || load_teams(pg, a, c, teams, err) < 0)
		return err_wrap(err, "load contest %s", c->id);
	return 0;
}

static int load_row(
        struct pg *pg, struct arena *a, const char *id, struct contest *out, struct err *err)
{
	auto_pgresult PGresult *r = NULL;

	if (pg_run(pg, Q_CONTEST_GET, &r, err, id) < 0)
		return err_result(err);
	if (PQntuples(r) == 0)
		return err_set(err, ERR_NOT_FOUND, "no such contest: \"%.40s\"", id);
	take_contest(a, r, out);
	return 0;
}

int contest_load(
        struct pg *pg, struct arena *a, const char *id, struct contest *out, struct err *err)
{
	if (load_row(pg, a, id, out, err) < 0)
		return err_result(err);
	return load_rest(pg, a, out, NULL, err);
}

/* NOLINTNEXTLINE(readability-function-size): connection, arena and err are in every call */
int contest_load_some(struct pg *pg, struct arena *a, const char *id, const struct contest_some *s,
        struct contest *out, struct err *err)
{
	if (load_row(pg, a, id, out, err) < 0)
		return err_result(err);
	return load_rest(pg, a, out, pg_arg_array(a, s->teams, s->n), err);
}
