/* reveal.c -- see reveal.h.
 *
 * The walk keeps the rows in the order of the standings (sort group, rules, name, id: as board.c
 * does) and moves the one whose cell was shown up by exchanges, which is at most a walk through
 * the board per pending cell.
 *
 * What must stay true: a row that was called final stays where it is, since a shown verdict never
 * makes a row worse, so only rows above it move. A cell is shown once, also when it stays pending
 * (a judging error): the walk ends. */
#include "scoreboard/reveal.h"

#include "scoreboard/freeze.h"

struct row {
	const struct contest_team *team;
	const struct cell *final; /* the jury's */
	struct cell *shown;
	bool *done; /* by problem */
	struct total total;
	const struct total *end; /* on the final board */
};

struct walk {
	const struct contest *c;
	const struct rules *rules;
	struct row **rows;
	size_t nrows;
	struct reveal_step *steps;
	size_t n;
};

static const char *shown_name(const struct contest_team *t)
{
	return t->display_name && *t->display_name ? t->display_name : t->name;
}

static int compare(const struct rules *rules, const struct row *x, const struct row *y)
{
	int order = (x->team->sort_group > y->team->sort_group) -
	            (x->team->sort_group < y->team->sort_group);

	if (order == 0)
		order = rules->compare(&x->total, &y->total);
	if (order == 0)
		order = strcmp(shown_name(x->team), shown_name(y->team));
	return order ? order : strcmp(x->team->id, y->team->id);
}

static int by_standing(const void *a, const void *b, void *rules)
{
	const struct row *const *x = a, *const *y = b;
	const struct rules *const *of = rules;

	return compare(*of, *x, *y);
}

static struct row *make_row(const struct contest *c, const struct contest_team *t,
        const struct view views[VIEW_COUNT], struct arena *a)
{
	struct row *r = arena_alloc(a, sizeof(*r));

	*r = (struct row){.team = t,
	        .final = views[VIEW_JURY].cells,
	        .shown = arena_alloc(a, c->nproblems * sizeof(struct cell) + 1),
	        .done = arena_alloc(a, c->nproblems * sizeof(bool) + 1),
	        .total = views[VIEW_PUBLIC].total,
	        .end = &views[VIEW_JURY].total};
	for (size_t p = 0; p < c->nproblems; p++)
		r->shown[p] = views[VIEW_PUBLIC].cells[p];
	return r;
}

/* The leftmost problem that is pending and was not shown yet; -1: none. */
static ptrdiff_t leftmost(const struct contest *c, const struct row *r)
{
	for (size_t p = 0; p < c->nproblems; p++) {
		if (r->shown[p].pending > 0 && !r->done[p])
			return (ptrdiff_t)p;
	}
	return -1;
}

static void show(struct walk *w, size_t place, size_t problem)
{
	struct row *r = w->rows[place];

	r->shown[problem] = r->final[problem];
	r->done[problem] = true;
	r->total = w->rules->total(w->c, r->team, r->shown, w->c->nproblems);
	for (; place > 0 && compare(w->rules, r, w->rows[place - 1]) < 0; place--)
		w->rows[place] = w->rows[place - 1];
	w->rows[place] = r;
	w->steps[w->n++] =
	        (struct reveal_step){.team = r->team, .problem = &w->c->problems[problem]};
}

/* Shared by ties; teams without a rank push nobody down. */
static int rank_of(const struct walk *w, const struct row *r)
{
	int better = 0;

	if (!contest_team_has_rank(r->team))
		return 0;
	for (size_t i = 0; i < w->nrows; i++) {
		const struct row *x = w->rows[i];

		if (x->team->sort_group == r->team->sort_group && contest_team_has_rank(x->team) &&
		        w->rules->compare(x->end, r->end) < 0)
			better++;
	}
	return better + 1;
}

static size_t count_steps(const struct walk *w)
{
	size_t n = w->nrows;

	for (size_t i = 0; i < w->nrows; i++) {
		for (size_t p = 0; p < w->c->nproblems; p++)
			n += w->rows[i]->shown[p].pending > 0;
	}
	return n;
}

struct reveal_step *reveal_steps(
        const struct contest *c, struct view (*views)[VIEW_COUNT], struct arena *a, size_t *n)
{
	struct walk w = {.c = c, .rules = rules_of(c->rules)};

	w.rows = arena_alloc(a, c->nteams * sizeof(struct row *) + 1);
	for (size_t i = 0; i < c->nteams; i++) {
		if (freeze_public_team(&c->teams[i]))
			w.rows[w.nrows++] = make_row(c, &c->teams[i], views[i], a);
	}
	if (w.nrows > 0)
		qsort_r(w.rows, w.nrows, sizeof(struct row *), by_standing, &w.rules);
	w.steps = arena_alloc(a, count_steps(&w) * sizeof(*w.steps) + 1);
	for (size_t place = w.nrows; place-- > 0;) {
		for (ptrdiff_t p; (p = leftmost(c, w.rows[place])) >= 0;)
			show(&w, place, (size_t)p);
		w.steps[w.n++] = (struct reveal_step){
		        .team = w.rows[place]->team, .rank = rank_of(&w, w.rows[place])};
	}
	*n = w.n;
	return w.steps;
}

bool reveal_stops(const struct reveal_step *s, int stop_rank)
{
	return !s->problem && s->rank >= 1 && s->rank <= stop_rank;
}
