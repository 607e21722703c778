/* board_quick.c -- nearly all events of a log say that cells of a team have changed, and nothing
 * else. Their text is canonical (event.h), so it can be read from left to right, member by member,
 * a fifth of a microsecond per cell; making JSON of it and checking that takes twenty. Folding a
 * million of them is what a wiped Redis and a started api wait for.
 *
 * Whatever is not exactly as expected here (another member, another order, an escaped character, a
 * number out of range, an unknown team, a number that does not follow) is left to board_apply,
 * which does it or says what is wrong. So this may know less than board_apply, but must never do
 * anything else; a test compares them. */
#include "scoreboard/board_quick.h"

#include "scoreboard/board_state.h"

enum { ROWS_MAX = 4, CELLS_MAX = 8, COUNT_MAX = 1000000000 };
static const int64_t AMOUNT_MAX = INT64_C(1) << 52;

struct word {
	const char *s;
	size_t len;
};

struct quick_cell {
	struct word problem;
	struct cell cell;
	ptrdiff_t place; /* on the board it is for */
};

struct quick_row {
	struct word team;
	struct total total;
	size_t ncells;
	struct quick_cell cells[CELLS_MAX];
	struct board_row *row;
};

struct quick_part {
	size_t nrows;
	struct quick_row rows[ROWS_MAX];
};

/* ---- reading; each answers false when something else stands there */

static bool literal(const char **p, const char *text, size_t len)
{
	if (strncmp(*p, text, len) != 0)
		return false;
	*p += len;
	return true;
}
#define LITERAL(p, text) literal((p), text, sizeof(text) - 1)

static bool integer(const char **p, int64_t min, int64_t max, int64_t *out)
{
	bool minus = **p == '-';
	const char *at = *p + minus;
	int64_t v = 0;

	if (*at < '0' || *at > '9' || (*at == '0' && at[1] >= '0' && at[1] <= '9'))
		return false;
	while (*at >= '0' && *at <= '9' && v <= AMOUNT_MAX)
		v = 10 * v + (*at++ - '0');
	if (*at >= '0' && *at <= '9')
		return false;
	*out = minus ? -v : v;
	*p = at;
	return *out >= min && *out <= max;
}

static bool count(const char **p, int *out)
{
	int64_t v = 0;

	if (!integer(p, 0, COUNT_MAX, &v))
		return false;
	*out = (int)v;
	return true;
}

static bool time_or_null(const char **p, int64_t *out)
{
	*out = -1;
	return LITERAL(p, "null") || integer(p, 0, AMOUNT_MAX, out);
}

/* Up to the closing quote; nothing that would have to be decoded. */
static bool word(const char **p, size_t max, struct word *out)
{
	const char *at = *p;

	while (*at != '"' && *at != '\\' && *at != '\0')
		at++;
	*out = (struct word){*p, (size_t)(at - *p)};
	*p = at + 1;
	return *at == '"' && out->len > 0 && out->len <= max;
}

static bool truth(const char **p, bool *out)
{
	*out = LITERAL(p, "true");
	return *out || LITERAL(p, "false");
}

static bool read_cell(const char **p, struct quick_cell *c)
{
	struct cell *cell = &c->cell;

	*cell = (struct cell){.time_ms = -1};
	return LITERAL(p, "{\"judged\":") && count(p, &cell->judged) &&
	       LITERAL(p, ",\"penalty\":") && count(p, &cell->penalty_minutes) &&
	       LITERAL(p, ",\"pending\":") && count(p, &cell->pending) &&
	       LITERAL(p, ",\"points\":") && integer(p, 0, AMOUNT_MAX, &cell->points_milli) &&
	       LITERAL(p, ",\"problem\":\"") && word(p, BOARD_ID_SIZE - 1, &c->problem) &&
	       LITERAL(p, ",\"solved\":") && truth(p, &cell->solved) && LITERAL(p, ",\"time\":") &&
	       time_or_null(p, &cell->time_ms) && LITERAL(p, "}");
}

static bool read_cells(const char **p, struct quick_row *r)
{
	r->ncells = 0;
	if (LITERAL(p, "]"))
		return true;
	do {
		if (r->ncells == CELLS_MAX || !read_cell(p, &r->cells[r->ncells++]))
			return false;
	} while (LITERAL(p, ","));
	return LITERAL(p, "]");
}

static bool read_row(const char **p, struct quick_row *r)
{
	struct total *t = &r->total;

	*t = (struct total){.last_ms = -1};
	return LITERAL(p, "{\"cells\":[") && read_cells(p, r) && LITERAL(p, ",\"last\":") &&
	       time_or_null(p, &t->last_ms) && LITERAL(p, ",\"penalty\":") &&
	       integer(p, -AMOUNT_MAX, AMOUNT_MAX, &t->penalty_minutes) &&
	       LITERAL(p, ",\"points\":") && integer(p, 0, AMOUNT_MAX, &t->points_milli) &&
	       LITERAL(p, ",\"solved\":") && count(p, &t->solved) && LITERAL(p, ",\"team\":\"") &&
	       word(p, BOARD_ID_SIZE - 1, &r->team) && LITERAL(p, ",\"wrong\":") &&
	       count(p, &t->wrong) && LITERAL(p, "}");
}

static bool read_part(const char **p, struct quick_part *part)
{
	part->nrows = 0;
	if (!LITERAL(p, "{\"rows\":["))
		return false;
	do {
		if (part->nrows == ROWS_MAX || !read_row(p, &part->rows[part->nrows++]))
			return false;
	} while (LITERAL(p, ","));
	return LITERAL(p, "]}");
}

/* What stands before the jury's part. */
static bool read_head(const char **p)
{
	struct word ignored;
	int64_t time = 0;

	return LITERAL(p, "{\"at\":\"") && word(p, 64, &ignored) && LITERAL(p, ",\"contest\":\"") &&
	       word(p, BOARD_ID_SIZE - 1, &ignored) && LITERAL(p, ",\"contest_time\":") &&
	       (LITERAL(p, "null") || integer(p, -AMOUNT_MAX, AMOUNT_MAX, &time)) &&
	       LITERAL(p, ",\"jury\":");
}

/* What stands between the parts. */
static bool read_middle(const char **p, int64_t number)
{
	struct word ignored;
	int64_t n = 0;

	return LITERAL(p, ",\"kind\":\"") && word(p, 64, &ignored) && LITERAL(p, ",\"number\":") &&
	       integer(p, 1, AMOUNT_MAX, &n) && n == number && LITERAL(p, ",\"public\":");
}

/* ---- finding and applying */

static ptrdiff_t find_problem(const struct board *b, const struct word *id)
{
	for (size_t i = 0; i < b->nproblems; i++) {
		if (strncmp(b->problem_ids[i], id->s, id->len) == 0 &&
		        b->problem_ids[i][id->len] == '\0')
			return (ptrdiff_t)i;
	}
	return -1;
}

static bool find_row(const struct board *b, struct quick_row *r)
{
	r->row = board_row_find_n(b, r->team.s, r->team.len);
	for (size_t i = 0; r->row && i < r->ncells; i++) {
		r->cells[i].place = find_problem(b, &r->cells[i].problem);
		if (r->cells[i].place < 0)
			return false;
	}
	return r->row != NULL;
}

static bool find(const struct board *b, int64_t number, struct quick_part *part)
{
	if (!b)
		return true;
	if (number != b->number + 1)
		return false;
	for (size_t i = 0; i < part->nrows; i++) {
		if (!find_row(b, &part->rows[i]))
			return false;
	}
	return true;
}

static void put(struct board *b, int64_t number, const struct quick_part *part)
{
	if (!b)
		return;
	for (size_t i = 0; i < part->nrows; i++) {
		const struct quick_row *r = &part->rows[i];

		board_order_total(b, r->row, &r->total);
		for (size_t k = 0; k < r->ncells; k++)
			r->row->cells[r->cells[k].place].cell = r->cells[k].cell;
	}
	b->number = number;
}

/* NOLINTNEXTLINE(readability-function-size): two boards and one event */
bool board_quick(struct board *jury, struct board *public_board, int64_t number,
        int64_t public_number, const char *text)
{
	struct quick_part part, public_part;
	const char *p = text, *begin, *end;
	bool hidden;

	if (!read_head(&p))
		return false;
	begin = p;
	if (!read_part(&p, &part))
		return false;
	end = p;
	if (!read_middle(&p, number))
		return false;
	hidden = LITERAL(&p, "null");
	if (hidden != (public_number == 0))
		return false;
	if (hidden || !public_board)
		public_board = NULL;
	else if (strncmp(p, begin, (size_t)(end - begin)) == 0)
		public_part = part; /* nearly always the same bytes */
	else if (!read_part(&p, &public_part))
		return false;
	if (!find(jury, number, &part) || !find(public_board, public_number, &public_part))
		return false;
	put(jury, number, &part);
	put(public_board, public_number, &public_part);
	return true;
}

/* Behind the object that begins at p; NULL when it does not end. */
static const char *skip_object(const char *p)
{
	int depth = 0;

	for (bool in_string = false; *p; p++) {
		if (in_string && *p == '\\' && p[1])
			p++;
		else if (*p == '"')
			in_string = !in_string;
		else if (!in_string && *p == '{')
			depth++;
		else if (!in_string && *p == '}' && --depth == 0)
			return p + 1;
	}
	return NULL;
}

const char *board_quick_same(const char *text, int64_t number, size_t *len)
{
	const char *p = text, *begin, *end;

	if (!read_head(&p) || *p != '{')
		return NULL;
	begin = p;
	end = skip_object(p);
	if (!end)
		return NULL;
	p = end;
	*len = (size_t)(end - begin);
	if (!read_middle(&p, number) || strncmp(p, begin, *len) != 0)
		return NULL;
	return begin;
}
