/* past.c -- see past.h. What each viewer could see is the fold of the log (catchup_fold); only the
 * board with today's verdicts is computed from the submissions, by the same functions that record
 * uses. */
#include "scoreboard/past.h"

#include "scoreboard/facts.h"
#include "scoreboard/part.h"

static int take(const PGresult *r, const char *contest_id, struct past *out, struct err *err)
{
	out->number = pg_int(r, 0, "number");
	out->at_ms = pg_int(r, 0, "at_ms");
	if (out->number > 0)
		return 0;
	return err_set(err, ERR_NOT_FOUND, "contest %.40s had no board yet", contest_id);
}

int past_find(struct pg *pg, const struct past_wish *w, struct past *out, struct err *err)
{
	auto_arena struct arena a = {0};
	auto_pgresult PGresult *r = NULL;
	bool by_time = w->number < 0;

	if (pg_run(pg, by_time ? Q_PAST_BY_TIME : Q_PAST_BY_NUMBER, &r, err, w->contest_id,
	            pg_arg_bool(w->jury), pg_arg_int(&a, by_time ? w->wall_ms : w->number)) < 0)
		return err_result(err);
	return take(r, w->contest_id, out, err);
}

/* Submissions come in order of time. */
static void cut(struct team_facts *t, int64_t contest_ms)
{
	while (t->n > 0 && t->subs[t->n - 1].fact.contest_time_ms > contest_ms)
		t->n--;
}

static json_t *whole_part(const struct contest *c, const struct facts *facts, struct arena *a)
{
	json_t *part = json_pack("{s:b, s:o, s:o, s:o, s:[], s:[]}", "bulk", 1, "contest",
	        part_contest(c), "problems", part_problems(c), "teams", part_teams(c, VIEW_JURY),
	        "rows", "first");
	const struct first *firsts;
	size_t n;

	for (size_t i = 0; i < c->nteams; i++) {
		struct view view;

		facts_view(c, &c->teams[i], &facts->teams[i], VIEW_JURY, a, &view);
		json_array_append_new(
		        json_object_get(part, "rows"), part_row(c, &c->teams[i], &view, NULL));
	}
	firsts = facts_firsts(c, facts, VIEW_JURY, a, &n);
	for (size_t i = 0; i < n; i++) {
		if (firsts[i].team_id)
			json_array_append_new(
			        json_object_get(part, "first"), part_first(&firsts[i]));
	}
	return part;
}

int past_final(struct pg *pg, const char *contest_id, int64_t contest_ms, struct board **board,
        struct err *err)
{
	auto_arena struct arena a = {0};
	struct facts_want want = {0};
	struct facts facts;
	struct contest c;
	json_auto_t *part = NULL;

	if (contest_load(pg, &a, contest_id, &c, err) < 0 ||
	        facts_load(pg, &a, &c, &want, &facts, err) < 0)
		return err_result(err);
	for (size_t i = 0; i < c.nteams; i++)
		cut(&facts.teams[i], contest_ms);
	part = whole_part(&c, &facts, &a);
	*board = board_new();
	if (board_apply(*board, 1, part, err) == 0)
		return 0;
	board_free(*board);
	*board = NULL;
	return err_result(err);
}
