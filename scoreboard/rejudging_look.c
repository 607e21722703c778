/* rejudging_look.c -- what a set would change, computed by the pure rules from the facts as they
 * are and as they would be. The preview and the deed use the same look; only the deed's is taken
 * under the lock of the contest.
 *
 * What must stay true: only submissions that are `ready` differ between the sides. */
#include "scoreboard/rejudging_look.h"

#include "base/json.h"
#include "scoreboard/awards.h"
#include "scoreboard/board.h"
#include "scoreboard/freeze.h"
#include "scoreboard/part.h"

/* ---------------------------------------------------------------- reading */

static const char *const statuses[] = {
        [REJUDGING_READY] = "ready",
        [REJUDGING_PENDING] = "pending",
        [REJUDGING_FAILED] = "failed",
        [REJUDGING_KEPT] = "kept",
};

static int take_status(const char *word, enum rejudging_status *out, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
		if (strcmp(word, statuses[i]) == 0) {
			*out = (enum rejudging_status)i;
			return 0;
		}
	}
	return err_set(err, ERR_BUG, "unknown status of a rejudging: \"%s\"", word);
}

struct row {
	const PGresult *r;
	int row;
};

static int take_member(struct arena *a, struct rejudging_look *l, const struct row *in,
        struct rejudging_member *m, struct err *err)
{
	const char *id = pg_text(in->r, in->row, "submission_id");
	const struct contest_team *t = contest_team_find(&l->c, pg_text(in->r, in->row, "team_id"));
	const char *subtasks = pg_text(in->r, in->row, "subtasks");

	*m = (struct rejudging_member){
	        .sub = t ? facts_find(facts_of_team(&l->facts, &l->c, t), id) : NULL,
	        .judgement_id = arena_strdup(a, pg_text(in->r, in->row, "judgement_id")),
	        .points_milli = pg_int(in->r, in->row, "points_milli"),
	        .subtasks = subtasks ? arena_strdup(a, subtasks) : NULL};
	if (!m->sub || verdict_parse(pg_text(in->r, in->row, "old_verdict"), &m->old) < 0 ||
	        verdict_parse(pg_text(in->r, in->row, "verdict"), &m->verdict) < 0)
		return err_set(err, ERR_BUG, "submission %.40s is not among its team's", id);
	return take_status(pg_text(in->r, in->row, "status"), &m->status, err);
}

static int load_members(
        struct pg *pg, struct arena *a, const char *id, struct rejudging_look *l, struct err *err)
{
	auto_pgresult PGresult *r = NULL;

	if (pg_run(pg, Q_REJUDGING_LOOK, &r, err, id) < 0)
		return err_result(err);
	l->n = (size_t)PQntuples(r);
	l->members = arena_alloc(a, l->n * sizeof(*l->members) + 1);
	for (size_t i = 0; i < l->n; i++) {
		if (take_member(a, l, &(struct row){r, (int)i}, &l->members[i], err) < 0)
			return err_result(err);
	}
	return 0;
}

/* ---------------------------------------------------------------- both sides */

static void take_side(struct rejudging_look *l, struct arena *a, struct rejudging_side *side)
{
	side->views = arena_alloc(a, l->c.nteams * sizeof(*side->views) + 1);
	for (enum view_of v = VIEW_JURY; v < VIEW_COUNT; v++) {
		for (size_t i = 0; i < l->c.nteams; i++)
			facts_view(&l->c, &l->c.teams[i], &l->facts.teams[i], v, a,
			        &side->views[i][v]);
		side->firsts[v] = facts_firsts(&l->c, &l->facts, v, a, &side->nfirsts);
	}
}

static void change_facts(struct rejudging_look *l)
{
	for (size_t i = 0; i < l->n; i++) {
		struct rejudging_member *m = &l->members[i];

		if (m->status != REJUDGING_READY)
			continue;
		m->sub->judgement_id = m->judgement_id;
		m->sub->fact.verdict = m->verdict;
		m->sub->fact.points_milli = m->points_milli;
		m->sub->fact.subtasks = m->subtasks;
	}
}

/* NOLINTNEXTLINE(readability-function-size): connection, arena and err are in every call */
int rejudging_look(struct pg *pg, struct arena *a, const char *contest_id, const char *id,
        struct rejudging_look *out, struct err *err)
{
	struct facts_want all = {0};

	*out = (struct rejudging_look){0};
	if (contest_load(pg, a, contest_id, &out->c, err) < 0 ||
	        facts_load(pg, a, &out->c, &all, &out->facts, err) < 0 ||
	        load_members(pg, a, id, out, err) < 0)
		return err_result(err);
	take_side(out, a, &out->before);
	change_facts(out);
	take_side(out, a, &out->after);
	return 0;
}

bool rejudging_changes_row(const struct rejudging_look *l, size_t team, enum view_of v)
{
	const struct view *before = &l->before.views[team][v], *after = &l->after.views[team][v];

	for (size_t p = 0; p < l->c.nproblems; p++) {
		if (!facts_cell_same(&before->cells[p], &after->cells[p]))
			return true;
	}
	return !facts_total_same(&before->total, &after->total);
}

bool rejudging_changes_first(const struct rejudging_look *l, size_t i, enum view_of v)
{
	const char *before = l->before.firsts[v][i].team_id, *after = l->after.firsts[v][i].team_id;

	return before != after && (!before || !after || strcmp(before, after) != 0);
}

/* ---------------------------------------------------------------- the preview */

static json_t *status_json(const struct rejudging_look *l)
{
	json_int_t count[REJUDGING_STATUSES] = {0};
	json_t *o = json_object();

	for (size_t i = 0; i < l->n; i++)
		count[l->members[i].status]++;
	for (size_t i = 0; i < ARRAY_LEN(statuses); i++)
		json_object_set_new(o, statuses[i], json_integer(count[i]));
	return o;
}

static json_t *verdict_json(enum verdict v)
{
	return v == VERDICT_NONE ? json_null() : json_string(verdict_id(v));
}

static json_t *matrix_json(const struct rejudging_look *l)
{
	json_int_t count[VERDICT_COUNT][VERDICT_COUNT] = {0};
	json_t *list = json_array();

	for (size_t i = 0; i < l->n; i++) {
		const struct rejudging_member *m = &l->members[i];

		if (m->status == REJUDGING_READY)
			count[m->old][m->verdict]++;
	}
	for (int cell = 0; cell < VERDICT_COUNT * VERDICT_COUNT; cell++) {
		enum verdict from = (enum verdict)(cell / VERDICT_COUNT);
		enum verdict to = (enum verdict)(cell % VERDICT_COUNT);

		if (count[from][to] > 0)
			json_array_append_new(
			        list, json_pack("{s:o, s:o, s:I}", "old", verdict_json(from), "new",
			                      verdict_json(to), "count", count[from][to]));
	}
	return list;
}

static json_t *changes_json(const struct rejudging_look *l)
{
	json_t *list = json_array();

	for (size_t i = 0; i < l->n; i++) {
		const struct rejudging_member *m = &l->members[i];

		if (m->status != REJUDGING_READY || m->old == m->verdict)
			continue;
		json_array_append_new(list,
		        json_pack("{s:s, s:s, s:s, s:o, s:o}", "submission_id", m->sub->id,
		                "team_id", m->sub->team->id, "problem_id", m->sub->problem->id,
		                "old", verdict_json(m->old), "new", verdict_json(m->verdict)));
	}
	return list;
}

/* The jury's board with the rows of one side; ranks are the board's own. */
static int board_of(const struct rejudging_look *l, const struct rejudging_side *side,
        struct board **out, struct err *err)
{
	json_auto_t *part = json_pack("{s:b, s:o, s:o, s:o, s:[]}", "bulk", 1, "contest",
	        part_contest(&l->c), "problems", part_problems(&l->c), "teams",
	        part_teams(&l->c, VIEW_JURY), "rows");
	json_t *rows = json_object_get(part, "rows");

	for (size_t i = 0; i < l->c.nteams; i++)
		json_array_append_new(
		        rows, part_row(&l->c, &l->c.teams[i], &side->views[i][VIEW_JURY], NULL));
	*out = board_new();
	if (board_apply(*out, 1, part, err) < 0) {
		board_free(*out);
		*out = NULL;
		return err_wrap(err, "rejudging");
	}
	return 0;
}

static json_t *standing_json(const struct board_row *r)
{
	return json_pack("{s:o, s:i, s:I, s:I}", "rank",
	        r->rank > 0 ? json_integer(r->rank) : json_null(), "solved", r->total.solved,
	        "penalty", (json_int_t)r->total.penalty_minutes, "points",
	        (json_int_t)r->total.points_milli);
}

static json_t *ranks_json(struct board *before, struct board *after)
{
	json_t *list = json_array();
	size_t n;
	const struct board_row *const *rows = board_rows(after, &n);
	size_t nbefore;

	(void)board_rows(before, &nbefore); /* sets the ranks */
	for (size_t i = 0; i < n; i++) {
		const struct board_row *new = rows[i];
		const struct board_row *old = board_row_find(before, new->team_id);

		if (!old || (old->rank == new->rank &&facts_total_same(&old->total, &new->total)))
			continue;
		json_array_append_new(
		        list, json_pack("{s:s, s:o, s:o}", "team_id", new->team_id, "old",
		                      standing_json(old), "new", standing_json(new)));
	}
	return list;
}

static json_t *firsts_json(const struct rejudging_look *l)
{
	json_t *list = json_array();

	for (size_t i = 0; i < l->after.nfirsts; i++) {
		const struct first *old = &l->before.firsts[VIEW_JURY][i];
		const struct first *new = &l->after.firsts[VIEW_JURY][i];

		if (!rejudging_changes_first(l, i, VIEW_JURY))
			continue;
		json_array_append_new(
		        list, json_pack("{s:s, s:i, s:s?, s:s?}", "problem_id", new->problem->id,
		                      "sort_group", new->sort_group, "old_team_id", old->team_id,
		                      "new_team_id", new->team_id));
	}
	return list;
}

/* The teams of an award; an empty list when it is not given. New reference. */
static json_t *winners(const json_t *list, const char *id)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *o = json_array_get(list, i);

		if (strcmp(json_string_value(json_object_get(o, "id")), id) == 0)
			return json_incref(json_object_get(o, "team_ids"));
	}
	return json_array();
}

/* Of the awards of `from`, those that have other teams; with `gone` only what the new list lacks.
 */
static void add_awards(json_t *out, const json_t *lists[2], bool gone)
{
	const json_t *from = lists[gone ? 0 : 1];

	for (size_t i = 0; i < json_array_size(from); i++) {
		const char *id = json_string_value(json_object_get(json_array_get(from, i), "id"));
		json_t *old = winners(lists[0], id), *new = winners(lists[1], id);

		if (json_equal(old, new) || (gone && json_array_size(new) > 0)) {
			json_decref(old);
			json_decref(new);
			continue;
		}
		json_array_append_new(
		        out, json_pack("{s:s, s:o, s:o}", "id", id, "old", old, "new", new));
	}
}

/* Winner, medals, honors, groups, as they would be if it were over; firsts stand beside. */
static json_t *awards_json(
        const struct rejudging_look *l, struct board *before, struct board *after)
{
	json_auto_t *old = awards_list(before, &l->c.medals, false);
	json_auto_t *new = awards_list(after, &l->c.medals, false);
	const json_t *lists[2] = {old, new};
	json_t *out = json_array();

	add_awards(out, lists, false);
	add_awards(out, lists, true);
	return out;
}

int rejudging_preview(const struct rejudging_look *l, json_t **out, struct err *err)
{
	struct board *before = NULL, *after = NULL;
	int result = board_of(l, &l->before, &before, err);

	if (result == 0)
		result = board_of(l, &l->after, &after, err);
	if (result == 0) {
		*out = json_object();
		json_object_set_new(*out, "status", status_json(l));
		json_object_set_new(*out, "matrix", matrix_json(l));
		json_object_set_new(*out, "changes", changes_json(l));
		json_object_set_new(*out, "ranks", ranks_json(before, after));
		json_object_set_new(*out, "first_to_solve", firsts_json(l));
		json_object_set_new(*out, "awards", awards_json(l, before, after));
	}
	if (before)
		board_free(before);
	if (after)
		board_free(after);
	return result;
}
