/* board_order.c -- the order of the standings, kept while the board changes.
 *
 * Three kinds of order: all rows (what viewers get whole), the ranked ones (what queries walk), and
 * the ranked ones of each group, organization and country. They are arrays of pointers, made when
 * first asked for. From then on a changed row is found in each of its orders by its old total,
 * and moved to where its new one belongs: two binary searches and one memmove of the pointers in
 * between. A fold of a whole log, which asks for no order, pays nothing for any of this.
 *
 * What must stay true: an order holds each of its rows once, sorted by board_order_compare; so a
 * row's rank is the number of rows of its sort group with a better total, + 1: two binary
 * searches. New teams, other rules and bulk parts throw all of it away (board_order_forget). */
#include "base/mem.h"
#include "scoreboard/board_state.h"

static int compare_total(
        enum rules_kind rules, const struct board_row *x, const struct board_row *y)
{
	if (x->sort_group != y->sort_group)
		return x->sort_group > y->sort_group ? 1 : -1;
	return rules_of(rules)->compare(&x->total, &y->total);
}

int board_order_compare(enum rules_kind rules, const struct board_row *x, const struct board_row *y)
{
	int order = compare_total(rules, x, y);

	if (order == 0)
		order = strcmp(x->name, y->name);
	return order ? order : strcmp(x->team_id, y->team_id);
}

typedef int comparison(enum rules_kind rules, const struct board_row *x, const struct board_row *y);

/* How many rows stand before that key. */
static size_t count_before(const struct board *b, const struct board_order *o,
        const struct board_row *key, comparison *compare)
{
	size_t low = 0, high = o->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(b->rules, o->rows[middle], key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int compare_group(
        enum rules_kind rules UNUSED, const struct board_row *x, const struct board_row *y)
{
	return (x->sort_group > y->sort_group) - (x->sort_group < y->sort_group);
}

size_t board_order_place(
        const struct board *b, const struct board_order *o, const struct board_row *row)
{
	return count_before(b, o, row, board_order_compare);
}

int board_order_rank(
        const struct board *b, const struct board_order *o, const struct board_row *row)
{
	if (!row->ranked)
		return 0;
	return (int)(count_before(b, o, row, compare_total) -
	               count_before(b, o, row, compare_group)) +
	       1;
}

/* ---- the tags of a row */

static int compare_tag(const struct board_tag *t, enum board_by by, const char *id)
{
	if (t->by != by)
		return t->by > by ? 1 : -1;
	return strcmp(t->id, id);
}

/* Where it is, or where it belongs. */
static size_t tag_place(const struct board *b, enum board_by by, const char *id)
{
	size_t low = 0, high = b->ntags;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_tag(&b->tags[middle], by, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct board_tag *tag_find(const struct board *b, enum board_by by, const char *id)
{
	size_t at = tag_place(b, by, id);

	return at < b->ntags && compare_tag(&b->tags[at], by, id) == 0 ? &b->tags[at] : NULL;
}

/* The k-th tag of a row: its organization, its country, its groups; false: it has no k-th. *id
 * NULL: it has none of that kind. */
static bool row_tag(const struct board_row *r, size_t k, enum board_by *by, const char **id)
{
	if (k < 2) {
		*by = k == 0 ? BOARD_BY_ORGANIZATION : BOARD_BY_COUNTRY;
		*id = k == 0 ? r->organization_id : r->country;
		return true;
	}
	k -= 2;
	*by = BOARD_BY_GROUP;
	*id = k < r->ngroups ? r->groups[k] : NULL;
	return k < r->ngroups;
}

static struct board_tag *tag_add(struct board *b, enum board_by by, const char *id)
{
	size_t at = tag_place(b, by, id);

	if (at < b->ntags && compare_tag(&b->tags[at], by, id) == 0)
		return &b->tags[at];
	b->tags = xreallocarray(b->tags, b->ntags + 1, sizeof(*b->tags));
	memmove(&b->tags[at + 1], &b->tags[at], (b->ntags - at) * sizeof(*b->tags));
	b->tags[at] = (struct board_tag){.by = by, .id = xstrdup(id)};
	b->ntags++;
	return &b->tags[at];
}

/* ---- making */

static void append(struct board_order *o, struct board_row *r)
{
	if (o->n == o->cap) {
		o->cap = o->cap ? 2 * o->cap : 16;
		o->rows = xreallocarray(o->rows, o->cap, sizeof(struct board_row *));
	}
	o->rows[o->n++] = r;
}

void board_order_forget(struct board *b)
{
	for (size_t i = 0; i < b->ntags; i++) {
		free(b->tags[i].id);
		free(b->tags[i].order.rows);
	}
	free(b->tags);
	free(b->ranked.rows);
	b->tags = NULL;
	b->ntags = 0;
	b->ranked = (struct board_order){0};
	b->is_sorted = b->is_ranked = b->is_indexed = false;
}

static void index_row(struct board *b, struct board_row *r)
{
	enum board_by by;
	const char *id;

	append(&b->ranked, r);
	for (size_t k = 0; row_tag(r, k, &by, &id); k++) {
		if (id && *id)
			append(&tag_add(b, by, id)->order, r);
	}
}

static int by_standing(const void *a, const void *b, void *rules)
{
	const struct board_row *const *x = a, *const *y = b;

	return board_order_compare(*(enum rules_kind *)rules, *x, *y);
}

static void sort(struct board *b)
{
	if (!b->is_sorted && b->nrows > 0)
		qsort_r(b->sorted, b->nrows, sizeof(struct board_row *), by_standing, &b->rules);
	b->is_sorted = true;
}

const struct board_order *board_order_of(struct board *b, enum board_by by, const char *id)
{
	const struct board_tag *tag;

	sort(b);
	for (size_t i = 0; i < b->nrows && !b->is_indexed; i++) {
		if (b->sorted[i]->ranked)
			index_row(b, b->sorted[i]);
	}
	b->is_indexed = true;
	if (by == BOARD_BY_NONE)
		return &b->ranked;
	tag = tag_find(b, by, id);
	return tag ? &tag->order : NULL;
}

/* Ties share a rank and the next ranks stay empty (17, 17, 19), counted in each sort group. Teams
 * that are not ranked stand where they would stand, with rank 0, and push nobody down. */
void board_sort(struct board *b)
{
	const struct rules *rules = rules_of(b->rules);
	const struct board_row *above = NULL;
	int ranked = 0;

	sort(b);
	for (size_t i = 0; i < b->nrows && !b->is_ranked; i++) {
		struct board_row *r = b->sorted[i];

		if (i > 0 && r->sort_group != b->sorted[i - 1]->sort_group) {
			above = NULL;
			ranked = 0;
		}
		r->rank = 0;
		if (!r->ranked)
			continue;
		ranked++;
		r->rank = above && rules->compare(&above->total, &r->total) == 0 ? above->rank
		                                                                 : ranked;
		above = r;
	}
	b->is_ranked = true;
}

/* ---- keeping */

/* `key` is the row with its new total; the row itself still has the old one. */
static void move(const struct board *b, struct board_order *o, struct board_row *row,
        const struct board_row *key)
{
	size_t from = count_before(b, o, row, board_order_compare);
	size_t to = count_before(b, o, key, board_order_compare);

	assert(from < o->n && o->rows[from] == row);
	if (to > from) {
		to--; /* its own place becomes free */
		memmove(&o->rows[from], &o->rows[from + 1],
		        (to - from) * sizeof(struct board_row *));
	} else {
		memmove(&o->rows[to + 1], &o->rows[to], (from - to) * sizeof(struct board_row *));
	}
	o->rows[to] = row;
}

static void move_indexed(struct board *b, struct board_row *row, const struct board_row *key)
{
	enum board_by by;
	const char *id;

	move(b, &b->ranked, row, key);
	for (size_t k = 0; row_tag(row, k, &by, &id); k++) {
		if (id && *id)
			move(b, &tag_find(b, by, id)->order, row, key);
	}
}

void board_order_total(struct board *b, struct board_row *row, const struct total *total)
{
	struct board_order all = {.rows = b->sorted, .n = b->nrows};
	struct board_row key;

	if (!b->is_sorted) {
		row->total = *total;
		return;
	}
	key = *row;
	key.total = *total;
	if (compare_total(b->rules, row, &key) != 0) {
		b->is_ranked = false;
		move(b, &all, row, &key);
		if (b->is_indexed && row->ranked)
			move_indexed(b, row, &key);
	}
	row->total = *total;
}
