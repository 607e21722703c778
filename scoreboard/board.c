/* board.c -- the fold of a contest's log for one viewer class (event.h says what a PART holds).
 *
 * A PART is checked as a whole before anything is changed: one that names an unknown team or
 * problem, or holds a value of the wrong type or range, is refused with ERR_INPUT and leaves the
 * board as it was. So applying has two passes over the same parsing functions: the first against
 * the teams and problems that the board will have, the second, which cannot fail, into the board.
 *
 * What must stay true:
 *   * values are absolute: applying the same PART twice (under two numbers) changes nothing;
 *   * a cell stays with its problem's id, not its place, when the list of problems changes;
 *   * the rows are kept by team id; the order of the standings is made when it is asked for.
 *
 * In a "bulk" PART, "rows", "first" and "reveal" take the place of all there were; without "bulk"
 * they replace what they name. */
#include "scoreboard/board.h"

#include "base/json.h"
#include "base/mem.h"
#include "scoreboard/board_quick.h"
#include "scoreboard/board_state.h"

enum {
	ID_MAX = BOARD_ID_SIZE - 1,
	NAME_MAX_BYTES = 4096,
	PROBLEMS_MAX = 1000,
	TEAMS_MAX = 1000000,
	CELLS_MAX = 50 * 1000 * 1000, /* teams x problems: bounds the memory of one board */
	FIRSTS_MAX = 4096,
	COUNT_MAX = 1000000000,
	EVENT_DEPTH_MAX = 16,
};
static const int64_t AMOUNT_MAX = INT64_C(1) << 52;

struct board *board_new(void)
{
	return xcalloc(1, sizeof(struct board));
}

void board_free(struct board *b)
{
	if (!b)
		return;
	json_decref(b->contest);
	json_decref(b->state);
	json_decref(b->freezes);
	json_decref(b->reveal);
	json_decref(b->problems);
	free(b->problem_ids);
	board_order_forget(b);
	free(b->rows);
	arena_free(&b->texts);
	free(b->cells);
	free(b->slots);
	free(b->sorted);
	free(b->firsts);
	free(b);
}

bool board_cell_is_empty(const struct cell *c)
{
	return c->judged == 0 && c->pending == 0 && !c->solved && c->points_milli == 0 &&
	       c->penalty_minutes == 0 && c->time_ms < 0;
}

ptrdiff_t board_problem_find(const struct board *b, const char *id)
{
	for (size_t i = 0; i < b->nproblems; i++) {
		if (strcmp(b->problem_ids[i], id) == 0)
			return (ptrdiff_t)i;
	}
	return -1;
}

/* FNV-1a */
static uint32_t hash_id(const char *id, size_t len)
{
	uint32_t hash = 2166136261U;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)id[i]) * 16777619U;
	return hash ^ hash >> 15;
}

size_t board_row_guess(const struct board *b, const char *id, size_t len)
{
	uint32_t hash = hash_id(id, len);

	for (size_t at = hash; b->nslots > 0; at++) {
		const struct board_slot *slot = &b->slots[at & (b->nslots - 1)];

		if (slot->row == 0)
			break;
		if (slot->hash == hash)
			return slot->row - 1;
	}
	return SIZE_MAX;
}

struct board_row *board_row_find_n(const struct board *b, const char *id, size_t len)
{
	uint32_t hash = hash_id(id, len);

	if (len >= BOARD_ID_SIZE)
		return NULL;
	for (size_t at = hash; b->nslots > 0; at++) {
		const struct board_slot *slot = &b->slots[at & (b->nslots - 1)];

		if (slot->row == 0)
			break;
		if (slot->hash == hash && board_row_is(&b->rows[slot->row - 1], id, len))
			return &b->rows[slot->row - 1];
	}
	return NULL;
}

/* After the rows have changed. At most half of the slots are taken. */
static void hash_rows(struct board *b)
{
	b->nslots = 2;
	while (b->nslots < 2 * b->nrows)
		b->nslots *= 2;
	free(b->slots);
	b->slots = xcalloc(b->nslots, sizeof(*b->slots));
	for (size_t i = 0; i < b->nrows; i++) {
		const char *id = b->rows[i].team_id;
		uint32_t hash = hash_id(id, strlen(id));
		size_t at = hash & (b->nslots - 1);

		while (b->slots[at].row)
			at = (at + 1) & (b->nslots - 1);
		b->slots[at] = (struct board_slot){.hash = hash, .row = (uint32_t)i + 1};
	}
}

static struct board_row *row_find(const struct board *b, const char *team_id)
{
	return board_row_find_n(b, team_id, strlen(team_id));
}

const struct board_row *board_row_find(const struct board *b, const char *team_id)
{
	return row_find(b, team_id);
}

/* ---- parsing: pure, used by both passes */

/* A PART's member as an array of at most max elements; *n 0 and no error when missing or null. */
static int part_array(
        const json_t *part, const char *name, size_t max, const json_t **out, struct err *err)
{
	const json_t *v = json_object_get(part, name);

	*out = NULL;
	if (!v || json_is_null(v))
		return 0;
	if (!json_is_array(v) || json_array_size(v) > max)
		return err_set(err, ERR_INPUT, "\"%s\" must be a list of at most %zu", name, max);
	*out = v;
	return 0;
}

static int get_int(const json_t *o, const char *name, int64_t max, int *out, struct err *err)
{
	int64_t v;

	if (json_get_int(o, name, 0, max, &v, err) < 0)
		return err_result(err);
	*out = (int)v;
	return 0;
}

static int parse_cell(const json_t *o, struct cell *c, struct err *err)
{
	*c = (struct cell){.time_ms = -1};
	if (get_int(o, "judged", COUNT_MAX, &c->judged, err) < 0 ||
	        get_int(o, "pending", COUNT_MAX, &c->pending, err) < 0 ||
	        get_int(o, "penalty", COUNT_MAX, &c->penalty_minutes, err) < 0 ||
	        json_opt_bool(o, "solved", false, &c->solved, err) < 0 ||
	        json_opt_int(o, "time", -1, AMOUNT_MAX, -1, &c->time_ms, err) < 0 ||
	        json_get_int(o, "points", 0, AMOUNT_MAX, &c->points_milli, err) < 0)
		return err_result(err);
	return 0;
}

static int parse_total(const json_t *o, struct total *t, struct err *err)
{
	*t = (struct total){.last_ms = -1};
	if (get_int(o, "solved", COUNT_MAX, &t->solved, err) < 0 ||
	        get_int(o, "wrong", COUNT_MAX, &t->wrong, err) < 0 ||
	        json_get_int(o, "penalty", -AMOUNT_MAX, AMOUNT_MAX, &t->penalty_minutes, err) < 0 ||
	        json_get_int(o, "points", 0, AMOUNT_MAX, &t->points_milli, err) < 0 ||
	        json_opt_int(o, "last", -1, AMOUNT_MAX, -1, &t->last_ms, err) < 0)
		return err_result(err);
	return 0;
}

static int parse_first(const json_t *o, struct board_first *f, struct err *err)
{
	const char *problem, *team;
	int64_t group;

	if (json_get_string(o, "problem", ID_MAX, &problem, err) < 0 ||
	        json_opt_int(o, "sort_group", INT32_MIN, INT32_MAX, 0, &group, err) < 0 ||
	        json_opt_string(o, "team", ID_MAX, "", &team, err) < 0)
		return err_result(err);
	f->sort_group = (int)group;
	snprintf(f->problem_id, sizeof(f->problem_id), "%s", problem);
	snprintf(f->team_id, sizeof(f->team_id), "%s", team);
	return 0;
}

static int parse_rules(const json_t *contest, enum rules_kind *out, struct err *err)
{
	const char *word;

	if (json_get_string(contest, "rules", 16, &word, err) < 0)
		return err_result(err);
	if (rules_parse(word, out))
		return 0;
	return err_set(err, ERR_INPUT, "unknown \"rules\": \"%s\"", word);
}

/* ---- first pass: what the PART brings, checked */

/* The board to be: the new lists if the PART has them, else the board's own. */
struct plan {
	bool bulk;
	enum rules_kind rules;
	const json_t *problems, *rows, *first; /* of the PART; NULL: not in it */
	bool has_teams;
	struct board_teams teams; /* owned until taken */
	const char **problem_ids; /* the new ones, owned; NULL: the board's stay */
	size_t nproblems;
};

static void plan_free(struct plan *p)
{
	board_teams_clear(&p->teams);
	free(p->problem_ids);
}
#define auto_plan __attribute__((cleanup(plan_free)))

static int plan_teams(struct plan *p, const struct board_part *part, struct err *err)
{
	const json_t *teams;

	if (part_array(part->json, "teams", TEAMS_MAX, &teams, err) < 0)
		return err_result(err);
	p->has_teams = teams || part->teams;
	if (part->teams)
		return board_teams_scan(&p->teams, part->teams, part->teams_len, err);
	return teams ? board_teams_read(&p->teams, teams, err) : 0;
}

static int plan_problems(struct plan *p, struct err *err)
{
	size_t n = json_array_size(p->problems);

	p->problem_ids = xcalloc(n + 1, sizeof(char *));
	for (p->nproblems = 0; p->nproblems < n; p->nproblems++) {
		const json_t *o = json_array_get(p->problems, p->nproblems);
		const char *id;

		if (json_get_string(o, "id", ID_MAX, &id, err) < 0)
			return err_wrap(err, "problem %zu of the list", p->nproblems + 1);
		for (size_t i = 0; i < p->nproblems; i++) {
			if (strcmp(p->problem_ids[i], id) == 0)
				return err_set(
				        err, ERR_INPUT, "problem \"%s\" is listed twice", id);
		}
		p->problem_ids[p->nproblems] = id;
	}
	return 0;
}

static bool plan_has_problem(const struct board *b, const struct plan *p, const char *id)
{
	if (!p->problem_ids)
		return board_problem_find(b, id) >= 0;
	for (size_t i = 0; i < p->nproblems; i++) {
		if (strcmp(p->problem_ids[i], id) == 0)
			return true;
	}
	return false;
}

static int compare_id(const void *id, const void *row)
{
	return strcmp(id, ((const struct board_row *)row)->team_id);
}

static bool plan_has_team(const struct board *b, const struct plan *p, const char *id)
{
	if (!p->has_teams)
		return row_find(b, id) != NULL;
	return p->teams.n > 0 &&
	       bsearch(id, p->teams.rows, p->teams.n, sizeof(struct board_row), compare_id) != NULL;
}

static int check_row(
        const struct board *b, const struct plan *p, const json_t *row, struct err *err)
{
	const char *team, *problem;
	const json_t *cells;
	struct total total;
	struct cell cell;

	if (json_get_string(row, "team", ID_MAX, &team, err) < 0)
		return err_result(err);
	if (!plan_has_team(b, p, team))
		return err_set(err, ERR_INPUT, "row of an unknown team: \"%s\"", team);
	if (parse_total(row, &total, err) < 0 ||
	        part_array(row, "cells", PROBLEMS_MAX, &cells, err) < 0)
		return err_wrap(err, "row of team %s", team);
	for (size_t i = 0; i < json_array_size(cells); i++) {
		const json_t *o = json_array_get(cells, i);

		if (json_get_string(o, "problem", ID_MAX, &problem, err) < 0 ||
		        parse_cell(o, &cell, err) < 0)
			return err_wrap(err, "cell %zu of team %s", i + 1, team);
		if (!plan_has_problem(b, p, problem))
			return err_set(
			        err, ERR_INPUT, "cell of an unknown problem: \"%s\"", problem);
	}
	return 0;
}

static int check_first(
        const struct board *b, const struct plan *p, const json_t *o, struct err *err)
{
	struct board_first f = {0};

	if (parse_first(o, &f, err) < 0)
		return err_wrap(err, "first to solve");
	if (!plan_has_problem(b, p, f.problem_id))
		return err_set(err, ERR_INPUT, "first of an unknown problem: \"%s\"", f.problem_id);
	if (*f.team_id && !plan_has_team(b, p, f.team_id))
		return err_set(err, ERR_INPUT, "first is an unknown team: \"%s\"", f.team_id);
	return 0;
}

/* The members that are kept as they came must at least be what readers expect. */
static int check_plain(const json_t *part, struct err *err)
{
	static const struct {
		const char *name;
		json_type type;
	} members[] = {{"contest", JSON_OBJECT}, {"state", JSON_OBJECT}, {"freezes", JSON_ARRAY},
	        {"reveal", JSON_OBJECT}};

	if (!json_is_object(part))
		return err_set(err, ERR_INPUT, "a part of an event must be an object");
	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		const json_t *v = json_object_get(part, members[i].name);

		if (v && json_typeof(v) != members[i].type)
			return err_set(
			        err, ERR_INPUT, "\"%s\" has the wrong type", members[i].name);
	}
	return 0;
}

static int plan_lists(
        const struct board *b, const struct board_part *part, struct plan *p, struct err *err)
{
	size_t teams, problems;

	if (plan_teams(p, part, err) < 0 ||
	        part_array(part->json, "problems", PROBLEMS_MAX, &p->problems, err) < 0 ||
	        part_array(part->json, "rows", TEAMS_MAX, &p->rows, err) < 0 ||
	        part_array(part->json, "first", FIRSTS_MAX, &p->first, err) < 0)
		return err_result(err);
	teams = p->has_teams ? p->teams.n : b->nrows;
	problems = p->problems ? json_array_size(p->problems) : b->nproblems;
	if (teams * problems > CELLS_MAX)
		return err_set(err, ERR_INPUT, "%zu teams by %zu problems is too large a board",
		        teams, problems);
	return p->problems ? plan_problems(p, err) : 0;
}

static int plan_make(
        const struct board *b, const struct board_part *part, struct plan *p, struct err *err)
{
	const json_t *contest = json_object_get(part->json, "contest");

	if (check_plain(part->json, err) < 0 ||
	        json_opt_bool(part->json, "bulk", false, &p->bulk, err) < 0)
		return err_result(err);
	p->rules = b->rules;
	if (contest && parse_rules(contest, &p->rules, err) < 0)
		return err_wrap(err, "contest");
	if (plan_lists(b, part, p, err) < 0)
		return err_result(err);
	for (size_t i = 0; i < json_array_size(p->rows); i++) {
		if (check_row(b, p, json_array_get(p->rows, i), err) < 0)
			return err_result(err);
	}
	for (size_t i = 0; i < json_array_size(p->first); i++) {
		if (check_first(b, p, json_array_get(p->first, i), err) < 0)
			return err_result(err);
	}
	if (!p->bulk && b->nfirsts + json_array_size(p->first) > 2 * (size_t)FIRSTS_MAX)
		return err_set(err, ERR_INPUT, "too many entries of \"first\"");
	return 0;
}

/* ---- second pass: into the board; nothing fails from here on */

static void keep(json_t **member, const json_t *part, const char *name)
{
	json_t *v = json_object_get(part, name);

	if (!v || json_is_null(v))
		return;
	json_decref(*member);
	*member = json_incref(v);
}

/* The cells of all rows, empty. */
static struct board_cell *cells_new(struct board_row *rows, size_t nrows, size_t nproblems)
{
	size_t n = nrows * nproblems;
	struct board_cell *cells = xcalloc_large(n + 1, sizeof(*cells));

	for (size_t i = 0; i < n; i++)
		cells[i].cell.time_ms = -1;
	for (size_t i = 0; i < nrows; i++)
		rows[i].cells = cells + i * nproblems;
	return cells;
}

/* New problems: every row's cells move to the new places of their ids. */
static void put_problems(struct board *b, const json_t *part, struct plan *p)
{
	const char **ids = steal(&p->problem_ids);
	auto_free struct board_cell *before = steal(&b->cells);
	size_t nbefore = b->nproblems;

	b->cells = cells_new(b->rows, b->nrows, p->nproblems);
	for (size_t i = 0; i < p->nproblems; i++) {
		ptrdiff_t old = board_problem_find(b, ids[i]);

		for (size_t r = 0; old >= 0 && r < b->nrows; r++)
			b->rows[r].cells[i] = before[r * nbefore + (size_t)old];
	}
	free(b->problem_ids);
	b->problem_ids = ids;
	b->nproblems = p->nproblems;
	keep(&b->problems, part, "problems"); /* after the last use of the old ids, which it owns */
}

/* New teams: those that stay keep what they have. */
static void put_teams(struct board *b, struct plan *p)
{
	struct board_teams *new = &p->teams;
	struct board_cell *cells = cells_new(new->rows, new->n, b->nproblems);

	for (size_t i = 0; i < new->n; i++) {
		struct board_row *r = &new->rows[i], *old = row_find(b, r->team_id);

		if (!old)
			continue;
		r->total = old->total;
		memcpy(r->cells, old->cells, b->nproblems * sizeof(*cells));
	}
	free(b->cells);
	free(b->rows);
	arena_free(&b->texts);
	b->cells = cells;
	b->rows = new->rows;
	b->nrows = new->n;
	b->texts = new->texts;
	*new = (struct board_teams){0};
	hash_rows(b);
	free(b->sorted);
	b->sorted = xcalloc(b->nrows + 1, sizeof(struct board_row *));
	for (size_t i = 0; i < b->nrows; i++)
		b->sorted[i] = &b->rows[i];
}

static void clear_rows(struct board *b)
{
	free(b->cells);
	b->cells = cells_new(b->rows, b->nrows, b->nproblems);
	for (size_t r = 0; r < b->nrows; r++)
		b->rows[r].total = (struct total){.last_ms = -1};
}

static void put_row(struct board *b, const json_t *o)
{
	struct board_row *r = row_find(b, json_string_value(json_object_get(o, "team")));
	const json_t *cells = json_object_get(o, "cells");
	struct total total;
	struct err ignored;

	assert(r);
	if (parse_total(o, &total, &ignored) < 0)
		abort(); /* was checked */
	board_order_total(b, r, &total);
	for (size_t i = 0; i < json_array_size(cells); i++) {
		const json_t *cell = json_array_get(cells, i);
		ptrdiff_t place =
		        board_problem_find(b, json_string_value(json_object_get(cell, "problem")));

		if (place < 0 || parse_cell(cell, &r->cells[place].cell, &ignored) < 0)
			abort(); /* was checked */
	}
}

static void put_first(struct board *b, const json_t *o)
{
	struct board_first f = {0};
	struct err ignored;
	size_t i = 0;

	if (parse_first(o, &f, &ignored) < 0)
		abort(); /* was checked */
	while (i < b->nfirsts && (b->firsts[i].sort_group != f.sort_group ||
	                                 strcmp(b->firsts[i].problem_id, f.problem_id) != 0))
		i++;
	if (i == b->nfirsts) {
		b->firsts = xreallocarray(b->firsts, b->nfirsts + 1, sizeof(f));
		b->nfirsts++;
	}
	b->firsts[i] = f;
	if (!*f.team_id) /* nobody */
		b->firsts[i] = b->firsts[--b->nfirsts];
}

/* The flag in the cells, after anything that may have moved it. Entries whose problem or team has
 * gone are dropped. */
static void flag_firsts(struct board *b)
{
	size_t kept = 0;

	for (size_t r = 0; r < b->nrows; r++) {
		for (size_t i = 0; i < b->nproblems; i++)
			b->rows[r].cells[i].first = false;
	}
	for (size_t i = 0; i < b->nfirsts; i++) {
		struct board_row *r = row_find(b, b->firsts[i].team_id);
		ptrdiff_t place = board_problem_find(b, b->firsts[i].problem_id);

		if (!r || place < 0)
			continue;
		r->cells[place].first = true;
		b->firsts[kept++] = b->firsts[i];
	}
	b->nfirsts = kept;
}

int board_apply_part(
        struct board *b, int64_t number, const struct board_part *what, struct err *err)
{
	auto_plan struct plan p = {0};
	const json_t *part = what->json;

	if (number != b->number + 1)
		return err_set(err, ERR_CONFLICT, "event %lld does not follow %lld",
		        (long long)number, (long long)b->number);
	if (plan_make(b, what, &p, err) < 0)
		return err_wrap(err, "event %lld", (long long)number);
	keep(&b->contest, part, "contest");
	keep(&b->state, part, "state");
	keep(&b->freezes, part, "freezes");
	if (p.bulk) {
		json_decref(b->reveal);
		b->reveal = NULL;
	}
	keep(&b->reveal, part, "reveal");
	if (p.bulk || p.has_teams || b->rules != p.rules)
		board_order_forget(b);
	b->rules = p.rules;
	if (p.problems)
		put_problems(b, part, &p);
	if (p.has_teams)
		put_teams(b, &p);
	if (p.bulk && p.rows)
		clear_rows(b);
	for (size_t i = 0; i < json_array_size(p.rows); i++)
		put_row(b, json_array_get(p.rows, i));
	if (p.bulk && p.first)
		b->nfirsts = 0;
	for (size_t i = 0; i < json_array_size(p.first); i++)
		put_first(b, json_array_get(p.first, i));
	if (p.first || p.has_teams || p.problems || p.bulk)
		flag_firsts(b);
	b->number = number;
	return 0;
}

int board_apply(struct board *b, int64_t number, const json_t *part, struct err *err)
{
	return board_apply_part(b, number, &(struct board_part){.json = part}, err);
}

/* "teams" is the last member of a canonical PART; else all of it is read as JSON. */
json_t *board_part_read(const char *text, size_t len, struct board_part *out, struct err *err)
{
	auto_buf struct buf rest = {0};
	struct board_word teams;
	json_t *json;

	*out = (struct board_part){0};
	if (board_quick_member(text, len, "teams", &teams) && *teams.s == '[' &&
	        teams.s + teams.len + 1 == text + len) {
		out->teams = teams.s;
		out->teams_len = teams.len;
		buf_add(&rest, text, (size_t)(teams.s - text));
		buf_adds(&rest, "null}");
		text = rest.data;
		len = rest.len;
	}
	json = json_parse(text, len, EVENT_DEPTH_MAX - 1, err);
	out->json = json;
	return json;
}

int board_apply_event(struct board *b, bool jury, const char *text, struct err *err)
{
	json_auto_t *event = json_parse(text, strlen(text), EVENT_DEPTH_MAX, err);
	const json_t *part;
	int64_t number;

	if (!event)
		return err_wrap(err, "event after %lld", (long long)b->number);
	part = json_object_get(event, jury ? "jury" : "public");
	if (!jury && (!part || json_is_null(part)))
		return 0;
	if (json_get_int(event, jury ? "number" : "public_number", 1, AMOUNT_MAX, &number, err) < 0)
		return err_wrap(err, "event after %lld", (long long)b->number);
	if (board_apply(b, number, part, err) < 0)
		return err_result(err);
	return 1;
}

/* ---- reading */

int64_t board_number(const struct board *b)
{
	return b->number;
}

enum rules_kind board_rules(const struct board *b)
{
	return b->rules;
}

size_t board_nproblems(const struct board *b)
{
	return b->nproblems;
}

const json_t *board_problems(const struct board *b)
{
	return b->problems;
}

const json_t *board_contest(const struct board *b)
{
	return b->contest;
}

const json_t *board_state(const struct board *b)
{
	return b->state;
}

const struct board_row *const *board_rows(struct board *b, size_t *n)
{
	board_sort(b);
	*n = b->nrows;
	return (const struct board_row *const *)b->sorted;
}
