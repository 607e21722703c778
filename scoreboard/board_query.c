/* board_query.c -- see board_query.h; the orders it walks are board_order.c's. */
#include "scoreboard/board_query.h"

#include "base/json.h"
#include "scoreboard/board_state.h"

static const char *const nouns[] = {[BOARD_BY_NONE] = "team",
        [BOARD_BY_GROUP] = "group",
        [BOARD_BY_ORGANIZATION] = "organization",
        [BOARD_BY_COUNTRY] = "country"};

static struct board_slice slice(const struct board_order *o, size_t from, size_t n)
{
	struct board_slice s = {.offset = from < o->n ? from : o->n};

	s.rows = o->rows ? (const struct board_row *const *)o->rows + s.offset : NULL;
	s.n = n < o->n - s.offset ? n : o->n - s.offset;
	return s;
}

static bool stands_at(const struct board_order *o, size_t place, const struct board_row *r)
{
	return place < o->n && o->rows[place] == r;
}

static int select_team(struct board *b, const struct board_order *o, const struct board_query *q,
        struct board_answer *out, struct err *err)
{
	size_t around = (size_t)q->around, above;

	out->team = board_row_find(b, q->team);
	if (!out->team)
		return err_set(
		        err, ERR_NOT_FOUND, "no such team on this board: \"%.40s\"", q->team);
	out->place = board_order_place(b, o, out->team);
	out->passes = stands_at(o, out->place, out->team);
	above = out->place < around ? out->place : around;
	if (around > 0)
		out->around = slice(o, out->place - above, above + around + (out->passes ? 1 : 0));
	return 0;
}

int board_select(
        struct board *b, const struct board_query *q, struct board_answer *out, struct err *err)
{
	const struct board_order *o = board_order_of(b, q->by, q->id);

	*out = (struct board_answer){0};
	if (!o)
		return err_set(err, ERR_NOT_FOUND,
		        "no ranked team of this board is of %s \"%.40s\"", nouns[q->by], q->id);
	out->total = o->n;
	out->page = slice(o, (size_t)q->offset, (size_t)q->limit);
	return q->team ? select_team(b, o, q, out, err) : 0;
}

int board_rank(struct board *b, const struct board_row *r)
{
	return board_order_rank(b, board_order_of(b, BOARD_BY_NONE, NULL), r);
}

int board_filtered_rank(struct board *b, const struct board_query *q, const struct board_row *r)
{
	const struct board_order *o = board_order_of(b, q->by, q->id);

	if (!o || !stands_at(o, board_order_place(b, o, r), r))
		return 0;
	return board_order_rank(b, o, r);
}

static void add_row(
        struct board *b, const struct board_query *q, const struct board_row *r, struct buf *out)
{
	int ranks[2] = {board_rank(b, r), -1};

	if (q->by != BOARD_BY_NONE)
		ranks[1] = board_filtered_rank(b, q, r);
	board_ccs_row(b, r, ranks, out);
}

static void add_rows(
        struct board *b, const struct board_query *q, const struct board_slice *s, struct buf *out)
{
	buf_adds(out, "[");
	for (size_t i = 0; s->rows && i < s->n; i++) {
		if (i > 0)
			buf_adds(out, ",");
		add_row(b, q, s->rows[i], out);
	}
	buf_adds(out, "]");
}

int board_page_json(struct board *b, const struct board_query *q, struct buf *out, struct err *err)
{
	struct board_query page = *q;
	struct board_answer a;

	page.team = NULL;
	if (board_select(b, &page, &a, err) < 0)
		return err_result(err);
	buf_addf(out, "\"offset\":%zu,\"rows\":", a.page.offset);
	add_rows(b, q, &a.page, out);
	buf_addf(out, ",\"total\":%zu,", a.total);
	return 0;
}

int board_team_json(struct board *b, const struct board_query *q, struct buf *out, struct err *err)
{
	struct board_answer a;

	if (!q->team)
		return 0;
	if (board_select(b, q, &a, err) < 0)
		return err_result(err);
	if (q->around > 0) {
		buf_addf(out, "\"around\":{\"offset\":%zu,\"rows\":", a.around.offset);
		add_rows(b, q, &a.around, out);
		buf_adds(out, "},");
	}
	buf_adds(out, "\"team\":");
	add_row(b, q, a.team, out);
	buf_adds(out, ",");
	return 0;
}
