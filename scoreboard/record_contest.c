/* record_contest.c -- what concerns a contest as a whole: its buttons, and changed settings,
 * problems or teams.
 *
 * A small event (freeze, end, finalize) says the contest, its state and its freezes. A bulk one
 * (start, thaw, changed rows) says everything, and every cell is computed anew from the
 * submissions; it is also how the first event of a contest is made. */
#include "base/buf.h"
#include "scoreboard/freeze.h"
#include "scoreboard/part.h"
#include "scoreboard/record_write.h"

struct whole {
	struct contest c;
	struct facts facts;
	struct view (*views)[VIEW_COUNT]; /* by position of the team */
};

static int load_whole(
        struct pg *pg, struct arena *a, const char *contest_id, struct whole *w, struct err *err)
{
	struct facts_want want = {0};

	if (contest_load(pg, a, contest_id, &w->c, err) < 0 ||
	        facts_load(pg, a, &w->c, &want, &w->facts, err) < 0)
		return err_result(err);
	w->views = arena_alloc(a, w->c.nteams * sizeof(*w->views) + 1);
	for (size_t i = 0; i < w->c.nteams; i++)
		record_views(&w->c, &w->c.teams[i], &w->facts, a, w->views[i]);
	return 0;
}

/* ---------------------------------------------------------------- parts */

static json_t *small_part(const struct contest *c, enum view_of v, int64_t now_ms)
{
	json_t *part = json_object();

	json_object_set_new(part, "contest", part_contest(c));
	json_object_set_new(part, "state", part_state(c, now_ms));
	json_object_set_new(part, "freezes", part_freezes(c));
	if (v == VIEW_JURY || freeze_public_problems(c, now_ms))
		json_object_set_new(part, "problems", part_problems(c));
	return part;
}

static json_t *all_rows(const struct whole *w, enum view_of v)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < w->c.nteams; i++) {
		const struct contest_team *t = &w->c.teams[i];

		if (v == VIEW_JURY || freeze_public_team(t))
			json_array_append_new(rows, part_row(&w->c, t, &w->views[i][v], NULL));
	}
	return rows;
}

/* Before the start a public "first" would say how many problems there are. */
static json_t *all_firsts(const struct whole *w, enum view_of v, struct arena *a)
{
	json_t *list = json_array();
	size_t n;
	const struct first *firsts = facts_firsts(&w->c, &w->facts, v, a, &n);

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, part_first(&firsts[i]));
	return list;
}

static json_t *bulk_part(const struct whole *w, enum view_of v, int64_t now_ms, struct arena *a)
{
	json_t *part = small_part(&w->c, v, now_ms);

	json_object_set_new(part, "bulk", json_true());
	if (w->c.revealing)
		json_object_set_new(part, "reveal", part_reveal(&w->c));
	json_object_set_new(part, "teams", part_teams(&w->c, v));
	json_object_set_new(part, "rows", all_rows(w, v));
	if (v == VIEW_JURY || freeze_public_problems(&w->c, now_ms))
		json_object_set_new(part, "first", all_firsts(w, v, a));
	return part;
}

/* ---------------------------------------------------------------- events */

static int append(struct pg *pg, struct arena *a, struct record_about *ab, struct event_draft *d,
        struct err *err)
{
	json_auto_t *subject = json_object();

	if (ab->more)
		json_object_update(subject, ab->more);
	if (ab->actor)
		json_object_set_new(subject, "actor", json_string(ab->actor));
	if (ab->reason)
		json_object_set_new(subject, "reason", json_string(ab->reason));
	d->kind = ab->kind;
	d->subject = subject;
	return event_append(pg, a, ab->contest_id, &ab->head, d, NULL, err);
}

static int64_t event_time(const struct contest *c, const struct log_head *head)
{
	return c->start_ms == INT64_MIN ? INT64_MIN : contest_time_at(c, head->now_ms);
}

int record_small(struct pg *pg, struct arena *a, struct record_about *ab, struct err *err)
{
	const struct log_head *head = &ab->head;
	struct contest_some no_team = {0};
	struct contest c;
	json_auto_t *jury = NULL;
	json_auto_t *public_part = NULL;
	struct event_draft d = {0};

	if (contest_load_some(pg, a, ab->contest_id, &no_team, &c, err) < 0)
		return err_result(err);
	jury = small_part(&c, VIEW_JURY, head->now_ms);
	public_part = small_part(&c, VIEW_PUBLIC, head->now_ms);
	d.contest_time_ms = event_time(&c, head);
	d.jury = jury;
	d.public_part = ab->jury_only ? NULL : public_part;
	return append(pg, a, ab, &d, err);
}

static int put_all_cells(struct pg *pg, struct arena *a, const struct whole *w, struct err *err)
{
	struct record_cell *cells =
	        arena_alloc(a, w->c.nteams * w->c.nproblems * sizeof(*cells) + 1);
	size_t n = 0;

	for (size_t t = 0; t < w->c.nteams; t++) {
		for (size_t p = 0; p < w->c.nproblems; p++) {
			const struct cell *jury = &w->views[t][VIEW_JURY].cells[p];
			const struct cell *public_cell = &w->views[t][VIEW_PUBLIC].cells[p];

			if (facts_cell_is_empty(jury) && facts_cell_is_empty(public_cell))
				continue;
			cells[n++] = (struct record_cell){.team = &w->c.teams[t],
			        .problem = &w->c.problems[p],
			        .cells = {[VIEW_JURY] = *jury, [VIEW_PUBLIC] = *public_cell}};
		}
	}
	return record_put_cells(pg, w->c.id, cells, n, err);
}

/* Before the start the public learns nothing of the problems, not even by a number of its own that
 * moves with each one. The first event of all is for everybody. */
static bool is_silent(
        const struct record_about *ab, const struct contest *c, const struct log_head *head)
{
	return head->public_number > 0 && strcmp(ab->kind, "problems") == 0 &&
	       !freeze_public_problems(c, head->now_ms);
}

int record_bulk(struct pg *pg, struct arena *a, struct record_about *ab, struct err *err)
{
	const struct log_head *head = &ab->head;
	struct whole w;
	json_auto_t *jury = NULL;
	json_auto_t *public_part = NULL;
	struct event_draft d = {0};

	if (load_whole(pg, a, ab->contest_id, &w, err) < 0 || put_all_cells(pg, a, &w, err) < 0)
		return err_result(err);
	jury = bulk_part(&w, VIEW_JURY, head->now_ms, a);
	public_part = bulk_part(&w, VIEW_PUBLIC, head->now_ms, a);
	d.contest_time_ms = event_time(&w.c, head);
	d.jury = jury;
	d.public_part = is_silent(ab, &w.c, head) ? NULL : public_part;
	return append(pg, a, ab, &d, err);
}

/* ---------------------------------------------------------------- buttons */

static int check_running(const struct contest *c, int64_t now_ms, struct err *err)
{
	struct contest_state s = contest_state_at(c, now_ms);

	if (s.started && !s.ended)
		return 0;
	return err_set(err, ERR_CONFLICT, "contest %.40s is not running", c->id);
}

/* "Thaw and finalize wait for the end of the last team's own time." */
static int check_over(const struct contest *c, int64_t now_ms, struct err *err)
{
	if (c->start_ms != INT64_MIN && contest_last_end_ms(c) <= now_ms)
		return 0;
	return err_set(err, ERR_CONFLICT, "contest %.40s is not over yet", c->id);
}

static int check_finished(struct pg *pg, const struct contest *c, int64_t now_ms, struct err *err)
{
	auto_pgresult PGresult *r = NULL;
	auto_buf struct buf list = {0};

	if (check_over(c, now_ms, err) < 0 || pg_run(pg, Q_RECORD_BLOCKERS, &r, err, c->id) < 0)
		return err_result(err);
	if (PQntuples(r) == 0)
		return 0;
	for (int i = 0; i < PQntuples(r); i++)
		buf_addf(&list, "%s %s: %s %s", i > 0 ? ";" : "", pg_text(r, i, "why"),
		        pg_text(r, i, "n"), pg_text(r, i, "ids"));
	return err_set(err, ERR_CONFLICT, "contest %.40s cannot be finalized:%s", c->id, list.data);
}

static int check_done(const struct contest *c, int64_t now_ms, struct err *err)
{
	struct contest_state s = contest_state_at(c, now_ms);

	if (s.finalized && (s.thawed || !s.frozen))
		return 0;
	return err_set(err, ERR_CONFLICT, "contest %.40s is not %s yet", c->id,
	        s.finalized ? "thawed" : "finalized");
}

static int check_updates(const struct contest *c, int64_t now_ms, struct err *err)
{
	if (!contest_state_at(c, now_ms).end_of_updates)
		return 0;
	return err_set(err, ERR_CONFLICT, "the updates of contest %.40s have ended", c->id);
}

static int check_action(struct pg *pg, const struct contest *c, enum contest_action action,
        int64_t now_ms, struct err *err)
{
	switch (action) {
	case ACTION_FREEZE:
		return check_running(c, now_ms, err);
	case ACTION_THAW:
		return check_over(c, now_ms, err);
	case ACTION_FINALIZE:
		return check_finished(pg, c, now_ms, err);
	case ACTION_END_UPDATES:
		return check_done(c, now_ms, err);
	case ACTION_UNFINALIZE:
		return check_updates(c, now_ms, err);
	case ACTION_START:
	case ACTION_END: /* their functions look themselves */
		break;
	}
	return 0;
}

static const struct {
	const char *kind, *audit;
	enum query q;
	bool bulk;
} actions[] = {
        [ACTION_START] = {"start", "contest.start", Q_RECORD_START, true},
        [ACTION_FREEZE] = {"freeze", "contest.freeze", Q_RECORD_FREEZE, false},
        [ACTION_THAW] = {"thaw", "contest.thaw", Q_RECORD_THAW, true},
        [ACTION_END] = {"end", "contest.end", Q_RECORD_END, false},
        [ACTION_FINALIZE] = {"finalize", "contest.finalize", Q_RECORD_FINALIZE, false},
        [ACTION_END_UPDATES] = {"contest", "contest.end-updates", Q_RECORD_END_UPDATES, false},
        [ACTION_UNFINALIZE] = {"contest", "contest.unfinalize", Q_RECORD_UNFINALIZE, false},
};

static int act(struct pg *pg, struct arena *a, struct record_about *ab, enum contest_action action,
        struct err *err)
{
	struct record_audit au = {.actor = ab->actor,
	        .action = actions[action].audit,
	        .contest_id = ab->contest_id,
	        .reason = ab->reason};
	struct contest c;
	int failed;

	if (event_lock(pg, a, ab->contest_id, &ab->head, err) < 0 ||
	        contest_load(pg, a, ab->contest_id, &c, err) < 0 ||
	        check_action(pg, &c, action, ab->head.now_ms, err) < 0 ||
	        pg_run(pg, actions[action].q, NULL, err, ab->contest_id, ab->head.now) < 0)
		return err_result(err);
	failed = actions[action].bulk ? record_bulk(pg, a, ab, err) : record_small(pg, a, ab, err);
	if (failed < 0)
		return err_result(err);
	return record_audit(pg, &au, err);
}

/* NOLINTNEXTLINE(readability-function-size): who, why and what, and the usual three */
int record_action(struct pg *pg, const char *contest_id, enum contest_action action,
        const char *actor, const char *reason, struct err *err)
{
	auto_arena struct arena a = {0};
	struct record_about ab = {.contest_id = contest_id,
	        .kind = actions[action].kind,
	        .actor = actor,
	        .reason = reason};

	if (action == ACTION_UNFINALIZE && (!reason || !*reason))
		return err_set(err, ERR_INPUT, "to make a final result open again needs a reason");
	if (pg_begin(pg, err) < 0)
		return err_result(err);
	return record_end(pg, act(pg, &a, &ab, action, err), err);
}

/* ---------------------------------------------------------------- settings */

static int settle(struct pg *pg, struct arena *a, struct record_about *ab, struct err *err)
{
	auto_free char *action = xasprintf("contest.%s", ab->kind);
	struct record_audit au = {
	        .actor = ab->actor, .action = action, .contest_id = ab->contest_id};

	if (event_lock(pg, a, ab->contest_id, &ab->head, err) < 0 ||
	        pg_run(pg, Q_RECORD_RESCHEDULE, NULL, err, ab->contest_id) < 0 ||
	        record_bulk(pg, a, ab, err) < 0)
		return err_result(err);
	return record_audit(pg, &au, err);
}

static int settle_once(struct pg *pg, struct record_about *ab, struct err *err)
{
	auto_arena struct arena a = {0};

	if (pg_begin(pg, err) < 0)
		return err_result(err);
	return record_end(pg, settle(pg, &a, ab, err), err);
}

/* A contest without a counter is a new one. */
int record_contest(
        struct pg *pg, const char *contest_id, const char *kind, const char *actor, struct err *err)
{
	struct record_about ab = {.contest_id = contest_id, .kind = kind, .actor = actor};
	int result = settle_once(pg, &ab, err);

	if (result != -ERR_NOT_FOUND)
		return result;
	if (pg_run(pg, Q_RECORD_COUNTER, NULL, err, contest_id) < 0)
		return err_result(err);
	return settle_once(pg, &ab, err);
}
