/* record_past.c -- writes the log of a contest that was held elsewhere (record_past.h).
 *
 * The contest is loaded once and then played in memory: submissions are added to the facts one by
 * one, decisions change them, and for each step the rules say what the jury and the public saw
 * before and after, by the same code that records live ones. What changes with time in the
 * contest's rows (thaw, finalize) is taken back first and happens again at its time. Events go to
 * PostgreSQL many at a time, submissions and cells all at once: nobody else can be at this contest,
 * since its rows were made in this very transaction. */
#include "scoreboard/record_past.h"

#include "base/clock.h"
#include "scoreboard/freeze.h"
#include "scoreboard/part.h"
#include "scoreboard/record_write.h"

#include <assert.h>

struct play {
	struct pg *pg;
	struct arena *a;
	const struct past *p;
	struct contest c;
	struct facts facts;
	struct sub **subs; /* by index of the past's; NULL: not submitted yet, or on no board */
	struct log_head head;
	struct event_writer *writer;
	int64_t now_ms, last_ms;
};

enum step_kind { STEP_SUBMISSION, STEP_JUDGEMENT, STEP_THAW, STEP_FINALIZE, STEP_END_OF_UPDATES };

struct step {
	int64_t at_ms;
	enum step_kind kind;
	size_t sub, judgement, order; /* order: of steps of the same time */
};

/* ---------------------------------------------------------------- order of what happened */

static int by_time(const void *x, const void *y)
{
	const struct step *a = x, *b = y;

	if (a->at_ms != b->at_ms)
		return a->at_ms < b->at_ms ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

static void add_step(struct step *steps, size_t *n, struct step s)
{
	s.order = *n;
	steps[(*n)++] = s;
}

/* A decision never stands before its submission or before an earlier one on it; the buttons never
 * before the submissions. */
static struct step *steps_of(const struct past *p, size_t *n)
{
	size_t count = 3, total = 0;
	int64_t last = INT64_MIN;
	struct step *steps;

	for (size_t i = 0; i < p->n; i++)
		count += 1 + p->subs[i].njudgements;
	steps = xcalloc(count, sizeof(*steps));
	for (size_t i = 0; i < p->n; i++) {
		const struct past_submission *s = &p->subs[i];
		int64_t at = s->at_ms > last ? s->at_ms : last;

		last = at;
		add_step(steps, &total,
		        (struct step){.at_ms = at, .kind = STEP_SUBMISSION, .sub = i});
		for (size_t k = 0; k < s->njudgements; k++) {
			at = s->judgements[k].at_ms > at ? s->judgements[k].at_ms : at;
			add_step(steps, &total,
			        (struct step){.at_ms = at,
			                .kind = STEP_JUDGEMENT,
			                .sub = i,
			                .judgement = k});
		}
	}
	if (p->thawed_ms)
		add_step(steps, &total, (struct step){.at_ms = p->thawed_ms, .kind = STEP_THAW});
	if (p->finalized_ms)
		add_step(steps, &total,
		        (struct step){.at_ms = p->finalized_ms, .kind = STEP_FINALIZE});
	if (p->end_of_updates_ms > p->finalized_ms)
		add_step(steps, &total,
		        (struct step){.at_ms = p->end_of_updates_ms, .kind = STEP_END_OF_UPDATES});
	qsort(steps, total, sizeof(*steps), by_time);
	*n = total;
	return steps;
}

/* ---------------------------------------------------------------- events about the whole contest
 */

static json_t *small_part(const struct play *pl, enum view_of v)
{
	const struct contest *c = &pl->c;
	json_t *part = json_object();

	json_object_set_new(part, "contest", part_contest(c));
	json_object_set_new(part, "state", part_state(c, pl->last_ms));
	json_object_set_new(part, "freezes", part_freezes(c));
	if (v == VIEW_JURY || freeze_public_problems(c, pl->last_ms))
		json_object_set_new(part, "problems", part_problems(c));
	return part;
}

static json_t *bulk_part(const struct play *pl, enum view_of v)
{
	const struct contest *c = &pl->c;
	json_t *part = small_part(pl, v), *rows = json_array(), *firsts = json_array();
	auto_arena struct arena a = {0};
	const struct first *list;
	size_t n;

	json_object_set_new(part, "bulk", json_true());
	json_object_set_new(part, "teams", part_teams(c, v));
	json_object_set_new(part, "rows", rows);
	for (size_t i = 0; i < c->nteams; i++) {
		struct view view;

		if (v == VIEW_PUBLIC && !freeze_public_team(&c->teams[i]))
			continue;
		facts_view(c, &c->teams[i], &pl->facts.teams[i], v, &a, &view);
		json_array_append_new(rows, part_row(c, &c->teams[i], &view, NULL));
	}
	list = facts_firsts(c, &pl->facts, v, &a, &n);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(firsts, part_first(&list[i]));
	if (v == VIEW_JURY || freeze_public_problems(c, pl->last_ms))
		json_object_set(part, "first", firsts);
	json_decref(firsts);
	return part;
}

/* Nothing may stand before the event above it, nor after now. */
static void move_clock(struct play *pl, int64_t at_ms)
{
	if (at_ms > pl->now_ms)
		at_ms = pl->now_ms;
	if (at_ms > pl->last_ms)
		pl->last_ms = at_ms;
}

static int whole_event(struct play *pl, const char *kind, bool bulk, struct err *err)
{
	json_auto_t *subject = json_pack("{s:s}", "actor", pl->p->actor);
	json_auto_t *jury = bulk ? bulk_part(pl, VIEW_JURY) : small_part(pl, VIEW_JURY);
	json_auto_t *public_part = bulk ? bulk_part(pl, VIEW_PUBLIC) : small_part(pl, VIEW_PUBLIC);
	struct event_draft d = {.kind = kind,
	        .contest_time_ms = pl->c.start_ms == INT64_MIN
	                                   ? INT64_MIN
	                                   : contest_time_at(&pl->c, pl->last_ms),
	        .subject = subject,
	        .jury = jury,
	        .public_part = public_part};

	return event_writer_add(pl->writer, pl->pg, &d, pl->last_ms, err);
}

/* ---------------------------------------------------------------- one submission's steps */

static struct first first_of(const struct play *pl, const struct sub *about, enum view_of v)
{
	struct first first = {.problem = about->problem, .sort_group = about->team->sort_group};

	for (size_t i = 0; i < pl->p->n && !first.decided; i++) {
		const struct sub *s = pl->subs[i];

		if (s && s->problem == about->problem && facts_may_be_first(s->team) &&
		        s->team->sort_group == first.sort_group)
			facts_first_step(&first, &pl->c, s, v);
	}
	return first;
}

static void look(const struct play *pl, const struct sub *s, struct arena *a,
        struct view views[VIEW_COUNT], struct first firsts[VIEW_COUNT])
{
	record_views(&pl->c, s->team, &pl->facts, a, views);
	for (enum view_of v = VIEW_JURY; facts_may_be_first(s->team) && v < VIEW_COUNT; v++)
		firsts[v] = first_of(pl, s, v);
}

static int change_event(struct play *pl, const struct past_submission *from, size_t judgement,
        const struct record_change *ch, struct err *err)
{
	const struct past_judgement *j = from->judgements ? &from->judgements[judgement] : NULL;
	bool judged = j && judgement < from->njudgements;
	json_auto_t *jury = record_change_part(ch, VIEW_JURY);
	json_auto_t *public_part = record_change_part(ch, VIEW_PUBLIC);
	json_auto_t *subject = json_pack("{s:s,s:s,s:s,s:s,s:s}", "submission", from->id, "team",
	        from->team_id, "problem", from->problem_id, "language", from->language_id, "actor",
	        pl->p->account_id);
	struct event_draft d = {.kind = judged ? "judgement" : "submission",
	        .submission_id = from->id,
	        .contest_time_ms =
	                judged ? contest_time_at(&pl->c, pl->last_ms) : from->contest_time_ms,
	        .subject = subject,
	        .jury = jury,
	        .public_part = public_part};

	if (judged) {
		auto_free char *id = xasprintf("%s-%zu", from->id, judgement + 1);

		json_object_set_new(subject, "judgement", json_string(id));
		json_object_set_new(subject, "verdict", json_string(verdict_id(j->verdict)));
	}
	return event_writer_add(pl->writer, pl->pg, &d, pl->last_ms, err);
}

static int submit(struct play *pl, size_t i, struct err *err)
{
	const struct past_submission *from = &pl->p->subs[i];
	auto_arena struct arena a = {0};
	struct record_change ch = {.c = &pl->c,
	        .team = contest_team_find(&pl->c, from->team_id),
	        .problem = contest_problem_find(&pl->c, from->problem_id)};
	struct team_facts *t;

	if (!ch.team || !ch.problem)
		return err_set(err, ERR_BUG, "submission %.40s: its team or problem is not there",
		        from->id);
	if (from->practice)
		return 0;
	t = facts_of_team(&pl->facts, &pl->c, ch.team);
	record_views(&pl->c, ch.team, &pl->facts, &a, ch.before);
	assert(t->n < t->cap);
	t->subs[t->n] = (struct sub){.id = from->id,
	        .team = ch.team,
	        .problem = ch.problem,
	        .fact = {.ordinal = (int64_t)i + 1, .contest_time_ms = from->contest_time_ms},
	        .submitted_ms = from->at_ms,
	        .counts = true};
	pl->subs[i] = &t->subs[t->n++];
	record_views(&pl->c, ch.team, &pl->facts, &a, ch.after);
	return change_event(pl, from, from->njudgements, &ch, err);
}

static int decide(struct play *pl, const struct step *st, struct err *err)
{
	const struct past_submission *from = &pl->p->subs[st->sub];
	const struct past_judgement *j = &from->judgements[st->judgement];
	struct sub *s = pl->subs[st->sub];
	auto_arena struct arena a = {0};
	struct record_change ch = {.c = &pl->c};

	if (!s)
		return 0; /* practice */
	ch.team = s->team;
	ch.problem = s->problem;
	look(pl, s, &a, ch.before, ch.first_before);
	s->fact.verdict = j->verdict;
	s->fact.points_milli = j->points_milli;
	s->judgement_id = from->id;
	look(pl, s, &a, ch.after, ch.first_after);
	return change_event(pl, from, st->judgement, &ch, err);
}

static int take_step(struct play *pl, const struct step *st, struct err *err)
{
	move_clock(pl, st->at_ms);
	switch (st->kind) {
	case STEP_SUBMISSION:
		return submit(pl, st->sub, err);
	case STEP_JUDGEMENT:
		return decide(pl, st, err);
	case STEP_THAW:
		for (size_t i = 0; i < pl->c.nfreezes; i++) {
			pl->c.freezes[i].thawed_ms = pl->p->thawed_ms;
			pl->c.freezes[i].to_ms = pl->p->thawed_ms;
		}
		return whole_event(pl, "thaw", true, err);
	case STEP_FINALIZE:
		pl->c.finalized_ms = pl->p->finalized_ms;
		if (pl->p->end_of_updates_ms == pl->p->finalized_ms)
			pl->c.end_of_updates_ms = pl->p->end_of_updates_ms;
		return whole_event(pl, "finalize", false, err);
	case STEP_END_OF_UPDATES:
		pl->c.end_of_updates_ms = pl->p->end_of_updates_ms;
		return whole_event(pl, "contest", false, err);
	}
	return 0;
}

/* ---------------------------------------------------------------- rows */

enum { SUB_COLUMNS = 11, JUDGEMENT_COLUMNS = 8 };

static const char *time_arg(struct arena *a, int64_t wall_ms)
{
	char text[CLOCK_TEXT_SIZE];

	clock_format_time(wall_ms, text);
	return arena_strdup(a, text);
}

static int put_submissions(struct play *pl, struct err *err)
{
	const struct past *p = pl->p;
	auto_arena struct arena a = {0};
	const char *args[2 + SUB_COLUMNS] = {p->contest_id, p->account_id};
	const char **columns[SUB_COLUMNS];

	for (size_t k = 0; k < SUB_COLUMNS; k++)
		columns[k] = arena_alloc(&a, (p->n + 1) * sizeof(char *));
	for (size_t i = 0; i < p->n; i++) {
		const struct past_submission *s = &p->subs[i];
		const struct past_judgement *j =
		        s->njudgements ? &s->judgements[s->njudgements - 1] : NULL;
		const char *row[SUB_COLUMNS] = {s->id, s->team_id, s->problem_id, s->language_id,
		        s->entry_point, time_arg(&a, s->at_ms), pg_arg_int(&a, s->contest_time_ms),
		        pg_arg_bool(s->practice),
		        j ? arena_printf(&a, "%s-%zu", s->id, s->njudgements) : NULL,
		        j ? verdict_id(j->verdict) : NULL, pg_arg_int(&a, j ? j->points_milli : 0)};

		for (size_t k = 0; k < SUB_COLUMNS; k++)
			columns[k][i] = row[k];
	}
	for (size_t k = 0; k < SUB_COLUMNS; k++)
		args[2 + k] = pg_arg_array(&a, columns[k], p->n);
	return pg_query(pl->pg, Q_PAST_SUBMISSIONS, args, NULL, err);
}

static void judgement_fields(struct arena *a, const struct past_submission *s, size_t k,
        const char *out[JUDGEMENT_COLUMNS])
{
	const struct past_judgement *j = &s->judgements[k];

	out[0] = s->id;
	out[1] = pg_arg_int(a, (int64_t)k + 1);
	out[2] = pg_arg_bool(k + 1 == s->njudgements);
	out[3] = verdict_id(j->verdict);
	out[4] = pg_arg_int(a, j->points_milli);
	out[5] = j->time_ms >= 0 ? pg_arg_int(a, j->time_ms) : NULL;
	out[6] = time_arg(a, j->started_ms);
	out[7] = time_arg(a, j->at_ms);
}

static int put_judgements(struct play *pl, struct err *err)
{
	const struct past *p = pl->p;
	auto_arena struct arena a = {0};
	const char *args[1 + JUDGEMENT_COLUMNS] = {p->contest_id};
	const char **columns[JUDGEMENT_COLUMNS];
	size_t total = 0, n = 0;

	for (size_t i = 0; i < p->n; i++)
		total += p->subs[i].njudgements;
	for (size_t k = 0; k < JUDGEMENT_COLUMNS; k++)
		columns[k] = arena_alloc(&a, (total + 1) * sizeof(char *));
	for (size_t i = 0; i < p->n; i++) {
		for (size_t j = 0; j < p->subs[i].njudgements; j++, n++) {
			const char *row[JUDGEMENT_COLUMNS];

			judgement_fields(&a, &p->subs[i], j, row);
			for (size_t k = 0; k < JUDGEMENT_COLUMNS; k++)
				columns[k][n] = row[k];
		}
	}
	for (size_t k = 0; k < JUDGEMENT_COLUMNS; k++)
		args[1 + k] = pg_arg_array(&a, columns[k], n);
	return pg_query(pl->pg, Q_PAST_JUDGEMENTS, args, NULL, err);
}

static int put_cells(struct play *pl, struct err *err)
{
	const struct contest *c = &pl->c;
	auto_arena struct arena a = {0};
	struct record_cell *cells = arena_alloc(&a, c->nteams * c->nproblems * sizeof(*cells) + 1);
	size_t n = 0;

	for (size_t t = 0; t < c->nteams; t++) {
		struct view views[VIEW_COUNT];

		record_views(c, &c->teams[t], &pl->facts, &a, views);
		for (size_t k = 0; k < c->nproblems; k++) {
			if (facts_cell_is_empty(&views[VIEW_JURY].cells[k]))
				continue;
			cells[n++] = (struct record_cell){.team = &c->teams[t],
			        .problem = &c->problems[k],
			        .cells = {[VIEW_JURY] = views[VIEW_JURY].cells[k],
			                [VIEW_PUBLIC] = views[VIEW_PUBLIC].cells[k]}};
		}
	}
	return record_put_cells(pl->pg, c->id, cells, n, err);
}

/* ---------------------------------------------------------------- all of it */

/* The contest as it was before anything happened; facts with room for what will. */
static int set_stage(struct play *pl, struct err *err)
{
	struct contest *c = &pl->c;

	if (event_lock(pl->pg, pl->a, pl->p->contest_id, &pl->head, err) < 0 ||
	        contest_load(pl->pg, pl->a, pl->p->contest_id, c, err) < 0)
		return err_result(err);
	pl->now_ms = pl->head.now_ms;
	c->finalized_ms = c->end_of_updates_ms = 0;
	for (size_t i = 0; i < c->nfreezes; i++) {
		c->freezes[i].thawed_ms = 0;
		c->freezes[i].to_ms = INT64_MAX;
	}
	pl->facts.teams = arena_alloc(pl->a, c->nteams * sizeof(*pl->facts.teams) + 1);
	pl->subs = arena_alloc(pl->a, (pl->p->n + 1) * sizeof(struct sub *));
	for (size_t i = 0; i < pl->p->n; i++) {
		const struct contest_team *t = contest_team_find(c, pl->p->subs[i].team_id);

		if (t)
			facts_of_team(&pl->facts, c, t)->cap++;
	}
	for (size_t i = 0; i < c->nteams; i++) {
		struct team_facts *t = &pl->facts.teams[i];

		t->subs = arena_alloc(pl->a, t->cap * sizeof(*t->subs) + 1);
	}
	return 0;
}

static int play(struct play *pl, struct err *err)
{
	size_t n;
	auto_free struct step *steps = steps_of(pl->p, &n);
	int64_t start = pl->c.start_ms;

	pl->last_ms = start == INT64_MIN || start > pl->now_ms ? pl->now_ms : start;
	if (whole_event(pl, "contest", true, err) < 0)
		return err_result(err);
	for (size_t i = 0; i < n; i++) {
		if (take_step(pl, &steps[i], err) < 0)
			return err_result(err);
	}
	return event_writer_flush(pl->writer, pl->pg, err);
}

int record_past(struct pg *pg, const struct past *p, int64_t *events, struct err *err)
{
	auto_arena struct arena a = {0};
	struct play pl = {.pg = pg, .a = &a, .p = p};
	int failed;

	if (set_stage(&pl, err) < 0 || put_submissions(&pl, err) < 0 ||
	        put_judgements(&pl, err) < 0)
		return err_result(err);
	pl.writer = event_writer_new(p->contest_id, &pl.head);
	failed = play(&pl, err);
	event_writer_free(pl.writer);
	if (failed < 0 || put_cells(&pl, err) < 0)
		return err_result(err);
	*events = pl.head.number;
	return 0;
}
