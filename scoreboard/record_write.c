/* record_write.c -- what the recording transactions share: cells as arrays, a change as PARTs, the
 * audit row. */
#include "scoreboard/record_write.h"

#include "base/buf.h"
#include "base/json.h"
#include "scoreboard/freeze.h"
#include "scoreboard/part.h"

/* ---------------------------------------------------------------- cells */

enum { CELL_FIELDS = 6, CELL_COLUMNS = 2 + CELL_FIELDS * VIEW_COUNT, PUT_BATCH = 5000 };

static void cell_fields(struct arena *a, const struct cell *c, const char *out[CELL_FIELDS])
{
	out[0] = pg_arg_int(a, c->judged);
	out[1] = pg_arg_int(a, c->pending);
	out[2] = pg_arg_bool(c->solved);
	out[3] = c->time_ms >= 0 ? pg_arg_int(a, c->time_ms) : NULL;
	out[4] = pg_arg_int(a, c->points_milli);
	out[5] = pg_arg_int(a, c->penalty_minutes);
}

static int put_batch(struct pg *pg, const char *contest_id, const struct record_cell *cells,
        size_t n, struct err *err)
{
	auto_arena struct arena a = {0};
	const char *args[1 + CELL_COLUMNS] = {contest_id};
	const char **columns[CELL_COLUMNS];

	for (size_t k = 0; k < CELL_COLUMNS; k++)
		columns[k] = arena_alloc(&a, n * sizeof(const char *));
	for (size_t i = 0; i < n; i++) {
		const char *row[CELL_COLUMNS] = {cells[i].team->id, cells[i].problem->id};

		cell_fields(&a, &cells[i].cells[VIEW_JURY], &row[2]);
		cell_fields(&a, &cells[i].cells[VIEW_PUBLIC], &row[2 + CELL_FIELDS]);
		for (size_t k = 0; k < CELL_COLUMNS; k++)
			columns[k][i] = row[k];
	}
	for (size_t k = 0; k < CELL_COLUMNS; k++)
		args[1 + k] = pg_arg_array(&a, columns[k], n);
	return pg_query(pg, Q_RECORD_CELLS, args, NULL, err);
}

int record_put_cells(struct pg *pg, const char *contest_id, const struct record_cell *cells,
        size_t n, struct err *err)
{
	for (size_t done = 0; done < n; done += PUT_BATCH) {
		size_t count = n - done < PUT_BATCH ? n - done : PUT_BATCH;

		if (put_batch(pg, contest_id, cells + done, count, err) < 0)
			return err_wrap(err, "cells");
	}
	return 0;
}

/* ---------------------------------------------------------------- a change */

void record_views(const struct contest *c, const struct contest_team *team,
        const struct facts *facts, struct arena *a, struct view views[VIEW_COUNT])
{
	const struct team_facts *t = facts_of_team(facts, c, team);

	facts_view(c, team, t, VIEW_JURY, a, &views[VIEW_JURY]);
	facts_view(c, team, t, VIEW_PUBLIC, a, &views[VIEW_PUBLIC]);
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

json_t *record_change_part(const struct record_change *ch, enum view_of v)
{
	size_t p = (size_t)(ch->problem - ch->c->problems);
	const struct first *first = &ch->first_after[v];
	bool same_row = facts_cell_same(&ch->before[v].cells[p], &ch->after[v].cells[p]) &&
	                facts_total_same(&ch->before[v].total, &ch->after[v].total);
	bool same_first = !first->problem || same_text(ch->first_before[v].team_id, first->team_id);
	json_t *part;

	if (v == VIEW_PUBLIC && (!freeze_public_team(ch->team) || (same_row && same_first)))
		return NULL;
	part = json_object();
	json_object_set_new(part, "rows",
	        json_pack("[o]", part_row(ch->c, ch->team, &ch->after[v], ch->problem)));
	if (!same_first)
		json_object_set_new(part, "first", json_pack("[o]", part_first(first)));
	return part;
}

struct record_cell record_change_cell(const struct record_change *ch)
{
	size_t p = (size_t)(ch->problem - ch->c->problems);

	return (struct record_cell){
	        .team = ch->team,
	        .problem = ch->problem,
	        .cells = {[VIEW_JURY] = ch->after[VIEW_JURY].cells[p],
	                [VIEW_PUBLIC] = ch->after[VIEW_PUBLIC].cells[p]},
	};
}

/* ---------------------------------------------------------------- the rest */

int record_audit(struct pg *pg, const struct record_audit *au, struct err *err)
{
	json_auto_t *detail = json_object();
	auto_free char *text = NULL;

	if (au->more)
		json_object_update(detail, au->more);
	if (au->reason)
		json_object_set_new(detail, "reason", json_string(au->reason));
	text = json_text(detail);
	return pg_run(pg, Q_RECORD_AUDIT, NULL, err, au->actor, au->action, au->contest_id,
	        au->subject, text);
}

/* Bytes that are no text come from checkers and compilers of others: they must not make a
 * judgement impossible to record. */
const char *record_clean(struct arena *a, const char *s, size_t max)
{
	size_t len = s ? strlen(s) : 0;
	auto_buf struct buf b = {0};

	if (!s)
		return NULL;
	if (len > max) {
		len = max;
		while (len > 0 && ((unsigned char)s[len] & 0xC0) == 0x80)
			len--;
	}
	buf_add_text(&b, s, len);
	return arena_strndup(a, b.data ? b.data : "", b.len);
}

int record_check_open(const struct contest *c, int64_t now_ms, struct err *err)
{
	if (!contest_state_at(c, now_ms).finalized)
		return 0;
	return err_set(err, ERR_CONFLICT,
	        "contest %.40s is finalized: its result stays, until it is unfinalized", c->id);
}

int record_end(struct pg *pg, int result, struct err *err)
{
	if (result < 0) {
		pg_rollback(pg);
		return result;
	}
	if (pg_commit(pg, err) < 0)
		return err_result(err);
	return result;
}
