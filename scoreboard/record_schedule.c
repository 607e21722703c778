/* record_schedule.c -- what moves a contest's clock, and settings that the rules read: extensions,
 * removed intervals, hold-for-verification, what comes by the clock, medals.
 *
 * All have one shape: lock, load, check, one SQL function that writes, the event, the audit row.
 * Removed intervals change the contest time of every later submission; contest_time_at alone says
 * how, and it is applied to all of them here, not in SQL, so that a submission has the same time
 * whether the interval was removed before or after it came. */
#include "base/clock.h"
#include "base/json.h"
#include "scoreboard/record_life.h"
#include "scoreboard/record_write.h"

#include <inttypes.h>

enum { SHORTEST_MS = 1000 };
static const int64_t LONGEST_MS = INT64_C(31536000000); /* as the table's checks */

/* One of them: what is to be done, and with what. */
struct deed {
	struct record_about about;
	const char *audit;
	bool bulk, retime;
	int (*check)(const struct contest *c, const struct deed *d, struct err *err);
	int (*write)(struct pg *pg, struct arena *a, const struct deed *d, struct err *err);
	struct contest contest; /* as it was, from the lock on */
	const struct extension *extension;
	struct interval *interval;
	const struct schedule *schedule;
	const struct contest_medals *medals;
	const json_t *settings;
	bool on;
};

/* Every submission's contest time anew; those that stay are not written. */
static int retime(struct pg *pg, struct arena *a, const struct deed *d, struct err *err)
{
	struct facts_want all = {0};
	struct contest c;
	struct facts facts;
	const char **ids, **times;
	size_t n = 0, count = 0;

	if (contest_load(pg, a, d->about.contest_id, &c, err) < 0 ||
	        facts_load(pg, a, &c, &all, &facts, err) < 0)
		return err_result(err);
	for (size_t t = 0; t < c.nteams; t++)
		count += facts.teams[t].n;
	ids = arena_alloc(a, count * sizeof(*ids) + 1);
	times = arena_alloc(a, count * sizeof(*times) + 1);
	for (size_t t = 0; t < c.nteams; t++) {
		for (size_t i = 0; i < facts.teams[t].n; i++) {
			const struct sub *s = &facts.teams[t].subs[i];

			ids[n] = s->id;
			times[n++] = pg_arg_int(a, contest_time_at(&c, s->submitted_ms));
		}
	}
	return pg_run(pg, Q_RECORD_RETIME, NULL, err, c.id, pg_arg_array(a, ids, n),
	        pg_arg_array(a, times, n));
}

static int act(struct pg *pg, struct arena *a, struct deed *d, struct err *err)
{
	struct record_about *ab = &d->about;
	struct record_audit au = {.actor = ab->actor,
	        .action = d->audit,
	        .contest_id = ab->contest_id,
	        .subject = d->extension ? d->extension->team_id : NULL,
	        .reason = ab->reason,
	        .more = ab->more};
	int failed;

	if (event_lock(pg, a, ab->contest_id, &ab->head, err) < 0 ||
	        contest_load(pg, a, ab->contest_id, &d->contest, err) < 0)
		return err_result(err);
	if (d->check && d->check(&d->contest, d, err) < 0)
		return err_result(err);
	if (d->write(pg, a, d, err) < 0 || (d->retime && retime(pg, a, d, err) < 0))
		return err_result(err);
	failed = d->bulk ? record_bulk(pg, a, ab, err) : record_small(pg, a, ab, err);
	if (failed < 0)
		return err_result(err);
	return record_audit(pg, &au, err);
}

/* more: taken. */
static int run(struct pg *pg, struct deed *d, json_t *more, struct err *err)
{
	auto_arena struct arena a = {0};
	json_auto_t *owned UNUSED = more; /* freed at the end */

	d->about.more = more;
	if (pg_begin(pg, err) < 0)
		return err_result(err);
	return record_end(pg, act(pg, &a, d, err), err);
}

static struct record_about about(const char *contest_id, const char *kind, const struct why *why)
{
	return (struct record_about){
	        .contest_id = contest_id, .kind = kind, .actor = why->actor, .reason = why->reason};
}

static const char *time_arg(struct arena *a, int64_t wall_ms)
{
	char text[CLOCK_TEXT_SIZE];

	if (wall_ms == 0)
		return NULL;
	clock_format_time(wall_ms, text);
	return arena_strdup(a, text);
}

/* ---------------------------------------------------------------- extension */

static int check_extension(const struct contest *c, const struct deed *d, struct err *err)
{
	const struct extension *x = d->extension;
	const struct contest_team *team = x->team_id ? contest_team_find(c, x->team_id) : NULL;
	struct contest_state s = contest_state_at(c, d->about.head.now_ms);
	struct contest longer = *c;
	struct contest_team its = team ? *team : (struct contest_team){0};

	if (x->team_id && !team)
		return err_set(err, ERR_NOT_FOUND, "no such team in contest %.40s: \"%.40s\"",
		        c->id, x->team_id);
	if (c->ended_ms || s.thawed || s.finalized || (!team && s.ended))
		return err_set(err, ERR_CONFLICT, "contest %.40s is over", c->id);
	if (team)
		its.extension_ms += x->by_ms;
	else
		longer.duration_ms += x->by_ms;
	if (its.extension_ms < 0 || longer.duration_ms < 1000)
		return err_set(err, ERR_INPUT, "that is more than there is to take back");
	if (x->by_ms < 0 && contest_end_ms(&longer, team ? &its : NULL) < d->about.head.now_ms)
		return err_set(err, ERR_CONFLICT, "the new end would lie in the past");
	return 0;
}

static int write_extension(struct pg *pg, struct arena *a, const struct deed *d, struct err *err)
{
	const struct extension *x = d->extension;

	if (x->team_id)
		return pg_run(pg, Q_RECORD_TEAM, NULL, err, d->about.contest_id, x->team_id,
		        pg_arg_int(a, x->by_ms), NULL, NULL, NULL, NULL);
	return pg_run(pg, Q_RECORD_EXTEND, NULL, err, d->about.contest_id, pg_arg_int(a, x->by_ms),
	        d->about.head.now);
}

int record_extend(struct pg *pg, const char *contest_id, const struct extension *x,
        const struct why *why, struct err *err)
{
	struct deed d = {.about = about(contest_id, "extension", why),
	        .audit = x->team_id ? "team.extend" : "contest.extend",
	        .check = check_extension,
	        .write = write_extension,
	        .extension = x};
	json_t *more = json_pack("{s:I}", "by", (json_int_t)x->by_ms);

	d.about.jury_only = x->team_id != NULL;
	if (x->team_id)
		json_object_set_new(more, "team", json_string(x->team_id));
	return run(pg, &d, more, err);
}

/* ---------------------------------------------------------------- removed intervals */

static int check_open(const struct contest *c, const struct deed *d, struct err *err)
{
	if (!contest_state_at(c, d->about.head.now_ms).started)
		return err_set(err, ERR_CONFLICT, "contest %.40s has not started", c->id);
	return record_check_open(c, d->about.head.now_ms, err);
}

static int check_interval(const struct contest *c, const struct deed *d, struct err *err)
{
	const struct interval *i = d->interval;

	if (check_open(c, d, err) < 0)
		return err_result(err);
	if (i->from_ms < c->start_ms || i->from_ms >= contest_last_end_ms(c) ||
	        i->to_ms <= i->from_ms)
		return err_set(err, ERR_INPUT,
		        "the interval must begin in the contest and be longer than 0");
	return 0;
}

static int write_removal(struct pg *pg, struct arena *a, const struct deed *d, struct err *err)
{
	auto_pgresult PGresult *r = NULL;

	if (pg_run(pg, Q_RECORD_INTERVAL_REMOVE, &r, err, d->about.contest_id,
	            time_arg(a, d->interval->from_ms), time_arg(a, d->interval->to_ms),
	            d->about.head.now) < 0)
		return err_result(err);
	d->interval->id = (int)pg_int(r, 0, "id");
	json_object_set_new(d->about.more, "interval", json_integer(d->interval->id));
	return 0;
}

int record_interval_remove(struct pg *pg, const char *contest_id, struct interval *interval,
        const struct why *why, struct err *err)
{
	struct deed d = {.about = about(contest_id, "interval", why),
	        .audit = "contest.remove-interval",
	        .bulk = true,
	        .retime = true,
	        .check = check_interval,
	        .write = write_removal,
	        .interval = interval};
	char from[CLOCK_TEXT_SIZE], to[CLOCK_TEXT_SIZE];

	clock_format_time(interval->from_ms, from);
	clock_format_time(interval->to_ms, to);
	return run(pg, &d, json_pack("{s:s, s:s, s:b}", "from", from, "to", to, "removed", 1), err);
}

static int write_restoring(struct pg *pg, struct arena *a, const struct deed *d, struct err *err)
{
	return pg_run(pg, Q_RECORD_INTERVAL_RESTORE, NULL, err, d->about.contest_id,
	        pg_arg_int(a, d->interval->id), d->about.head.now);
}

int record_interval_restore(
        struct pg *pg, const char *contest_id, int id, const struct why *why, struct err *err)
{
	struct interval interval = {.id = id};
	struct deed d = {.about = about(contest_id, "interval", why),
	        .audit = "contest.restore-interval",
	        .bulk = true,
	        .retime = true,
	        .check = check_open,
	        .write = write_restoring,
	        .interval = &interval};

	return run(pg, &d, json_pack("{s:i, s:b}", "interval", id, "removed", 0), err);
}

/* ---------------------------------------------------------------- settings */

static int write_hold(struct pg *pg, struct arena *a UNUSED, const struct deed *d, struct err *err)
{
	return pg_run(pg, Q_RECORD_HOLD, NULL, err, d->about.contest_id, pg_arg_bool(d->on));
}

int record_hold(
        struct pg *pg, const char *contest_id, bool on, const struct why *why, struct err *err)
{
	struct deed d = {.about = about(contest_id, "contest", why),
	        .audit = "contest.hold",
	        .bulk = true, /* what waited becomes known */
	        .write = write_hold,
	        .on = on};

	return run(pg, &d, json_pack("{s:b}", "hold", on), err);
}

static bool is_frozen_once(const struct contest *c, int64_t now_ms)
{
	for (size_t i = 0; i < c->nfreezes; i++) {
		if (c->freezes[i].from_ms <= now_ms)
			return true;
	}
	return false;
}

static int check_schedule(const struct contest *c, const struct deed *d, struct err *err)
{
	const struct schedule *s = d->schedule;
	int64_t now_ms = d->about.head.now_ms;
	struct contest_state state = contest_state_at(c, now_ms);

	if ((s->set & (SCHEDULE_START | SCHEDULE_DURATION)) && state.started)
		return err_set(
		        err, ERR_CONFLICT, "contest %.40s has started: it can be extended", c->id);
	if ((s->set & SCHEDULE_START) && s->start_ms && s->start_ms < now_ms)
		return err_set(err, ERR_INPUT, "the start would lie in the past");
	if ((s->set & SCHEDULE_DURATION) &&
	        (s->duration_ms < SHORTEST_MS || s->duration_ms > LONGEST_MS))
		return err_set(err, ERR_INPUT, "the duration must be from a second to a year");
	if (!(s->set & SCHEDULE_FREEZE))
		return 0;
	if (s->freeze_ms > LONGEST_MS)
		return err_set(err, ERR_INPUT, "the freeze must not be longer than a year");
	if (state.ended || is_frozen_once(c, now_ms))
		return err_set(err, ERR_CONFLICT,
		        "the freeze of contest %.40s has begun, or it is over", c->id);
	return 0;
}

static const char *start_arg(struct arena *a, const struct schedule *s)
{
	if (!(s->set & SCHEDULE_START))
		return NULL;
	return s->start_ms ? time_arg(a, s->start_ms) : "infinity";
}

static int write_schedule(struct pg *pg, struct arena *a, const struct deed *d, struct err *err)
{
	const struct schedule *s = d->schedule;
	const struct contest *c = &d->contest;
	int64_t freeze = s->set & SCHEDULE_FREEZE ? s->freeze_ms : c->freeze_ms;

	return pg_run(pg, Q_RECORD_SCHEDULE, NULL, err, d->about.contest_id, start_arg(a, s),
	        pg_arg_int(a, s->set & SCHEDULE_DURATION ? s->duration_ms : c->duration_ms),
	        freeze >= 0 ? pg_arg_int(a, freeze) : NULL,
	        time_arg(a, s->set & SCHEDULE_THAW ? s->thaw_ms : c->thaw_at_ms),
	        time_arg(a, s->set & SCHEDULE_FINALIZE ? s->finalize_ms : c->finalize_at_ms),
	        time_arg(a,
	                s->set & SCHEDULE_END_UPDATES ? s->end_updates_ms : c->end_of_updates_ms),
	        d->about.head.now);
}

int record_schedule(struct pg *pg, const char *contest_id, const struct schedule *s,
        const struct why *why, struct err *err)
{
	const struct {
		unsigned bit;
		const char *name;
		int64_t ms;
	} members[] = {{SCHEDULE_START, "start", s->start_ms},
	        {SCHEDULE_DURATION, "duration", s->duration_ms},
	        {SCHEDULE_FREEZE, "freeze", s->freeze_ms}, {SCHEDULE_THAW, "thaw", s->thaw_ms},
	        {SCHEDULE_FINALIZE, "finalize", s->finalize_ms},
	        {SCHEDULE_END_UPDATES, "end_updates", s->end_updates_ms}};
	struct deed d = {.about = about(contest_id, "contest", why),
	        .audit = "contest.schedule",
	        .check = check_schedule,
	        .write = write_schedule,
	        .schedule = s};
	json_t *more;

	if (!s->set)
		return err_set(err, ERR_INPUT, "no time is given");
	more = json_object();
	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		if (s->set & members[i].bit)
			json_object_set_new(more, members[i].name, json_integer(members[i].ms));
	}
	d.about.jury_only = !(s->set & SCHEDULE_PUBLIC);
	return run(pg, &d, more, err);
}

/* Until when a setting may change. */
enum until { UNTIL_EVER, UNTIL_FINAL, UNTIL_START };
static const struct {
	const char *name;
	const char *words; /* " a b ": one of these; "": any text; NULL: a number or a truth */
	int64_t min, max;  /* of a number; max 0: a truth */
	enum until until;
} settings[] = {
        {"name", "", 0, 0, UNTIL_EVER},
        {"formal_name", "", 0, 0, UNTIL_EVER},
        {"penalty_time", NULL, 0, 1000, UNTIL_FINAL},
        {"compile_penalty", NULL, 0, 0, UNTIL_FINAL},
        {"best_subtasks", NULL, 0, 0, UNTIL_FINAL},
        {"icpc_verdicts", NULL, 0, 0, UNTIL_START}, /* one set for all judgements */
        {"show_runs", " none count verdicts ", 0, 0, UNTIL_EVER},
        {"after_end", " refuse practice ", 0, 0, UNTIL_EVER},
        {"hidden", NULL, 0, 0, UNTIL_EVER},
        {"practice", NULL, 0, 0, UNTIL_EVER},
        {"submissions_per_minute", NULL, 1, 100000, UNTIL_EVER},
};
enum { NAME_BYTES = 500 };

static int check_word(const json_t *given, const char *name, const char *words, struct err *err)
{
	const char *word;
	auto_free char *spaced = NULL;

	if (json_get_string(given, name, NAME_BYTES, &word, err) < 0)
		return err_result(err);
	spaced = xasprintf(" %s ", word);
	if (*word && (!*words || (strstr(words, spaced) && !strchr(word, ' '))))
		return 0;
	return err_set(
	        err, ERR_INPUT, "\"%s\" must be%s%s", name, *words ? " one of" : " a text", words);
}

static int check_setting(const json_t *given, size_t i, struct err *err)
{
	const char *name = settings[i].name;
	int64_t number;
	bool truth;

	if (!json_object_get(given, name))
		return 0;
	if (settings[i].words)
		return check_word(given, name, settings[i].words, err);
	if (settings[i].max)
		return json_get_int(given, name, settings[i].min, settings[i].max, &number, err);
	return json_opt_bool(given, name, false, &truth, err);
}

static int check_until(const struct contest *c, const struct deed *d, size_t i, struct err *err)
{
	const char *name = settings[i].name;
	int64_t now_ms = d->about.head.now_ms;

	if (!json_object_get(d->settings, name))
		return 0;
	if (settings[i].until == UNTIL_START && contest_state_at(c, now_ms).started)
		return err_set(err, ERR_CONFLICT,
		        "contest %.40s has started: \"%s\" may change until then", c->id, name);
	return settings[i].until == UNTIL_FINAL ? record_check_open(c, now_ms, err) : 0;
}

static int check_settings(const struct contest *c, const struct deed *d, struct err *err)
{
	const char *names[ARRAY_LEN(settings) + 1] = {0};

	for (size_t i = 0; i < ARRAY_LEN(settings); i++)
		names[i] = settings[i].name;
	if (json_object_size(d->settings) == 0)
		return err_set(err, ERR_INPUT, "no setting is given");
	if (json_only(d->settings, names, err) < 0)
		return err_result(err);
	for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
		if (check_setting(d->settings, i, err) < 0 || check_until(c, d, i, err) < 0)
			return err_result(err);
	}
	return 0;
}

static int write_settings(
        struct pg *pg, struct arena *a UNUSED, const struct deed *d, struct err *err)
{
	auto_free char *text = json_text(d->settings);

	return pg_run(pg, Q_RECORD_SETTINGS, NULL, err, d->about.contest_id, text);
}

int record_settings(struct pg *pg, const char *contest_id, const json_t *given,
        const struct why *why, struct err *err)
{
	struct deed d = {.about = about(contest_id, "contest", why),
	        .audit = "contest.settings",
	        .bulk = true,
	        .check = check_settings,
	        .write = write_settings,
	        .settings = given};

	return run(pg, &d, json_deep_copy(given), err);
}

static int write_medals(struct pg *pg, struct arena *a, const struct deed *d, struct err *err)
{
	const struct contest_medals *m = d->medals;

	return pg_run(pg, Q_RECORD_MEDALS, NULL, err, d->about.contest_id, pg_arg_int(a, m->gold),
	        pg_arg_int(a, m->silver), pg_arg_int(a, m->bronze), pg_arg_int(a, m->extra),
	        pg_arg_bool(m->honors));
}

int record_medals(struct pg *pg, const char *contest_id, const struct contest_medals *m,
        const struct why *why, struct err *err)
{
	struct deed d = {.about = about(contest_id, "contest", why),
	        .audit = "contest.medals",
	        .write = write_medals,
	        .medals = m};

	d.about.jury_only = true;
	return run(pg, &d,
	        json_pack("{s:i, s:i, s:i, s:i, s:b}", "gold", m->gold, "silver", m->silver,
	                "bronze", m->bronze, "extra", m->extra, "honors", m->honors),
	        err);
}
