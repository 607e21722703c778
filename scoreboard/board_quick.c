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

enum { ROWS_MAX = 4, CELLS_MAX = 8, COUNT_MAX = 1000000000, WORD_MAX = 4096 };
static const int64_t AMOUNT_MAX = INT64_C(1) << 52;

/* What is still to be read. */
struct scan {
	const char *at, *end;
};

struct quick_cell {
	struct board_word problem;
	struct cell cell;
};

struct quick_row {
	struct board_word team;
	struct total total;
	size_t ncells;
	struct quick_cell cells[CELLS_MAX];
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
	return !(minus && v == 0) && *out >= min && *out <= max;
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
static bool word(struct scan *s, size_t max, struct board_word *out)
{
	const char *at = s->at;

	while (at < s->end && *at != '"' && *at != '\\' && (unsigned char)*at >= ' ')
		at++;
	*out = (struct board_word){s->at, (size_t)(at - s->at)};
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
	struct board_word ignored;
	int64_t time = 0;

	return LITERAL(s, "{\"at\":\"") && word(s, 64, &ignored) && LITERAL(s, ",\"contest\":\"") &&
	       word(s, BOARD_ID_SIZE - 1, &ignored) && LITERAL(s, ",\"contest_time\":") &&
	       (LITERAL(s, "null") || integer(s, -AMOUNT_MAX, AMOUNT_MAX, &time)) &&
	       LITERAL(s, ",\"jury\":");
}

/* What stands between the parts. */
static bool read_middle(struct scan *s, int64_t number)
{
	struct board_word ignored;
	int64_t n = 0;

	return LITERAL(s, ",\"kind\":\"") && word(s, 64, &ignored) && LITERAL(s, ",\"number\":") &&
	       integer(s, 1, AMOUNT_MAX, &n) && n == number && LITERAL(s, ",\"public\":");
}

static bool starts_with(const struct scan *s, const char *text, size_t len)
{
	return (size_t)(s->end - s->at) >= len && memcmp(s->at, text, len) == 0;
}

/* ---- finding and applying */

/* Where a row of a part stands on a board: places of the team and of its cells' problems. */
struct place {
	size_t row, problems[CELLS_MAX];
};

static bool is_problem(const struct board *b, size_t place, const struct board_word *id)
{
	return place < b->nproblems && strncmp(b->problem_ids[place], id->s, id->len) == 0 &&
	       b->problem_ids[place][id->len] == '\0';
}

/* nproblems: none has this id. */
static size_t find_problem(const struct board *b, const struct board_word *id)
{
	size_t i = 0;

	while (i < b->nproblems && !is_problem(b, i, id))
		i++;
	return i;
}

/* Reads of a large board miss every cache, so they begin as soon as it is known what they will be,
 * and all at once. */
static void fetch(const struct board *b, const struct place *p, size_t ncells)
{
	const struct board_cell *cells;

	if (!b || p->row >= b->nrows)
		return;
	cells = b->cells + p->row * b->nproblems;
	__builtin_prefetch(&b->rows[p->row], 1);
	__builtin_prefetch(&b->rows[p->row].cells, 1);
	for (size_t i = 0; i < ncells; i++) {
		if (p->problems[i] < b->nproblems)
			__builtin_prefetch(&cells[p->problems[i]], 1);
	}
}

/* Most teams stand in the same place on both boards, and so do problems. */
static void guess(const struct board *jury, const struct board *open, const struct quick_part *part,
        struct place *places)
{
	const struct board *b = jury ? jury : open;

	for (size_t i = 0; b && i < part->nrows; i++) {
		const struct quick_row *r = &part->rows[i];

		places[i].row = board_row_guess(b, r->team.s, r->team.len);
		for (size_t k = 0; k < r->ncells; k++)
			places[i].problems[k] = find_problem(b, &r->cells[k].problem);
		fetch(jury, &places[i], r->ncells);
		fetch(open, &places[i], r->ncells);
	}
}

/* `p` holds a guess. */
static bool find_row(const struct board *b, const struct quick_row *r, struct place *p)
{
	if (p->row >= b->nrows || !board_row_is(&b->rows[p->row], r->team.s, r->team.len)) {
		const struct board_row *row = board_row_find_n(b, r->team.s, r->team.len);

		if (!row)
			return false;
		p->row = (size_t)(row - b->rows);
	}
	for (size_t i = 0; i < r->ncells; i++) {
		const struct board_word *id = &r->cells[i].problem;

		if (!is_problem(b, p->problems[i], id))
			p->problems[i] = find_problem(b, id);
		if (p->problems[i] == b->nproblems)
			return false;
	}
	return true;
}

static bool find(
        const struct board *b, int64_t number, const struct quick_part *part, struct place *places)
{
	if (!b)
		return true;
	if (number != b->number + 1)
		return false;
	for (size_t i = 0; i < part->nrows; i++) {
		if (!find_row(b, &part->rows[i], &places[i]))
			return false;
	}
	return true;
}

static void put(
        struct board *b, int64_t number, const struct quick_part *part, const struct place *places)
{
	if (!b)
		return;
	for (size_t i = 0; i < part->nrows; i++) {
		const struct quick_row *r = &part->rows[i];
		struct board_row *row = &b->rows[places[i].row];

		board_order_total(b, row, &r->total);
		for (size_t k = 0; k < r->ncells; k++)
			row->cells[places[i].problems[k]].cell = r->cells[k].cell;
	}
	b->number = number;
}

/* NOLINTNEXTLINE(readability-function-size): two boards and one event */
bool board_quick(struct board *jury, struct board *public_board, int64_t number,
        int64_t public_number, const char *text)
{
	struct quick_part part, other;
	const struct quick_part *open = &part; /* nearly always the same bytes */
	struct place places[ROWS_MAX], open_places[ROWS_MAX];
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
	public_board = public_number == 0 ? NULL : public_board;
	guess(jury, public_board, &part, places);
	if (!read_middle(&s, number))
		return false;
	hidden = LITERAL(&s, "null");
	if (hidden != (public_number == 0))
		return false;
	if (public_board && !starts_with(&s, begin, len)) {
		open = &other;
		if (!read_part(&s, &other))
			return false;
		guess(public_board, NULL, &other, open_places);
	} else {
		memcpy(open_places, places, sizeof(places));
	}
	if (!find(jury, number, &part, places) ||
	        !find(public_board, public_number, open, open_places))
		return false;
	put(jury, number, &part, places);
	put(public_board, public_number, open, open_places);
	return true;
}

/* ---- members and teams */

/* Behind the closing quote. */
static bool skip_string(struct scan *s)
{
	while (s->at < s->end && *s->at != '"')
		s->at += *s->at == '\\' ? 2 : 1;
	s->at++;
	return s->at <= s->end;
}

/* To the comma or bracket behind the value that begins here. */
static bool skip_value(struct scan *s)
{
	const char *begin = s->at;
	int depth = 0;

	while (s->at < s->end) {
		char c = *s->at;

		if ((c == '}' || c == ']' || c == ',') && depth == 0)
			return s->at > begin;
		s->at++;
		if (c == '"' && !skip_string(s))
			return false;
		depth += (c == '{' || c == '[') - (c == '}' || c == ']');
	}
	return false;
}

/* From an object's bracket, or a comma of its, to the value of the member; what it goes over is not
 * checked. */
static bool find_member(struct scan *s, const char *name)
{
	struct board_word key;

	while (s->at < s->end && (*s->at == '{' || *s->at == ',')) {
		s->at++;
		if (!LITERAL(s, "\"") || !word(s, WORD_MAX, &key) || !LITERAL(s, ":"))
			return false;
		if (key.len == strlen(name) && memcmp(key.s, name, key.len) == 0)
			return true;
		if (!skip_value(s))
			return false;
	}
	return false;
}

static bool take_value(struct scan *s, struct board_word *out)
{
	out->s = s->at;
	if (!skip_value(s))
		return false;
	out->len = (size_t)(s->at - out->s);
	return true;
}

bool board_quick_member(const char *text, size_t len, const char *name, struct board_word *out)
{
	struct scan s = {text, text + len};

	return find_member(&s, name) && take_value(&s, out);
}

bool board_quick_parts(const char *text, struct board_word *jury, struct board_word *open)
{
	struct scan s = {text, text + strlen(text)};

	if (!find_member(&s, "jury") || !take_value(&s, jury) || !find_member(&s, "public"))
		return false;
	*open = (struct board_word){s.at, jury->len};
	if (starts_with(&s, jury->s, jury->len) && strchr(",}", s.at[jury->len]))
		return true;
	return take_value(&s, open);
}

/* null, or a string that is no other character than it looks like. */
static bool word_or_null(struct scan *s, struct board_word *out)
{
	*out = (struct board_word){0};
	return LITERAL(s, "null") || (LITERAL(s, "\"") && word(s, WORD_MAX, out));
}

static bool read_groups(struct scan *s, struct board_team *t)
{
	t->ngroups = 0;
	if (LITERAL(s, "]"))
		return true;
	do {
		if (t->ngroups == BOARD_GROUPS_PLAIN || !LITERAL(s, "\"") ||
		        !word(s, WORD_MAX, &t->groups[t->ngroups++]))
			return false;
	} while (LITERAL(s, ","));
	return LITERAL(s, "]");
}

static bool read_team(struct scan *s, struct board_team *t)
{
	struct board_word ignored;
	int64_t sort_group = 0;
	bool plain = LITERAL(s, "{\"country\":") && word_or_null(s, &t->country) &&
	             LITERAL(s, ",\"display_name\":") && word_or_null(s, &t->display_name) &&
	             LITERAL(s, ",\"groups\":[") && read_groups(s, t) &&
	             LITERAL(s, ",\"hidden\":") && truth(s, &t->hidden) &&
	             LITERAL(s, ",\"id\":\"") && word(s, BOARD_ID_SIZE - 1, &t->id) &&
	             LITERAL(s, ",\"name\":\"") && word(s, WORD_MAX, &t->name) &&
	             LITERAL(s, ",\"organization\":") && word_or_null(s, &ignored) &&
	             LITERAL(s, ",\"organization_id\":") && word_or_null(s, &t->organization_id);

	t->ranked = plain && !LITERAL(s, ",\"ranked\":false");
	plain = plain && LITERAL(s, ",\"sort_group\":") &&
	        integer(s, INT32_MIN, INT32_MAX, &sort_group) && LITERAL(s, "}");
	t->sort_group = (int)sort_group;
	return plain;
}

bool board_quick_team(
        const char **at, const char *end, struct board_team *out, struct board_word *text)
{
	struct scan s = {*at, end}, all = s;
	bool plain = read_team(&s, out);

	text->s = *at;
	if (!plain && !skip_value(&all))
		text->s = NULL;
	*at = plain ? s.at : all.at;
	text->len = text->s ? (size_t)(*at - text->s) : 0;
	return plain;
}
