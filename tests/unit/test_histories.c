/* test_histories.c -- whatever happens in whatever order, the board that follows the events equals
 * the one that the rules make of all submissions at the end.
 *
 * A history is made from a seed: a contest of any rules, with a freeze or without, teams that are
 * hidden, disqualified or of another sort group; submissions in order of time; decisions that
 * arrive in any order, judging errors, rejudgings, submissions ignored and counted again, the thaw.
 * Each change becomes an event as recording makes it (before, after, what differs). Two readers
 * follow the events: now and then they get none for a while, one twice or one too early, or they
 * die and begin anew from a snapshot or from the first event. For ICPC rules solved and penalty are
 * counted once more by a loop that knows nothing of the product.
 *
 * HISTORIES=n runs n of them (10000 with LONG=1), SEED=n another series; without it it is as many
 * as fit into two seconds. */
#include "tests/unit/test.h"

#include "base/clock.h"
#include "base/json.h"
#include "scoreboard/board.h"
#include "scoreboard/freeze.h"
#include "scoreboard/part.h"
#include "scoreboard/record_write.h"

enum {
	TEAMS_MAX = 7,
	PROBLEMS_MAX = 5,
	SUBS_MAX = 40,
	EVENTS_MAX = 400,
	BOX_MS = 2000,
	LONG_COUNT = 10000,
	MINUTE_MS = 60000,
	DURATION_MINUTES = 300,
	PENALTY = 20,
	DEPTH = 16,
};

/* ---- chance */

static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9E3779B97F4A7C15U;

	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
	return z ^ (z >> 31);
}

struct event_of {
	json_t *parts[VIEW_COUNT]; /* the public one may be NULL */
};

struct world {
	struct arena a;
	uint64_t seed, random;
	struct contest c;
	struct facts facts;
	struct sub *subs[SUBS_MAX]; /* in order of submission */
	size_t nsubs, nplanned;
	struct event_of log[EVENTS_MAX];
	size_t nlog;
	int64_t now_ms;
};

static size_t below(struct world *w, size_t n)
{
	return (size_t)(next_random(&w->random) % n);
}

static bool chance(struct world *w, size_t one_in)
{
	return below(w, one_in) == 0;
}

/* ---- a contest */

static void make_problems(struct world *w)
{
	w->c.nproblems = 1 + below(w, PROBLEMS_MAX);
	w->c.problems = arena_alloc(&w->a, w->c.nproblems * sizeof(*w->c.problems));
	for (size_t i = 0; i < w->c.nproblems; i++) {
		const char *id = arena_printf(&w->a, "p%zu", i);

		w->c.problems[i] = (struct contest_problem){.id = id,
		        .label = id,
		        .name = id,
		        .rgb = "#808080",
		        .color = "grey",
		        .ordinal = (int)i + 1,
		        .points_milli = 1000 * (1 + (int64_t)below(w, 100))};
	}
}

static void make_teams(struct world *w)
{
	w->c.nteams = 1 + below(w, TEAMS_MAX);
	w->c.teams = arena_alloc(&w->a, w->c.nteams * sizeof(*w->c.teams));
	w->facts.teams = arena_alloc(&w->a, w->c.nteams * sizeof(*w->facts.teams));
	for (size_t i = 0; i < w->c.nteams; i++) {
		w->c.teams[i] = (struct contest_team){.id = arena_printf(&w->a, "t%zu", i),
		        .name = arena_printf(&w->a, "Team %zu", below(w, 4)),
		        .group_ids = "",
		        .sort_group = chance(w, 4) ? 1 : 0,
		        .hidden = chance(w, 6),
		        .disqualified = chance(w, 8)};
		w->facts.teams[i].cap = SUBS_MAX;
		w->facts.teams[i].subs = arena_alloc(&w->a, SUBS_MAX * sizeof(struct sub));
	}
}

static void make_contest(struct world *w)
{
	static const enum rules_kind kinds[] = {RULES_ICPC, RULES_ICPC, RULES_IOI, RULES_POINTS};
	int64_t from = (int64_t)below(w, DURATION_MINUTES) * MINUTE_MS;

	w->c = (struct contest){.id = "h",
	        .name = "H",
	        .show_runs = "none",
	        .after_end = "refuse",
	        .rules = kinds[below(w, ARRAY_LEN(kinds))],
	        .duration_ms = (int64_t)DURATION_MINUTES * MINUTE_MS,
	        .freeze_ms = -1,
	        .clock_rate = 1,
	        .penalty_minutes = PENALTY,
	        .compile_penalty = chance(w, 3)};
	make_problems(w);
	make_teams(w);
	w->nplanned = below(w, SUBS_MAX);
	if (chance(w, 4))
		return;
	w->c.nfreezes = 1;
	w->c.freezes = arena_alloc(&w->a, sizeof(*w->c.freezes));
	w->c.freezes[0] = (struct freeze_interval){.from_ms = from, .to_ms = INT64_MAX};
}

/* ---- what the rules say of everything, at once */

static json_t *whole_part(struct world *w, enum view_of v)
{
	json_t *part = json_object(), *rows = json_array(), *list = json_array();
	const struct first *firsts;
	size_t n;

	json_object_set_new(part, "bulk", json_true());
	json_object_set_new(part, "contest", part_contest(&w->c));
	json_object_set_new(part, "freezes", part_freezes(&w->c));
	json_object_set_new(part, "problems", part_problems(&w->c));
	json_object_set_new(part, "teams", part_teams(&w->c, v));
	json_object_set_new(part, "rows", rows);
	json_object_set_new(part, "first", list);
	for (size_t i = 0; i < w->c.nteams; i++) {
		struct view view;

		if (v == VIEW_PUBLIC && !freeze_public_team(&w->c.teams[i]))
			continue;
		facts_view(&w->c, &w->c.teams[i], &w->facts.teams[i], v, &w->a, &view);
		json_array_append_new(rows, part_row(&w->c, &w->c.teams[i], &view, NULL));
	}
	firsts = facts_firsts(&w->c, &w->facts, v, &w->a, &n);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, part_first(&firsts[i]));
	return part;
}

/* ---- events, one change at a time */

static void log_whole(struct world *w)
{
	assert_true(w->nlog < EVENTS_MAX);
	for (enum view_of v = VIEW_JURY; v < VIEW_COUNT; v++)
		w->log[w->nlog].parts[v] = whole_part(w, v);
	w->nlog++;
}

static struct first first_of(const struct world *w, const struct sub *about, enum view_of v)
{
	struct first first = {.problem = about->problem, .sort_group = about->team->sort_group};

	for (size_t i = 0; i < w->nsubs; i++) {
		if (w->subs[i]->problem == about->problem && facts_may_be_first(w->subs[i]->team) &&
		        w->subs[i]->team->sort_group == first.sort_group)
			facts_first_step(&first, &w->c, w->subs[i], v);
	}
	return first;
}

static void look(struct world *w, const struct sub *s, struct view views[VIEW_COUNT],
        struct first firsts[VIEW_COUNT])
{
	record_views(&w->c, s->team, &w->facts, &w->a, views);
	for (enum view_of v = VIEW_JURY; facts_may_be_first(s->team) && v < VIEW_COUNT; v++)
		firsts[v] = first_of(w, s, v);
}

/* "It may change only by a rejudging": once shown, nothing that is judged for the first time moves
 * it, in whatever order verdicts come. */
static void assert_first_stays(const struct record_change *ch, bool fresh)
{
	for (enum view_of v = VIEW_JURY; fresh && v < VIEW_COUNT; v++) {
		const char *before = ch->first_before[v].team_id;

		if (!before)
			continue;
		assert_non_null(ch->first_after[v].team_id);
		assert_string_equal(ch->first_after[v].team_id, before);
	}
}

/* The submission's state becomes what `now` says. */
static void change(struct world *w, struct sub *s, const struct sub *now)
{
	struct record_change ch = {.c = &w->c, .team = s->team, .problem = s->problem};
	bool fresh = s->fact.verdict == VERDICT_NONE && now->counts == s->counts;

	look(w, s, ch.before, ch.first_before);
	*s = *now;
	look(w, s, ch.after, ch.first_after);
	assert_first_stays(&ch, fresh);
	assert_true(w->nlog < EVENTS_MAX);
	for (enum view_of v = VIEW_JURY; v < VIEW_COUNT; v++)
		w->log[w->nlog].parts[v] = record_change_part(&ch, v);
	w->nlog++;
}

static void submit(struct world *w)
{
	struct contest_team *team = &w->c.teams[below(w, w->c.nteams)];
	struct team_facts *t = facts_of_team(&w->facts, &w->c, team);
	struct record_change ch = {
	        .c = &w->c, .team = team, .problem = &w->c.problems[below(w, w->c.nproblems)]};

	w->now_ms += (int64_t)below(w, 2 * DURATION_MINUTES / SUBS_MAX) * MINUTE_MS +
	             (int64_t)below(w, MINUTE_MS);
	record_views(&w->c, team, &w->facts, &w->a, ch.before);
	t->subs[t->n] = (struct sub){.id = arena_printf(&w->a, "s%zu", w->nsubs),
	        .team = team,
	        .problem = ch.problem,
	        .fact = {.ordinal = (int64_t)w->nsubs + 1, .contest_time_ms = w->now_ms},
	        .submitted_ms = w->now_ms,
	        .counts = true};
	w->subs[w->nsubs++] = &t->subs[t->n++];
	record_views(&w->c, team, &w->facts, &w->a, ch.after);
	for (enum view_of v = VIEW_JURY; v < VIEW_COUNT; v++)
		w->log[w->nlog].parts[v] = record_change_part(&ch, v);
	w->nlog++;
}

static void decide(struct world *w, struct sub *s)
{
	struct sub now = *s;

	now.fact.verdict =
	        chance(w, 3) ? VERDICT_AC : VERDICT_WA + (enum verdict)below(w, VERDICT_JE - 1);
	now.fact.points_milli = chance(w, 2) ? 0 : (int64_t)below(w, 100000);
	change(w, s, &now);
}

/* Any submission, whenever it came: judged, judged anew, ignored, counted again. */
static void happen(struct world *w)
{
	struct sub *s = w->subs[below(w, w->nsubs)];
	struct sub now = *s;

	if (chance(w, 8)) {
		now.counts = !s->counts;
		change(w, s, &now);
	} else if (s->fact.verdict != VERDICT_NONE && chance(w, 2)) {
		now.fact.verdict = VERDICT_NONE; /* a rejudging takes the decision back first */
		now.fact.points_milli = 0;
		change(w, s, &now);
	} else { /* judged; or anew by a set of rejudgings, which is applied as a whole */
		decide(w, s);
	}
}

/* ---- readers */

struct reader {
	struct board *b[VIEW_COUNT];
	int64_t public_number;
	size_t at; /* events taken */
};

static void reader_clear(struct reader *r)
{
	for (enum view_of v = VIEW_JURY; v < VIEW_COUNT; v++) {
		board_free(r->b[v]);
		r->b[v] = board_new();
	}
	r->public_number = 0;
	r->at = 0;
}

static void take(struct board *b, int64_t number, const json_t *part)
{
	struct err err = {0};

	if (board_apply(b, number, part, &err) < 0)
		fail_msg("%s", err.msg);
}

static void take_next(const struct world *w, struct reader *r)
{
	const struct event_of *e = &w->log[r->at++];

	take(r->b[VIEW_JURY], (int64_t)r->at, e->parts[VIEW_JURY]);
	if (e->parts[VIEW_PUBLIC])
		take(r->b[VIEW_PUBLIC], ++r->public_number, e->parts[VIEW_PUBLIC]);
}

/* One that came before, or one too early, is refused and changes nothing. */
static void take_wrong(struct world *w, struct reader *r)
{
	size_t k = below(w, w->nlog);
	struct err err = {0};

	if (k == r->at)
		return;
	assert_int_equal(
	        board_apply(r->b[VIEW_JURY], (int64_t)k + 1, w->log[k].parts[VIEW_JURY], &err),
	        -ERR_CONFLICT);
	assert_int_equal(board_number(r->b[VIEW_JURY]), r->at);
}

/* It dies and comes back with the snapshot that a board gives: the number is the snapshot's. */
static void from_snapshot(struct reader *r)
{
	for (enum view_of v = VIEW_JURY; v < VIEW_COUNT; v++) {
		auto_buf struct buf text = {0};
		struct err err = {0};
		json_auto_t *part = NULL;
		struct board *copy = board_new();

		if (board_number(r->b[v]) == 0) {
			board_free(copy);
			continue;
		}
		board_snapshot(r->b[v], &text);
		part = json_parse(text.data, text.len, DEPTH, &err);
		if (!part)
			fail_msg("%s", err.msg);
		for (int64_t n = 1; n < board_number(r->b[v]); n++) {
			json_auto_t *nothing = json_object();

			take(copy, n, nothing);
		}
		take(copy, board_number(r->b[v]), part);
		board_free(r->b[v]);
		r->b[v] = copy;
	}
}

static void read_some(struct world *w, struct reader *r)
{
	size_t n = below(w, 4);

	if (w->nlog > 0 && chance(w, 5))
		take_wrong(w, r);
	if (chance(w, 40))
		from_snapshot(r);
	if (chance(w, 60))
		reader_clear(r);
	for (; n > 0 && r->at < w->nlog; n--)
		take_next(w, r);
}

/* ---- solved and penalty, counted by another hand */

struct count {
	int solved;
	int64_t penalty;
};

static bool is_hidden(const struct world *w, const struct sub *s, enum view_of v)
{
	return v == VIEW_PUBLIC && w->c.nfreezes && !w->c.freezes[0].thawed_ms &&
	       s->submitted_ms >= w->c.freezes[0].from_ms;
}

static void count_problem(const struct world *w, const struct contest_team *t,
        const struct contest_problem *p, enum view_of v, struct count *n)
{
	int64_t wrong = 0;

	for (size_t i = 0; i < w->nsubs; i++) {
		const struct sub *s = w->subs[i];

		if (s->team != t || s->problem != p || !s->counts || is_hidden(w, s, v))
			continue;
		if (s->fact.verdict == VERDICT_AC) {
			n->solved++;
			n->penalty += s->fact.contest_time_ms / MINUTE_MS + PENALTY * wrong;
			return;
		}
		wrong += s->fact.verdict != VERDICT_NONE && s->fact.verdict != VERDICT_JE &&
		         (s->fact.verdict != VERDICT_CE || w->c.compile_penalty);
	}
}

static void assert_counted(const struct world *w, const struct board *b, enum view_of v)
{
	for (size_t i = 0; w->c.rules == RULES_ICPC && i < w->c.nteams; i++) {
		const struct contest_team *t = &w->c.teams[i];
		const struct board_row *r = board_row_find(b, t->id);
		struct count n = {0};

		assert_int_equal(r != NULL, v == VIEW_JURY || !t->hidden);
		if (!r)
			continue;
		for (size_t p = 0; p < w->c.nproblems; p++)
			count_problem(w, t, &w->c.problems[p], v, &n);
		assert_int_equal(r->total.solved, n.solved);
		assert_int_equal(r->total.penalty_minutes, n.penalty);
	}
}

/* ---- one history */

static void compare(struct world *w, struct reader *r)
{
	while (r->at < w->nlog)
		take_next(w, r);
	for (enum view_of v = VIEW_JURY; v < VIEW_COUNT; v++) {
		struct board *pure = board_new();
		json_auto_t *part = whole_part(w, v);
		struct err err = {0};

		take(pure, 1, part);
		if (board_compare(r->b[v], pure, &err) < 0)
			fail_msg("SEED=%llu HISTORIES=1, %s: %s", (unsigned long long)w->seed,
			        v == VIEW_JURY ? "jury" : "public", err.msg);
		assert_counted(w, pure, v);
		board_free(pure);
	}
}

static void run(struct world *w, struct reader *readers, size_t n)
{
	bool thaw = chance(w, 2);

	make_contest(w);
	log_whole(w);
	while (w->nsubs < w->nplanned || (w->nsubs > 0 && !chance(w, 30))) {
		if (w->nlog + 1 >= EVENTS_MAX)
			break;
		if (w->nsubs < w->nplanned && chance(w, 2))
			submit(w);
		else if (w->nsubs > 0)
			happen(w);
		for (size_t i = 0; i < n; i++)
			read_some(w, &readers[i]);
	}
	if (thaw && w->c.nfreezes && w->nlog < EVENTS_MAX) {
		w->c.freezes[0].thawed_ms = w->c.freezes[0].to_ms = w->now_ms + 1;
		log_whole(w);
	}
}

static void one_history(uint64_t seed)
{
	struct world *w = xcalloc(1, sizeof(*w));
	struct reader readers[2] = {{{0}, 0, 0}};

	w->seed = w->random = seed;
	for (size_t i = 0; i < ARRAY_LEN(readers); i++)
		reader_clear(&readers[i]);
	run(w, readers, ARRAY_LEN(readers));
	for (size_t i = 0; i < ARRAY_LEN(readers); i++) {
		compare(w, &readers[i]);
		for (enum view_of v = VIEW_JURY; v < VIEW_COUNT; v++)
			board_free(readers[i].b[v]);
	}
	for (size_t i = 0; i < w->nlog; i++) {
		json_decref(w->log[i].parts[VIEW_JURY]);
		json_decref(w->log[i].parts[VIEW_PUBLIC]);
	}
	arena_free(&w->a);
	free(w);
}

static uint64_t number_from(const char *name, uint64_t fallback)
{
	const char *text = getenv(name);

	return text && *text ? strtoull(text, NULL, 10) : fallback;
}

static void any_history_gives_the_board_of_the_rules(void **state UNUSED)
{
	uint64_t seed = number_from("SEED", (uint64_t)clock_wall_ms());
	const char *is_long = getenv("LONG");
	uint64_t most = number_from("HISTORIES", is_long && *is_long ? LONG_COUNT : 0);
	int64_t end = clock_mono_ms() + BOX_MS;
	uint64_t n = 0;

	while (most ? n < most : clock_mono_ms() < end) {
		one_history(seed + n);
		n++;
	}
	print_message("# histories: SEED=%llu, %llu of them\n", (unsigned long long)seed,
	        (unsigned long long)n);
	assert_true(n > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(any_history_gives_the_board_of_the_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
