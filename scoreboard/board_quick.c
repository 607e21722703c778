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

/* What is still to be read. */
struct scan {
	const char *at, *end;
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

/* A macro, so that the compiler knows the length: the comparison is then a few instructions. */
#define LITERAL(s, text)                                                                           \
	((size_t)((s)->end - (s)->at) >= sizeof(text) - 1 &&                                       \
	        memcmp((s)->at, text, sizeof(text) - 1) == 0 && ((s)->at += sizeof(text) - 1))

static bool is_digit(const struct scan *s, const char *at)
{
	return at < s->end && *at >= '0' && *at <= '9';
}

static bool integer(struct scan *s, int64_t min, int64_t max, int64_t *out)
{
	bool minus = s->at < s->end && *s->at == '-';
	const char *at = s->at + minus;
	int64_t v = 0;

	if (!is_digit(s, at) || (*at == '0' && is_digit(s, at + 1)))
		return false;
	while (is_digit(s, at) && v <= AMOUNT_MAX)
		v = 10 * v + (*at++ - '0');
	if (is_digit(s, at))
		return false;
	*out = minus ? -v : v;
	s->at = at;
	return *out >= min && *out <= max;
}

static bool count(struct scan *s, int *out)
{
	int64_t v = 0;

	if (!integer(s, 0, COUNT_MAX, &v))
		return false;
	*out = (int)v;
	return true;
}

static bool time_or_null(struct scan *s, int64_t *out)
{
	*out = -1;
	return LITERAL(s, "null") || integer(s, 0, AMOUNT_MAX, out);
}

/* Up to the closing quote; nothing that would have to be decoded. */
static bool word(struct scan *s, size_t max, struct word *out)
{
	const char *at = s->at;

	while (at < s->end && *at != '"' && *at != '\\')
		at++;
	*out = (struct word){s->at, (size_t)(at - s->at)};
	s->at = at + 1;
	return at < s->end && *at == '"' && out->len > 0 && out->len <= max;
}

static bool truth(struct scan *s, bool *out)
{
	*out = LITERAL(s, "true");
	return *out || LITERAL(s, "false");
}

static bool read_cell(struct scan *s, struct quick_cell *c)
{
	struct cell *cell = &c->cell;

	*cell = (struct cell){.time_ms = -1};
	return LITERAL(s, "{\"judged\":") && count(s, &cell->judged) &&
	       LITERAL(s, ",\"penalty\":") && count(s, &cell->penalty_minutes) &&
	       LITERAL(s, ",\"pending\":") && count(s, &cell->pending) &&
	       LITERAL(s, ",\"points\":") && integer(s, 0, AMOUNT_MAX, &cell->points_milli) &&
	       LITERAL(s, ",\"problem\":\"") && word(s, BOARD_ID_SIZE - 1, &c->problem) &&
	       LITERAL(s, ",\"solved\":") && truth(s, &cell->solved) && LITERAL(s, ",\"time\":") &&
	       time_or_null(s, &cell->time_ms) && LITERAL(s, "}");
}

static bool read_cells(struct scan *s, struct quick_row *r)
{
	r->ncells = 0;
	if (LITERAL(s, "]"))
		return true;
	do {
		if (r->ncells == CELLS_MAX || !read_cell(s, &r->cells[r->ncells++]))
			return false;
	} while (LITERAL(s, ","));
	return LITERAL(s, "]");
}

static bool read_row(struct scan *s, struct quick_row *r)
{
	struct total *t = &r->total;

	*t = (struct total){.last_ms = -1};
	return LITERAL(s, "{\"cells\":[") && read_cells(s, r) && LITERAL(s, ",\"last\":") &&
	       time_or_null(s, &t->last_ms) && LITERAL(s, ",\"penalty\":") &&
	       integer(s, -AMOUNT_MAX, AMOUNT_MAX, &t->penalty_minutes) &&
	       LITERAL(s, ",\"points\":") && integer(s, 0, AMOUNT_MAX, &t->points_milli) &&
	       LITERAL(s, ",\"solved\":") && count(s, &t->solved) && LITERAL(s, ",\"team\":\"") &&
	       word(s, BOARD_ID_SIZE - 1, &r->team) && LITERAL(s, ",\"wrong\":") &&
	       count(s, &t->wrong) && LITERAL(s, "}");
}

static bool read_part(struct scan *s, struct quick_part *part)
{
	part->nrows = 0;
	if (!LITERAL(s, "{\"rows\":["))
		return false;
	do {
		if (part->nrows == ROWS_MAX || !read_row(s, &part->rows[part->nrows++]))
			return false;
	} while (LITERAL(s, ","));
	return LITERAL(s, "]}");
}

/* What stands before the jury's part. */
static bool read_head(struct scan *s)
{
	struct word ignored;
	int64_t time = 0;

	return LITERAL(s, "{\"at\":\"") && word(s, 64, &ignored) && LITERAL(s, ",\"contest\":\"") &&
	       word(s, BOARD_ID_SIZE - 1, &ignored) && LITERAL(s, ",\"contest_time\":") &&
	       (LITERAL(s, "null") || integer(s, -AMOUNT_MAX, AMOUNT_MAX, &time)) &&
	       LITERAL(s, ",\"jury\":");
}

/* What stands between the parts. */
static bool read_middle(struct scan *s, int64_t number)
{
	struct word ignored;
	int64_t n = 0;

	return LITERAL(s, ",\"kind\":\"") && word(s, 64, &ignored) && LITERAL(s, ",\"number\":") &&
	       integer(s, 1, AMOUNT_MAX, &n) && n == number && LITERAL(s, ",\"public\":");
}

static bool starts_with(const struct scan *s, const char *text, size_t len)
{
	return (size_t)(s->end - s->at) >= len && memcmp(s->at, text, len) == 0;
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
	struct scan s = {text, text + strlen(text)};
	const char *begin;
	size_t len;
	bool hidden;

	if (!read_head(&s))
		return false;
	begin = s.at;
	if (!read_part(&s, &part))
		return false;
	len = (size_t)(s.at - begin);
	if (!read_middle(&s, number))
		return false;
	hidden = LITERAL(&s, "null");
	if (hidden != (public_number == 0))
		return false;
	if (hidden || !public_board)
		public_board = NULL;
	else if (starts_with(&s, begin, len))
		public_part = part; /* nearly always the same bytes */
	else if (!read_part(&s, &public_part))
		return false;
	if (!find(jury, number, &part) || !find(public_board, public_number, &public_part))
		return false;
	put(jury, number, &part);
	put(public_board, public_number, &public_part);
	return true;
}

/* Goes behind the object that begins here; false when it does not end. */
static bool skip_object(struct scan *s)
{
	int depth = 0;

	for (bool in_string = false; s->at < s->end; s->at++) {
		if (in_string && *s->at == '\\')
			s->at++;
		else if (*s->at == '"')
			in_string = !in_string;
		else if (!in_string && *s->at == '{')
			depth++;
		else if (!in_string && *s->at == '}' && --depth == 0)
			return s->at++;
	}
	return false;
}

const char *board_quick_same(const char *text, int64_t number, size_t *len)
{
	struct scan s = {text, text + strlen(text)};
	const char *begin;

	if (!read_head(&s) || s.at == s.end || *s.at != '{')
		return NULL;
	begin = s.at;
	if (!skip_object(&s))
		return NULL;
	*len = (size_t)(s.at - begin);
	return read_middle(&s, number) && starts_with(&s, begin, *len) ? begin : NULL;
}
