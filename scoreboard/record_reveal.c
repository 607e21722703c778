/* record_reveal.c -- see record_reveal.h.
 *
 * A step over one cell is a small event: the row, who is first now, where the reveal stands. A move
 * over more than one step is a bulk event, for its cells may be of all teams.
 *
 * What must stay true: the public's cells are computed from the submissions, with what was shown
 * taken from the table of steps (contest_load, freeze_revealed); nothing is carried over. So a
 * verdict that changes while a reveal is open is right on both boards at once. The steps beyond the
 * position are of the moment of opening: after a rejudging the reveal is opened again. */
#include "scoreboard/record_reveal.h"

#include "base/clock.h"
#include "scoreboard/freeze.h"
#include "scoreboard/part.h"
#include "scoreboard/record_write.h"

struct doing {
	struct pg *pg;
	struct arena *a;
	const struct reveal_order *o;
	struct record_about about;
	struct contest c;
	int64_t auto_ms, next_ms; /* 0: none */
	int stop_rank;
};

bool reveal_move_parse(const char *word, enum reveal_move *out)
{
	static const char *const words[] = {[REVEAL_OPEN] = "open",
	        [REVEAL_NEXT] = "next",
	        [REVEAL_BACK] = "back",
	        [REVEAL_JUMP] = "jump",
	        [REVEAL_AUTO] = "auto",
	        [REVEAL_PAUSE] = "pause",
	        [REVEAL_CLOSE] = "close"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (strcmp(word, words[i]) != 0)
			continue;
		*out = (enum reveal_move)i;
		return true;
	}
	return false;
}

/* ---------------------------------------------------------------- opening */

static int check_open(struct doing *d, struct err *err)
{
	int64_t now_ms = d->about.head.now_ms;
	struct contest_state s = contest_state_at(&d->c, now_ms);
	auto_pgresult PGresult *r = NULL;
	long long unjudged;

	if (!s.ended || contest_last_end_ms(&d->c) > now_ms)
		return err_set(err, ERR_CONFLICT, "contest %.40s is not over yet", d->c.id);
	if (!s.frozen || s.thawed)
		return err_set(err, ERR_CONFLICT,
		        "contest %.40s is not frozen: there is nothing to reveal", d->c.id);
	if (pg_run(d->pg, Q_REVEAL_UNJUDGED, &r, err, d->c.id) < 0)
		return err_result(err);
	unjudged = (long long)pg_int(r, 0, "unjudged");
	if (unjudged > 0)
		return err_set(err, ERR_CONFLICT,
		        "contest %.40s cannot be revealed: %lld submissions are not judged",
		        d->c.id, unjudged);
	return 0;
}

/* Both views of every team as if nothing had been revealed yet. */
static int frozen_views(struct doing *d, struct view (**views)[VIEW_COUNT], struct err *err)
{
	struct facts_want want = {0};
	struct facts facts;

	d->c.nrevealed = 0;
	if (facts_load(d->pg, d->a, &d->c, &want, &facts, err) < 0)
		return err_result(err);
	*views = arena_alloc(d->a, d->c.nteams * sizeof(**views) + 1);
	for (size_t i = 0; i < d->c.nteams; i++)
		record_views(&d->c, &d->c.teams[i], &facts, d->a, (*views)[i]);
	return 0;
}

static int put_steps(struct doing *d, const struct reveal_step *steps, size_t n, struct err *err)
{
	const char **teams = arena_alloc(d->a, n * sizeof(char *) + 1);
	const char **problems = arena_alloc(d->a, n * sizeof(char *) + 1);
	const char **ranks = arena_alloc(d->a, n * sizeof(char *) + 1);

	for (size_t i = 0; i < n; i++) {
		teams[i] = steps[i].team->id;
		problems[i] = steps[i].problem ? steps[i].problem->id : NULL;
		ranks[i] = steps[i].rank > 0 ? pg_arg_int(d->a, steps[i].rank) : NULL;
	}
	return pg_run(d->pg, Q_REVEAL_OPEN, NULL, err, d->c.id, pg_arg_array(d->a, teams, n),
	        pg_arg_array(d->a, problems, n), pg_arg_array(d->a, ranks, n));
}

static int open_reveal(struct doing *d, struct err *err)
{
	struct view(*views)[VIEW_COUNT];
	const struct reveal_step *steps;
	size_t n;

	if (check_open(d, err) < 0 || frozen_views(d, &views, err) < 0)
		return err_result(err);
	steps = reveal_steps(&d->c, views, d->a, &n);
	if (put_steps(d, steps, n, err) < 0)
		return err_result(err);
	return record_bulk(d->pg, d->a, &d->about, err);
}

/* ---------------------------------------------------------------- moving */

static int put_position(struct doing *d, int position, struct err *err)
{
	bool more = position < d->c.reveal_steps && d->auto_ms > 0 && d->next_ms > 0;

	return pg_run(d->pg, Q_REVEAL_MOVE, NULL, err, d->c.id, pg_arg_int(d->a, position),
	        d->auto_ms > 0 ? pg_arg_int(d->a, d->auto_ms) : NULL,
	        more ? pg_arg_int(d->a, d->next_ms) : NULL, pg_arg_int(d->a, d->stop_rank));
}

/* The contest as it is behind the move: the same teams and problems, another set of shown cells. */
static int load_after(struct doing *d, struct contest *after, struct err *err)
{
	struct contest_some no_team = {0};
	struct contest now;

	if (contest_load_some(d->pg, d->a, d->c.id, &no_team, &now, err) < 0)
		return err_result(err);
	*after = d->c;
	after->revealed = now.revealed;
	after->nrevealed = now.nrevealed;
	after->reveal_position = now.reveal_position;
	after->reveal_last = now.reveal_last;
	after->reveal_next = now.reveal_next;
	return 0;
}

static struct first first_of(const struct contest *c, const struct facts *facts,
        const struct record_change *ch, struct arena *a)
{
	size_t n;
	const struct first *all = facts_firsts(c, facts, VIEW_PUBLIC, a, &n);

	for (size_t i = 0; i < n; i++) {
		if (all[i].problem == ch->problem && all[i].sort_group == ch->team->sort_group)
			return all[i];
	}
	return (struct first){0};
}

/* What the step over a cell changes on the public board; the cell is written as well. */
static int cell_part(struct doing *d, const struct contest *after, const struct reveal_place *step,
        json_t **part, struct err *err)
{
	struct facts_want want = {0};
	struct facts facts;
	struct record_change ch = {.c = after,
	        .team = contest_team_find(after, step->team_id),
	        .problem = contest_problem_find(after, step->problem_id)};
	struct record_cell cell;

	if (!ch.team || !ch.problem)
		return err_set(err, ERR_CONFLICT,
		        "team %.40s or problem %.40s is gone: open the reveal anew", step->team_id,
		        step->problem_id);
	if (facts_load(d->pg, d->a, &d->c, &want, &facts, err) < 0)
		return err_result(err);
	record_views(&d->c, ch.team, &facts, d->a, ch.before);
	record_views(after, ch.team, &facts, d->a, ch.after);
	ch.first_before[VIEW_PUBLIC] = first_of(&d->c, &facts, &ch, d->a);
	ch.first_after[VIEW_PUBLIC] = first_of(after, &facts, &ch, d->a);
	*part = record_change_part(&ch, VIEW_PUBLIC);
	cell = record_change_cell(&ch);
	return record_put_cells(d->pg, after->id, &cell, 1, err);
}

static int step_event(struct doing *d, const struct reveal_place *step, struct err *err)
{
	json_auto_t *public_part = NULL;
	json_auto_t *jury = json_object();
	json_auto_t *subject = json_object();
	struct event_draft draft = {.kind = d->about.kind, .subject = subject, .jury = jury};
	struct contest after = {0};

	if (load_after(d, &after, err) < 0)
		return err_result(err);
	if (step->problem_id && cell_part(d, &after, step, &public_part, err) < 0)
		return err_result(err);
	if (!public_part)
		public_part = json_object();
	json_object_set_new(public_part, "reveal", part_reveal(&after));
	json_object_set_new(jury, "reveal", part_reveal(&after));
	json_object_set_new(subject, "team", json_string(step->team_id));
	if (step->problem_id)
		json_object_set_new(subject, "problem", json_string(step->problem_id));
	if (d->about.actor)
		json_object_set_new(subject, "actor", json_string(d->about.actor));
	draft.public_part = public_part;
	draft.contest_time_ms = contest_time_at(&after, d->about.head.now_ms);
	return event_append(d->pg, d->a, after.id, &d->about.head, &draft, NULL, err);
}

static int go_to(struct doing *d, int position, struct err *err)
{
	const struct contest *c = &d->c;

	if (position < 0 || position > c->reveal_steps)
		return err_set(
		        err, ERR_INPUT, "the reveal has the positions 0 to %d", c->reveal_steps);
	if (put_position(d, position, err) < 0)
		return err_result(err);
	if (position == c->reveal_position + 1)
		return step_event(d, &c->reveal_next, err);
	if (position == c->reveal_position - 1)
		return step_event(d, &c->reveal_last, err);
	return record_bulk(d->pg, d->a, &d->about, err);
}

/* ---------------------------------------------------------------- by the clock */

static int start_auto(struct doing *d, struct err *err)
{
	const struct reveal_order *o = d->o;

	if (o->every_ms < REVEAL_MIN_MS || o->every_ms > REVEAL_MAX_MS)
		return err_set(err, ERR_INPUT, "a step each %d to %d milliseconds", REVEAL_MIN_MS,
		        REVEAL_MAX_MS);
	if (o->stop_rank < 0)
		return err_set(err, ERR_INPUT, "the rank to pause at must be 0 or more");
	d->auto_ms = o->every_ms;
	d->stop_rank = o->stop_rank;
	d->next_ms = d->about.head.now_ms + o->every_ms;
	return put_position(d, d->c.reveal_position, err);
}

static int do_due(struct doing *d, struct err *err)
{
	int64_t now_ms = d->about.head.now_ms;
	int rank = d->c.reveal_next.problem_id ? 0 : d->c.reveal_next.rank;

	if (!d->c.revealing || d->next_ms == 0 || d->next_ms > now_ms)
		return 0;
	d->next_ms = now_ms + d->auto_ms;
	if (rank >= 1 && rank <= d->stop_rank)
		d->next_ms = 0;
	return go_to(d, d->c.reveal_position + 1, err) < 0 ? err_result(err) : 1;
}

/* ---------------------------------------------------------------- the orders */

static int load(struct doing *d, struct err *err)
{
	auto_pgresult PGresult *r = NULL;

	if (event_lock(d->pg, d->a, d->about.contest_id, &d->about.head, err) < 0 ||
	        contest_load(d->pg, d->a, d->about.contest_id, &d->c, err) < 0 ||
	        pg_run(d->pg, Q_REVEAL_GET, &r, err, d->c.id) < 0)
		return err_result(err);
	if (PQntuples(r) > 0) {
		d->auto_ms = pg_int(r, 0, "auto_ms");
		d->next_ms = pg_int(r, 0, "next_ms");
		d->stop_rank = (int)pg_int(r, 0, "stop_rank");
	} else if (d->o->move != REVEAL_OPEN && d->o->move != REVEAL_DUE) {
		return err_set(err, ERR_CONFLICT, "no reveal of contest %.40s is open", d->c.id);
	}
	return 0;
}

static int close_reveal(struct doing *d, struct err *err)
{
	if (pg_run(d->pg, Q_REVEAL_CLOSE, NULL, err, d->c.id) < 0)
		return err_result(err);
	return record_bulk(d->pg, d->a, &d->about, err);
}

/* A person who presses a button takes over: what ran by itself waits then. */
static int obey(struct doing *d, struct err *err)
{
	int position = d->c.reveal_position;

	if (d->o->move != REVEAL_DUE)
		d->next_ms = 0;
	switch (d->o->move) {
	case REVEAL_OPEN:
		return open_reveal(d, err) < 0 ? err_result(err) : 1;
	case REVEAL_NEXT:
		if (position == d->c.reveal_steps)
			return err_set(err, ERR_CONFLICT, "everything is revealed: thaw the board");
		return go_to(d, position + 1, err) < 0 ? err_result(err) : 1;
	case REVEAL_BACK:
		if (position == 0)
			return err_set(err, ERR_CONFLICT, "the reveal is at its beginning");
		return go_to(d, position - 1, err) < 0 ? err_result(err) : 1;
	case REVEAL_JUMP:
		return go_to(d, d->o->position, err) < 0 ? err_result(err) : 1;
	case REVEAL_AUTO:
		return start_auto(d, err);
	case REVEAL_PAUSE:
		return put_position(d, position, err);
	case REVEAL_CLOSE:
		return close_reveal(d, err) < 0 ? err_result(err) : 1;
	case REVEAL_DUE:
		return do_due(d, err);
	}
	return err_set(err, ERR_BUG, "no such move");
}

static int audit(struct doing *d, struct err *err)
{
	static const char *const names[] = {[REVEAL_OPEN] = "reveal.open",
	        [REVEAL_NEXT] = "reveal.next",
	        [REVEAL_BACK] = "reveal.back",
	        [REVEAL_JUMP] = "reveal.jump",
	        [REVEAL_AUTO] = "reveal.auto",
	        [REVEAL_PAUSE] = "reveal.pause",
	        [REVEAL_CLOSE] = "reveal.close",
	        [REVEAL_DUE] = "reveal.due"};
	struct record_audit au = {.actor = d->o->actor,
	        .action = names[d->o->move],
	        .contest_id = d->about.contest_id,
	        .reason = d->o->reason};

	return d->o->move == REVEAL_DUE ? 0 : record_audit(d->pg, &au, err);
}

int record_reveal(
        struct pg *pg, const char *contest_id, const struct reveal_order *o, struct err *err)
{
	auto_arena struct arena a = {0};
	struct doing d = {.pg = pg,
	        .a = &a,
	        .o = o,
	        .about = {.contest_id = contest_id,
	                .kind = "reveal",
	                .actor = o->actor,
	                .reason = o->reason}};
	int result;

	if (pg_begin(pg, err) < 0)
		return err_result(err);
	result = load(&d, err);
	if (result == 0)
		result = obey(&d, err);
	if (result >= 0 && audit(&d, err) < 0)
		result = err_result(err);
	return record_end(pg, result, err);
}

/* NOLINTNEXTLINE(readability-function-size): connection, arena and err are in every call */
int record_reveal_rehearse(struct pg *pg, struct arena *a, const char *contest_id,
        struct reveal_step **steps, size_t *n, struct err *err)
{
	struct doing d = {.pg = pg, .a = a};
	struct view(*views)[VIEW_COUNT];

	if (contest_load(pg, a, contest_id, &d.c, err) < 0 || frozen_views(&d, &views, err) < 0)
		return err_result(err);
	*steps = reveal_steps(&d.c, views, a, n);
	return 0;
}
