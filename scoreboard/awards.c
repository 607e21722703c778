/* awards.c -- awards and final ranks from a board (awards.h). Exact: whole numbers only. */
#include "scoreboard/awards.h"

#include "base/json.h"
#include "base/mem.h"

enum { ID_SIZE = 80 };

/* The teams that compete for awards, in order of the standings. */
struct field {
	const struct board_row *const *rows;
	size_t from, n; /* rows[from .. from + n), some of them without a rank */
	int medals[3];  /* the last rank of gold, silver, bronze */
	size_t ranked;
	int median_twice; /* solved: median times two */
	int least_medal;  /* solved by the last one with a medal */
};

static bool has_gained(const struct board_row *r)
{
	return r->total.solved > 0 || r->total.points_milli > 0;
}

/* 0 gold, 1 silver, 2 bronze, 3 none. */
static size_t medal_of(const struct field *f, const struct board_row *r)
{
	size_t m = 0;

	while (m < ARRAY_LEN(f->medals) && r->rank > f->medals[m])
		m++;
	return has_gained(r) && r->rank > 0 ? m : ARRAY_LEN(f->medals);
}

static int solved_at(const struct field *f, size_t place)
{
	size_t seen = 0;

	for (size_t i = f->from; i < f->from + f->n; i++) {
		if (f->rows[i]->rank > 0 && seen++ == place)
			return f->rows[i]->total.solved;
	}
	return 0;
}

static struct field field_of(struct board *b, const struct contest_medals *m)
{
	size_t n;
	struct field f = {.rows = board_rows(b, &n),
	        .medals = {
	                m->gold, m->gold + m->silver, m->gold + m->silver + m->bronze + m->extra}};

	while (f.from < n && f.rows[f.from]->rank == 0)
		f.from++;
	while (f.from + f.n < n && f.rows[f.from + f.n]->sort_group == f.rows[f.from]->sort_group) {
		f.ranked += f.rows[f.from + f.n]->rank > 0;
		f.n++;
	}
	if (f.ranked == 0)
		return f;
	f.median_twice = solved_at(&f, (f.ranked - 1) / 2) + solved_at(&f, f.ranked / 2);
	f.least_medal = solved_at(&f, 0);
	for (size_t i = f.from; i < f.from + f.n; i++) {
		if (medal_of(&f, f.rows[i]) < ARRAY_LEN(f.medals))
			f.least_medal = f.rows[i]->total.solved;
	}
	return f;
}

/* ---------------------------------------------------------------- ranks */

/* Of rows[i], which has no medal: by solved problems alone, from the median upwards. */
static int rank_by_solved(const struct field *f, size_t i)
{
	const struct board_row *r = f->rows[i];
	size_t k = i;

	if (2 * r->total.solved < f->median_twice || !has_gained(r))
		return 0;
	for (size_t p = i; p-- > f->from;) {
		if (f->rows[p]->rank == 0)
			continue;
		if (f->rows[p]->total.solved != r->total.solved ||
		        medal_of(f, f->rows[p]) < ARRAY_LEN(f->medals))
			break;
		k = p;
	}
	return f->rows[k]->rank;
}

static int final_rank(const struct field *f, const struct contest_medals *m, size_t i)
{
	const struct board_row *r = f->rows[i];
	bool competes = i >= f->from && i < f->from + f->n;

	if (!m->honors || !competes || r->rank == 0 || medal_of(f, r) < ARRAY_LEN(f->medals))
		return r->rank;
	return rank_by_solved(f, i);
}

void awards_ranks(struct board *b, const struct contest_medals *m, int *ranks)
{
	struct field f = field_of(b, m);
	size_t n;

	board_rows(b, &n);
	for (size_t i = 0; i < n; i++)
		ranks[i] = final_rank(&f, m, i);
}

bool awards_pending(struct board *b)
{
	size_t n;
	const struct board_row *const *rows = board_rows(b, &n);

	for (size_t i = 0; i < n; i++) {
		for (size_t p = 0; rows[i]->rank > 0 && p < board_nproblems(b); p++) {
			if (rows[i]->cells[p].cell.pending > 0)
				return true;
		}
	}
	return false;
}

/* ---------------------------------------------------------------- the list */

static json_t *find_award(const json_t *list, const char *id)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *o = json_array_get(list, i);

		if (strcmp(json_string_value(json_object_get(o, "id")), id) == 0)
			return o;
	}
	return NULL;
}

/* One more team for an award, which is made when it is the first. */
static void give(json_t *list, const char *id, const char *citation, const struct board_row *r)
{
	json_t *o = find_award(list, id);

	if (!o) {
		o = json_pack("{s:s, s:s, s:[]}", "id", id, "citation", citation, "team_ids");
		json_array_append_new(list, o);
	}
	json_array_append_new(json_object_get(o, "team_ids"), json_string(r->team_id));
}

static void give_medals(json_t *list, const struct field *f)
{
	static const struct {
		const char *id, *citation;
	} medals[] = {{"gold-medal", "Gold medal winner"}, {"silver-medal", "Silver medal winner"},
	        {"bronze-medal", "Bronze medal winner"}};

	for (size_t i = f->from; i < f->from + f->n; i++) {
		const struct board_row *r = f->rows[i];
		size_t m = medal_of(f, r);

		if (r->rank == 1 && has_gained(r))
			give(list, "winner", "Contest winner", r);
		if (m < ARRAY_LEN(medals))
			give(list, medals[m].id, medals[m].citation, r);
	}
}

static void give_honors(json_t *list, const struct field *f, const struct contest_medals *m)
{
	for (size_t i = f->from; i < f->from + f->n; i++) {
		const struct board_row *r = f->rows[i];
		int rank = final_rank(f, m, i);
		char id[ID_SIZE], citation[ID_SIZE];

		if (r->rank == 0 || medal_of(f, r) < ARRAY_LEN(f->medals))
			continue;
		if (rank == 0) {
			give(list, "honorable-mention", "Honorable mention", r);
			continue;
		}
		snprintf(id, sizeof(id), "rank-%d", rank);
		snprintf(citation, sizeof(citation), "Rank %d", rank);
		give(list, id, citation, r);
		if (r->total.solved == f->least_medal)
			give(list, "highest-honors", "Highest honors", r);
		else if (r->total.solved == f->least_medal - 1)
			give(list, "high-honors", "High honors", r);
		else
			give(list, "honors", "Honors", r);
	}
}

/* The first of each group, ties included. */
static void give_groups(json_t *list, const struct field *f)
{
	json_auto_t *best = json_object(); /* group -> rank */

	for (size_t i = f->from; i < f->from + f->n; i++) {
		const struct board_row *r = f->rows[i];

		for (size_t g = 0; r->rank > 0 && has_gained(r) && g < r->ngroups; g++) {
			const char *group = r->groups[g];
			const json_t *rank = json_object_get(best, group);
			char id[ID_SIZE], citation[ID_SIZE];

			if (rank && json_integer_value(rank) != r->rank)
				continue;
			json_object_set_new(best, group, json_integer(r->rank));
			snprintf(id, sizeof(id), "group-winner-%s", group);
			snprintf(citation, sizeof(citation), "Winner of group %s", group);
			give(list, id, citation, r);
		}
	}
}

static void give_firsts(json_t *list, struct board *b, const struct field *f)
{
	const json_t *problems = board_problems(b);

	for (size_t p = 0; p < board_nproblems(b); p++) {
		const json_t *o = json_array_get(problems, p);
		char id[ID_SIZE], citation[ID_SIZE];

		snprintf(id, sizeof(id), "first-to-solve-%s",
		        json_string_value(json_object_get(o, "id")));
		snprintf(citation, sizeof(citation), "First to solve problem %s",
		        json_string_value(json_object_get(o, "label")));
		for (size_t i = f->from; i < f->from + f->n; i++) {
			if (f->rows[i]->cells[p].first)
				give(list, id, citation, f->rows[i]);
		}
	}
}

json_t *awards_list(struct board *b, const struct contest_medals *m, bool firsts_only)
{
	struct field f = field_of(b, m);
	json_t *list = json_array();

	if (!firsts_only) {
		give_medals(list, &f);
		if (m->honors)
			give_honors(list, &f, m);
		give_groups(list, &f);
	}
	give_firsts(list, b, &f);
	return list;
}
