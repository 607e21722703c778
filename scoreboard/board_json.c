/* board_json.c -- the texts of a board: the snapshot that viewers start from, a row as Redis holds
 * it, the scoreboard of the ICPC Contest API; and the comparison of two boards.
 *
 * A snapshot of 100,000 teams is made as one string, so the texts are written straight into a
 * buffer; members stand in sorted order, as json_text would put them. */
#include "base/json.h"
#include "base/mem.h"
#include "scoreboard/board_state.h"

enum { MINUTE_MS = 60000, MILLI = 1000 };

static void add_string(struct buf *out, const char *s)
{
	buf_add_json(out, s, strlen(s));
}

/* `text` ends with the name and its colon. */
static void add_int(struct buf *out, const char *text, int64_t v)
{
	buf_adds(out, text);
	buf_addi(out, v);
}

/* -1 stands for null. */
static void add_time(struct buf *out, const char *text, int64_t ms)
{
	buf_adds(out, text);
	if (ms < 0)
		buf_adds(out, "null");
	else
		buf_addi(out, ms);
}

static void add_cell(struct buf *out, const char *problem_id, const struct cell *c)
{
	add_int(out, "{\"judged\":", c->judged);
	add_int(out, ",\"penalty\":", c->penalty_minutes);
	add_int(out, ",\"pending\":", c->pending);
	add_int(out, ",\"points\":", c->points_milli);
	buf_adds(out, ",\"problem\":");
	add_string(out, problem_id);
	buf_adds(out, c->solved ? ",\"solved\":true" : ",\"solved\":false");
	add_time(out, ",\"time\":", c->time_ms);
	buf_adds(out, "}");
}

static void add_row(struct buf *out, const struct board *b, const struct board_row *r)
{
	const char *separator = "";

	buf_adds(out, "{\"cells\":[");
	for (size_t i = 0; i < b->nproblems; i++) {
		if (board_cell_is_empty(&r->cells[i].cell))
			continue;
		buf_adds(out, separator);
		add_cell(out, b->problem_ids[i], &r->cells[i].cell);
		separator = ",";
	}
	add_time(out, "],\"last\":", r->total.last_ms);
	add_int(out, ",\"penalty\":", r->total.penalty_minutes);
	add_int(out, ",\"points\":", r->total.points_milli);
	add_int(out, ",\"solved\":", r->total.solved);
	buf_adds(out, ",\"team\":");
	add_string(out, r->team_id);
	add_int(out, ",\"wrong\":", r->total.wrong);
	buf_adds(out, "}");
}

char *board_row_json(const struct board *b, const struct board_row *r)
{
	auto_buf struct buf out = {0};

	add_row(&out, b, r);
	return buf_take(&out);
}

/* "name":value, and a comma; nothing when the log has not given it yet. */
static void add_member(struct buf *out, const char *name, const json_t *v)
{
	auto_free char *text = NULL;

	if (!v)
		return;
	text = json_text(v);
	buf_addf(out, "\"%s\":", name);
	buf_adds(out, text);
	buf_adds(out, ",");
}

static void add_firsts(struct buf *out, const struct board *b)
{
	buf_adds(out, "\"first\":[");
	for (size_t i = 0; i < b->nfirsts; i++) {
		buf_adds(out, i ? ",{\"problem\":" : "{\"problem\":");
		add_string(out, b->firsts[i].problem_id);
		buf_addf(out, ",\"sort_group\":%d,\"team\":", b->firsts[i].sort_group);
		add_string(out, b->firsts[i].team_id);
		buf_adds(out, "}");
	}
	buf_adds(out, "],");
}

void board_snapshot(struct board *b, struct buf *out)
{
	board_sort(b);
	buf_adds(out, "{");
	add_member(out, "contest", b->contest);
	add_firsts(out, b);
	add_member(out, "freezes", b->freezes);
	add_member(out, "reveal", b->reveal);
	add_member(out, "problems", b->problems);
	buf_adds(out, "\"rows\":[");
	for (size_t i = 0; i < b->nrows; i++) {
		if (i)
			buf_adds(out, ",");
		add_row(out, b, b->sorted[i]);
	}
	buf_adds(out, "],");
	add_member(out, "state", b->state);
	buf_adds(out, "\"teams\":[");
	for (size_t i = 0; i < b->nrows; i++) {
		if (i)
			buf_adds(out, ",");
		buf_adds(out, b->rows[i].team);
	}
	buf_adds(out, "]}");
}

/* ---- the Contest API's scoreboard */

/* Exact for whole points; else as jansson writes a double. */
static void add_points(struct buf *out, int64_t milli)
{
	char text[32];

	if (milli % MILLI == 0) {
		buf_addi(out, milli / MILLI);
		return;
	}
	snprintf(text, sizeof(text), "%.17g", (double)milli / MILLI);
	buf_adds(out, text);
}

static void add_score(struct buf *out, const struct board *b, const struct total *t)
{
	int64_t minutes = t->penalty_minutes > 0 ? t->penalty_minutes : 0;
	bool icpc = b->rules == RULES_ICPC;

	if (icpc) {
		add_int(out, "{\"num_solved\":", t->solved);
	} else {
		buf_adds(out, "{\"score\":");
		add_points(out, t->points_milli);
	}
	if (t->last_ms >= 0)
		add_int(out, ",\"time\":", t->last_ms / MINUTE_MS);
	if (icpc)
		add_int(out, ",\"total_time\":", minutes);
	buf_adds(out, "}");
}

static void add_problem(
        struct buf *out, const struct board *b, const char *id, const struct board_cell *c)
{
	bool icpc = b->rules == RULES_ICPC;
	bool gained = icpc ? c->cell.solved : c->cell.points_milli > 0;

	buf_adds(out, "{");
	if (gained)
		buf_addf(out, "\"first_to_solve\":%s,", c->first ? "true" : "false");
	add_int(out, "\"num_judged\":", c->cell.judged);
	add_int(out, ",\"num_pending\":", c->cell.pending);
	buf_adds(out, ",\"problem_id\":");
	add_string(out, id);
	if (icpc) {
		buf_adds(out, c->cell.solved ? ",\"solved\":true" : ",\"solved\":false");
	} else {
		buf_adds(out, ",\"score\":");
		add_points(out, c->cell.points_milli);
	}
	if (gained && c->cell.time_ms >= 0)
		add_int(out, ",\"time\":", c->cell.time_ms / MINUTE_MS);
	buf_adds(out, "}");
}

static void add_rank(struct buf *out, const char *name, int rank)
{
	if (rank > 0)
		buf_addf(out, "\"%s\":%d,", name, rank);
	else
		buf_addf(out, "\"%s\":null,", name);
}

void board_ccs_row(
        const struct board *b, const struct board_row *r, const int ranks[2], struct buf *out)
{
	const char *separator = "";

	buf_adds(out, "{");
	if (ranks[1] >= 0)
		add_rank(out, "filtered_rank", ranks[1]);
	buf_adds(out, "\"problems\":[");
	for (size_t i = 0; i < b->nproblems; i++) {
		if (board_cell_is_empty(&r->cells[i].cell))
			continue;
		buf_adds(out, separator);
		add_problem(out, b, b->problem_ids[i], &r->cells[i]);
		separator = ",";
	}
	buf_adds(out, "],");
	add_rank(out, "rank", ranks[0]);
	buf_adds(out, "\"score\":");
	add_score(out, b, &r->total);
	buf_adds(out, ",\"team_id\":");
	add_string(out, r->team_id);
	buf_adds(out, "}");
}

/* Members of the head that stand before "rows", or behind it, in order of their names; each before
 * or behind a comma. */
static void add_head(struct buf *out, const json_t *head, bool behind)
{
	json_auto_t *part = json_object();
	auto_free char *text = NULL;
	json_t *all = json_deep_copy(head), *value;
	const char *name;

	json_object_foreach (all, name, value) {
		if ((strcmp(name, "rows") > 0) == behind)
			json_object_set(part, name, value);
	}
	json_decref(all);
	if (json_object_size(part) == 0)
		return;
	text = json_text(part);
	if (behind)
		buf_adds(out, ",");
	buf_add(out, text + 1, strlen(text) - 2);
	if (!behind)
		buf_adds(out, ",");
}

void board_ccs(struct board *b, const json_t *head, struct buf *out)
{
	const char *separator = "";

	board_sort(b);
	buf_adds(out, "{");
	add_head(out, head, false);
	buf_adds(out, "\"rows\":[");
	for (size_t i = 0; i < b->nrows; i++) {
		const int ranks[2] = {b->sorted[i]->rank, -1};

		if (ranks[0] == 0)
			continue;
		buf_adds(out, separator);
		board_ccs_row(b, b->sorted[i], ranks, out);
		separator = ",";
	}
	buf_adds(out, "]");
	add_head(out, head, true);
	buf_adds(out, "}");
}

/* ---- comparison */

static bool same(const json_t *a, const json_t *b)
{
	return (!a && !b) || (a && b && json_equal(a, b));
}

static bool has_first(const struct board *b, const struct board_first *f)
{
	for (size_t i = 0; i < b->nfirsts; i++) {
		if (b->firsts[i].sort_group == f->sort_group &&
		        strcmp(b->firsts[i].problem_id, f->problem_id) == 0 &&
		        strcmp(b->firsts[i].team_id, f->team_id) == 0)
			return true;
	}
	return false;
}

static int compare_rows(struct board *a, struct board *b, struct err *err)
{
	if (a->nrows != b->nrows)
		return err_set(err, ERR_CONFLICT, "%zu teams, not %zu", a->nrows, b->nrows);
	board_sort(a);
	board_sort(b);
	for (size_t i = 0; i < a->nrows; i++) {
		const struct board_row *x = a->sorted[i], *y = b->sorted[i];
		auto_free char *left = board_row_json(a, x), *right = board_row_json(b, y);

		if (strcmp(left, right) != 0)
			return err_set(err, ERR_CONFLICT, "row %zu is %.100s, not %.100s", i + 1,
			        left, right);
		if (x->rank != y->rank || strcmp(x->team, y->team) != 0)
			return err_set(err, ERR_CONFLICT, "team %s: rank %d, not %d, or other data",
			        x->team_id, x->rank, y->rank);
	}
	return 0;
}

int board_compare(struct board *a, struct board *b, struct err *err)
{
	if (!same(a->contest, b->contest))
		return err_set(err, ERR_CONFLICT, "\"contest\" differs");
	if (!same(a->state, b->state))
		return err_set(err, ERR_CONFLICT, "\"state\" differs");
	if (!same(a->freezes, b->freezes))
		return err_set(err, ERR_CONFLICT, "\"freezes\" differs");
	if (!same(a->reveal, b->reveal))
		return err_set(err, ERR_CONFLICT, "\"reveal\" differs");
	if (!same(a->problems, b->problems))
		return err_set(err, ERR_CONFLICT, "\"problems\" differs");
	if (compare_rows(a, b, err) < 0)
		return err_result(err);
	for (size_t i = 0; i < a->nfirsts; i++) {
		if (!has_first(b, &a->firsts[i]))
			return err_set(err, ERR_CONFLICT, "first to solve %s: %s differs",
			        a->firsts[i].problem_id, a->firsts[i].team_id);
	}
	if (a->nfirsts != b->nfirsts)
		return err_set(
		        err, ERR_CONFLICT, "%zu first to solve, not %zu", a->nfirsts, b->nfirsts);
	return 0;
}
