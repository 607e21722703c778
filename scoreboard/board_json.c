/* board_json.c -- the texts of a board: the snapshot that viewers start from, a row as Redis holds
 * it, the scoreboard of the ICPC Contest API; and the comparison of two boards.
 *
 * A snapshot of 100,000 teams is made as one string, so the texts are written straight into a
 * buffer; members stand in sorted order, as json_text would put them. */
#include "base/json.h"
#include "base/mem.h"
#include "scoreboard/board_state.h"

#include <inttypes.h>

enum { MINUTE_MS = 60000, MILLI = 1000 };

static void add_string(struct buf *out, const char *s)
{
	buf_add_json(out, s, strlen(s));
}

/* -1 stands for null. */
static void add_time(struct buf *out, const char *name, int64_t ms)
{
	if (ms < 0)
		buf_addf(out, "\"%s\":null", name);
	else
		buf_addf(out, "\"%s\":%" PRId64, name, ms);
}

static void add_cell(struct buf *out, const char *problem_id, const struct cell *c)
{
	buf_addf(out, "{\"judged\":%d,\"penalty\":%d,\"pending\":%d,\"points\":%" PRId64 ",",
	        c->judged, c->penalty_minutes, c->pending, c->points_milli);
	buf_adds(out, "\"problem\":");
	add_string(out, problem_id);
	buf_addf(out, ",\"solved\":%s,", c->solved ? "true" : "false");
	add_time(out, "time", c->time_ms);
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
	buf_adds(out, "],");
	add_time(out, "last", r->total.last_ms);
	buf_addf(out, ",\"penalty\":%" PRId64 ",\"points\":%" PRId64 ",\"solved\":%d,\"team\":",
	        r->total.penalty_minutes, r->total.points_milli, r->total.solved);
	add_string(out, r->team_id);
	buf_addf(out, ",\"wrong\":%d}", r->total.wrong);
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
		auto_free char *team = json_text(b->rows[i]->team);

		if (i)
			buf_adds(out, ",");
		buf_adds(out, team);
	}
	buf_adds(out, "]}");
}

/* ---- the Contest API's scoreboard */

static json_t *points_number(int64_t milli)
{
	if (milli % MILLI == 0)
		return json_integer(milli / MILLI);
	return json_real((double)milli / MILLI);
}

static json_t *ccs_score(const struct board *b, const struct total *t)
{
	json_t *score = json_object();

	if (b->rules == RULES_ICPC) {
		int64_t minutes = t->penalty_minutes > 0 ? t->penalty_minutes : 0;

		json_object_set_new(score, "num_solved", json_integer(t->solved));
		json_object_set_new(score, "total_time", json_integer(minutes));
	} else {
		json_object_set_new(score, "score", points_number(t->points_milli));
	}
	if (t->last_ms >= 0)
		json_object_set_new(score, "time", json_integer(t->last_ms / MINUTE_MS));
	return score;
}

static json_t *ccs_problem(const struct board *b, const char *id, const struct board_cell *c)
{
	json_t *p = json_object();
	bool gained = b->rules == RULES_ICPC ? c->cell.solved : c->cell.points_milli > 0;

	json_object_set_new(p, "problem_id", json_string(id));
	json_object_set_new(p, "num_judged", json_integer(c->cell.judged));
	json_object_set_new(p, "num_pending", json_integer(c->cell.pending));
	if (b->rules == RULES_ICPC)
		json_object_set_new(p, "solved", json_boolean(c->cell.solved));
	else
		json_object_set_new(p, "score", points_number(c->cell.points_milli));
	if (gained && c->cell.time_ms >= 0)
		json_object_set_new(p, "time", json_integer(c->cell.time_ms / MINUTE_MS));
	if (gained)
		json_object_set_new(p, "first_to_solve", json_boolean(c->first));
	return p;
}

static json_t *ccs_row(const struct board *b, const struct board_row *r)
{
	json_t *row = json_object(), *problems = json_array();

	for (size_t i = 0; i < b->nproblems; i++) {
		if (!board_cell_is_empty(&r->cells[i].cell))
			json_array_append_new(
			        problems, ccs_problem(b, b->problem_ids[i], &r->cells[i]));
	}
	json_object_set_new(row, "rank", json_integer(r->rank));
	json_object_set_new(row, "team_id", json_string(r->team_id));
	json_object_set_new(row, "score", ccs_score(b, &r->total));
	json_object_set_new(row, "problems", problems);
	return row;
}

void board_ccs(struct board *b, const json_t *head, struct buf *out)
{
	json_auto_t *all = json_is_object(head) ? json_deep_copy(head) : json_object();
	json_t *rows = json_array();
	auto_free char *text = NULL;

	board_sort(b);
	for (size_t i = 0; i < b->nrows; i++) {
		if (b->sorted[i]->rank > 0)
			json_array_append_new(rows, ccs_row(b, b->sorted[i]));
	}
	json_object_set_new(all, "rows", rows);
	text = json_text(all);
	buf_adds(out, text);
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
		if (x->rank != y->rank || !json_equal(x->team, y->team))
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
