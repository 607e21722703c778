/* record_team.c -- what a judge does to one team: minutes of penalty, hidden, unofficial,
 * disqualified, and each of them back.
 *
 * A penalty changes one row: a small event. A mark changes who is on the board and who was first:
 * everything anew (bulk). Both are known to the public at once, also in a freeze: nothing of them
 * depends on a verdict. */
#include "scoreboard/freeze.h"
#include "scoreboard/part.h"
#include "scoreboard/record_life.h"
#include "scoreboard/record_write.h"

#include <limits.h>

struct team_deed {
	const char *contest_id, *team_id;
	const struct why *why;
	struct log_head head;
};

static int lock(
        struct pg *pg, struct arena *a, struct team_deed *d, struct contest *c, struct err *err)
{
	struct contest_some some = {.teams = &d->team_id, .n = 1};

	if (event_lock(pg, a, d->contest_id, &d->head, err) < 0 ||
	        contest_load_some(pg, a, d->contest_id, &some, c, err) < 0)
		return err_result(err);
	if (c->nteams == 0)
		return err_set(err, ERR_NOT_FOUND, "no such team in contest %.40s: \"%.40s\"",
		        c->id, d->team_id);
	return record_check_open(c, d->head.now_ms, err);
}

/* ---------------------------------------------------------------- penalty */

/* The team's row with its totals alone: no cell has changed. */
static json_t *totals_part(const struct contest *c, const struct view *view)
{
	json_t *row = part_row(c, &c->teams[0], view, NULL);

	json_object_set_new(row, "cells", json_array());
	return json_pack("{s:[o]}", "rows", row);
}

static int adjust_event(struct pg *pg, struct arena *a, struct team_deed *d,
        const struct record_audit *au, struct err *err)
{
	struct contest_some some = {.teams = &d->team_id, .n = 1};
	struct facts_want want = {.only = &some};
	struct contest c;
	struct facts facts;
	struct view views[VIEW_COUNT];
	json_auto_t *subject = json_deep_copy(au->more);
	json_auto_t *jury = NULL;
	json_auto_t *public_part = NULL;
	struct event_draft e = {.kind = "adjustment"};

	if (contest_load_some(pg, a, d->contest_id, &some, &c, err) < 0 ||
	        facts_load(pg, a, &c, &want, &facts, err) < 0)
		return err_result(err);
	record_views(&c, &c.teams[0], &facts, a, views);
	json_object_set_new(subject, "team", json_string(d->team_id));
	json_object_set_new(subject, "actor", json_string(au->actor));
	if (au->reason)
		json_object_set_new(subject, "reason", json_string(au->reason));
	jury = totals_part(&c, &views[VIEW_JURY]);
	if (freeze_public_team(&c.teams[0]))
		public_part = totals_part(&c, &views[VIEW_PUBLIC]);
	e.contest_time_ms =
	        c.start_ms == INT64_MIN ? INT64_MIN : contest_time_at(&c, d->head.now_ms);
	e.subject = subject;
	e.jury = jury;
	e.public_part = public_part;
	return event_append(pg, a, d->contest_id, &d->head, &e, NULL, err);
}

static int adjust(struct pg *pg, struct arena *a, struct team_deed *d, int minutes, struct err *err)
{
	json_auto_t *more = json_pack("{s:i}", "minutes", minutes);
	struct record_audit au = {.actor = d->why->actor,
	        .action = "team.adjust",
	        .contest_id = d->contest_id,
	        .subject = d->team_id,
	        .reason = d->why->reason,
	        .more = more};
	struct contest c;

	if (lock(pg, a, d, &c, err) < 0)
		return err_result(err);
	if (c.rules != RULES_ICPC)
		return err_set(err, ERR_INPUT, "only ICPC rules have a penalty to adjust");
	if (pg_run(pg, Q_RECORD_TEAM, NULL, err, d->contest_id, d->team_id, NULL,
	            pg_arg_int(a, minutes), NULL, NULL, NULL) < 0 ||
	        adjust_event(pg, a, d, &au, err) < 0)
		return err_result(err);
	return record_audit(pg, &au, err);
}

/* NOLINTNEXTLINE(readability-function-size): which team, how much and why, and the usual two */
int record_adjust(struct pg *pg, const char *contest_id, const char *team_id, int minutes,
        const struct why *why, struct err *err)
{
	auto_arena struct arena a = {0};
	struct team_deed d = {.contest_id = contest_id, .team_id = team_id, .why = why};
	static const int most = 100000;

	if (minutes == 0 || minutes > most || minutes < -most)
		return err_set(
		        err, ERR_INPUT, "minutes must be from -%d to %d and not 0", most, most);
	if (pg_begin(pg, err) < 0)
		return err_result(err);
	return record_end(pg, adjust(pg, &a, &d, minutes, err), err);
}

/* ---------------------------------------------------------------- marks */

static const struct {
	const char *kind, *on, *off;
} marks[] = {
        [TEAM_HIDDEN] = {"teams", "team.hide", "team.show"},
        [TEAM_UNOFFICIAL] = {"teams", "team.unofficial", "team.official"},
        [TEAM_DISQUALIFIED] = {"disqualify", "team.disqualify", "team.requalify"},
};

static bool has_mark(const struct contest_team *t, enum team_flag flag)
{
	switch (flag) {
	case TEAM_HIDDEN:
		return t->hidden;
	case TEAM_UNOFFICIAL:
		return t->unofficial;
	case TEAM_DISQUALIFIED:
		return t->disqualified;
	}
	return false;
}

static int write_mark(
        struct pg *pg, const struct team_deed *d, const struct team_mark *m, struct err *err)
{
	const char *value = pg_arg_bool(m->on);

	return pg_run(pg, Q_RECORD_TEAM, NULL, err, d->contest_id, d->team_id, NULL, NULL,
	        m->flag == TEAM_HIDDEN ? value : NULL, m->flag == TEAM_UNOFFICIAL ? value : NULL,
	        m->flag == TEAM_DISQUALIFIED ? value : NULL);
}

static int mark(struct pg *pg, struct arena *a, struct team_deed *d, const struct team_mark *m,
        struct err *err)
{
	struct record_audit au = {.actor = d->why->actor,
	        .action = m->on ? marks[m->flag].on : marks[m->flag].off,
	        .contest_id = d->contest_id,
	        .subject = d->team_id,
	        .reason = d->why->reason};
	json_auto_t *more = json_pack("{s:s, s:s}", "team", d->team_id, "action", au.action);
	struct record_about ab = {.contest_id = d->contest_id,
	        .kind = marks[m->flag].kind,
	        .actor = d->why->actor,
	        .reason = d->why->reason,
	        .more = more};
	struct contest c;

	if (lock(pg, a, d, &c, err) < 0)
		return err_result(err);
	if (has_mark(&c.teams[0], m->flag) == m->on)
		return err_set(
		        err, ERR_CONFLICT, "%s: team %.40s is so already", au.action, d->team_id);
	ab.head = d->head;
	if (write_mark(pg, d, m, err) < 0 || record_bulk(pg, a, &ab, err) < 0)
		return err_result(err);
	return record_audit(pg, &au, err);
}

int record_team_mark(struct pg *pg, const char *contest_id, const struct team_mark *m,
        const struct why *why, struct err *err)
{
	auto_arena struct arena a = {0};
	struct team_deed d = {.contest_id = contest_id, .team_id = m->team_id, .why = why};

	if (pg_begin(pg, err) < 0)
		return err_result(err);
	return record_end(pg, mark(pg, &a, &d, m, err), err);
}
