/* cmd_feed.c -- contest import-feed: a contest that was held elsewhere, out of its event feed.
 *
 * Reading and making sense of it are pure (clics.c, clics_plan.c); here ids that are taken get
 * another one, and everything is written in one transaction: the rows, then the log
 * (record_past.c). So a feed is imported as a whole or not at all, and never twice under one id. */
#include "admin/admin.h"
#include "admin/clics_plan.h"
#include "admin/fetch.h"
#include "base/clock.h"
#include "scoreboard/catchup.h"

#include <bsd/string.h>

enum { FEED_MAX = 256 << 20, FEED_SECONDS = 120, LOGIN_MAX = 1000 };

/* ---------------------------------------------------------------- ids that are taken */

static void ids_of(struct arena *a, const void *things, size_t n, size_t size, const char **out)
{
	const char **list = arena_alloc(a, (n + 1) * sizeof(*list));
	const char *at = things;

	for (size_t i = 0; i < n; i++, at += size)
		list[i] = ((const struct plan_id *)(const void *)at)->id;
	*out = pg_arg_array(a, list, n);
}
#define IDS_OF(a, p, things, n, out) ids_of((a), (p)->things, (p)->n, sizeof(*(p)->things), (out))

/* The same organization, group or team of another contest is the same when its name is; a problem
 * is taken for the one that is here, with its statement and its tests. */
static struct plan_id *find_taken(
        struct plan *p, const char *kind, const char *id, const char **name)
{
	for (size_t i = 0; strcmp(kind, "organization") == 0 && i < p->norganizations; i++) {
		*name = p->organizations[i].name;
		if (strcmp(p->organizations[i].is.id, id) == 0)
			return &p->organizations[i].is;
	}
	for (size_t i = 0; strcmp(kind, "group") == 0 && i < p->ngroups; i++) {
		*name = p->groups[i].name;
		if (strcmp(p->groups[i].is.id, id) == 0)
			return &p->groups[i].is;
	}
	for (size_t i = 0; strcmp(kind, "team") == 0 && i < p->nteams; i++) {
		*name = p->teams[i].name;
		if (strcmp(p->teams[i].is.id, id) == 0)
			return &p->teams[i].is;
	}
	for (size_t i = 0; strcmp(kind, "problem") == 0 && i < p->nproblems; i++) {
		*name = p->problems[i].name;
		if (strcmp(p->problems[i].is.id, id) == 0)
			return &p->problems[i].is;
	}
	return NULL;
}

static int settle_ids(struct admin *admin, struct plan *p, size_t *renamed, struct err *err)
{
	auto_arena struct arena a = {0};
	auto_pgresult PGresult *r = NULL;
	const char *ids[4];

	IDS_OF(&a, p, organizations, norganizations, &ids[0]);
	IDS_OF(&a, p, groups, ngroups, &ids[1]);
	IDS_OF(&a, p, teams, nteams, &ids[2]);
	IDS_OF(&a, p, problems, nproblems, &ids[3]);
	if (pg_query(admin->pg, Q_FEED_TAKEN, ids, &r, err) < 0)
		return err_result(err);
	*renamed = 0;
	for (int row = 0; row < PQntuples(r); row++) {
		const char *name = "";
		struct plan_id *is =
		        find_taken(p, pg_text(r, row, "kind"), pg_text(r, row, "id"), &name);

		if (!is || strcmp(name, pg_text(r, row, "name")) == 0)
			continue;
		is->id = plan_other_id(p, is->feed_id);
		(*renamed)++;
	}
	return 0;
}

/* ---------------------------------------------------------------- rows */

enum { COLUMNS_MAX = 6 };

/* Columns of text that become arrays; a statement's parameters are `first`, if there is one, and
 * then these. */
struct columns {
	const char *first;
	struct arena a;
	const char **v[COLUMNS_MAX];
	size_t n;
};

static void columns_init(struct columns *c, size_t rows)
{
	*c = (struct columns){0};
	for (size_t k = 0; k < COLUMNS_MAX; k++)
		c->v[k] = arena_alloc(&c->a, (rows + 1) * sizeof(char *));
}

/* Sends them and forgets them. */
static int columns_run(
        struct admin *admin, enum query q, struct columns *c, size_t columns, struct err *err)
{
	const char *args[1 + COLUMNS_MAX] = {c->first};
	size_t from = c->first ? 1 : 0;
	int failed;

	for (size_t k = 0; k < columns; k++)
		args[from + k] = pg_arg_array(&c->a, c->v[k], c->n);
	failed = pg_query(admin->pg, q, args, NULL, err);
	arena_free(&c->a);
	return failed;
}

static int put_organizations(struct admin *admin, const struct plan *p, struct err *err)
{
	struct columns c;

	columns_init(&c, p->norganizations);
	for (; c.n < p->norganizations; c.n++) {
		const struct plan_organization *o = &p->organizations[c.n];

		c.v[0][c.n] = o->is.id;
		c.v[1][c.n] = o->name;
		c.v[2][c.n] = o->formal_name;
		c.v[3][c.n] = o->country;
	}
	return columns_run(admin, Q_FEED_ORGANIZATIONS, &c, 4, err);
}

static int put_groups(struct admin *admin, const struct plan *p, struct err *err)
{
	struct columns c;

	columns_init(&c, p->ngroups);
	for (; c.n < p->ngroups; c.n++) {
		c.v[0][c.n] = p->groups[c.n].is.id;
		c.v[1][c.n] = p->groups[c.n].name;
		c.v[2][c.n] = pg_arg_bool(p->groups[c.n].hidden);
	}
	return columns_run(admin, Q_FEED_GROUPS, &c, 3, err);
}

static int put_members(struct admin *admin, const struct plan *p, struct err *err)
{
	struct columns c;
	size_t total = 0;

	for (size_t i = 0; i < p->nteams; i++)
		total += p->teams[i].ngroups;
	columns_init(&c, total);
	for (size_t i = 0; i < p->nteams; i++) {
		for (size_t k = 0; k < p->teams[i].ngroups; k++, c.n++) {
			c.v[0][c.n] = p->teams[i].is.id;
			c.v[1][c.n] = p->teams[i].groups[k]->is.id;
		}
	}
	return columns_run(admin, Q_FEED_TEAM_GROUPS, &c, 2, err);
}

static int put_teams(struct admin *admin, const struct plan *p, struct err *err)
{
	struct columns c;

	columns_init(&c, p->nteams);
	for (; c.n < p->nteams; c.n++) {
		const struct plan_team *t = &p->teams[c.n];

		c.v[0][c.n] = t->is.id;
		c.v[1][c.n] = t->name;
		c.v[2][c.n] = t->display_name;
		c.v[3][c.n] = t->organization ? t->organization->is.id : NULL;
	}
	if (columns_run(admin, Q_FEED_TEAMS, &c, 4, err) < 0)
		return err_result(err);
	return put_members(admin, p, err);
}

static int put_problems(struct admin *admin, const struct plan *p, struct err *err)
{
	struct columns c;

	columns_init(&c, p->nproblems);
	for (; c.n < p->nproblems; c.n++) {
		c.v[0][c.n] = p->problems[c.n].is.id;
		c.v[1][c.n] = p->problems[c.n].name;
		c.v[2][c.n] = pg_arg_int(&c.a, p->problems[c.n].time_limit_ms);
	}
	return columns_run(admin, Q_FEED_PROBLEMS, &c, 3, err);
}

static int put_languages(struct admin *admin, const struct plan *p, struct err *err)
{
	struct columns c;

	columns_init(&c, p->nlanguages);
	for (; c.n < p->nlanguages; c.n++) {
		c.v[0][c.n] = p->languages[c.n].is.id;
		c.v[1][c.n] = p->languages[c.n].name;
		c.v[2][c.n] = p->languages[c.n].extension;
	}
	return columns_run(admin, Q_FEED_LANGUAGES, &c, 3, err);
}

static const char *time_or_null(struct arena *a, int64_t wall_ms)
{
	char text[CLOCK_TEXT_SIZE];

	if (!wall_ms)
		return NULL;
	clock_format_time(wall_ms, text);
	return arena_strdup(a, text);
}

static int put_contest(struct admin *admin, const struct plan *p, struct err *err)
{
	auto_arena struct arena a = {0};

	if (pg_run(admin->pg, Q_FEED_CONTEST, NULL, err, p->id, p->name, p->formal_name, p->rules,
	            time_or_null(&a, p->start_ms), pg_arg_int(&a, p->duration_ms),
	            p->freeze_ms >= 0 ? pg_arg_int(&a, p->freeze_ms) : NULL,
	            pg_arg_int(&a, p->penalty_minutes), pg_arg_bool(p->compile_penalty),
	            time_or_null(&a, p->ended_ms), time_or_null(&a, p->finalized_ms),
	            time_or_null(&a, p->end_of_updates_ms)) < 0 ||
	        pg_run(admin->pg, Q_ADMIN_CONTEST_COUNTER, NULL, err, p->id) < 0) {
		if (err->code == ERR_CONFLICT)
			return err_set(err, ERR_CONFLICT,
			        "contest %s exists already: its past is not imported twice (--id "
			        "gives another name)",
			        p->id);
		return err_result(err);
	}
	if (!p->frozen_ms)
		return 0;
	return pg_run(admin->pg, Q_FEED_FREEZE, NULL, err, p->id, time_or_null(&a, p->frozen_ms),
	        time_or_null(&a, p->thawed_ms));
}

static int put_contest_problems(struct admin *admin, const struct plan *p, struct err *err)
{
	struct columns c;

	columns_init(&c, p->nproblems);
	for (; c.n < p->nproblems; c.n++) {
		c.v[0][c.n] = p->problems[c.n].is.id;
		c.v[1][c.n] = p->problems[c.n].label;
		c.v[2][c.n] = p->problems[c.n].rgb;
		c.v[3][c.n] = p->problems[c.n].color;
		c.v[4][c.n] = pg_arg_int(&c.a, p->problems[c.n].points_milli);
	}
	c.first = p->id;
	return columns_run(admin, Q_FEED_CONTEST_PROBLEMS, &c, 5, err);
}

static int put_contest_teams(struct admin *admin, const struct plan *p, struct err *err)
{
	struct columns c;

	columns_init(&c, p->nteams);
	for (; c.n < p->nteams; c.n++) {
		c.v[0][c.n] = p->teams[c.n].is.id;
		c.v[1][c.n] = pg_arg_int(&c.a, p->teams[c.n].sort_group);
		c.v[2][c.n] = pg_arg_bool(p->teams[c.n].hidden);
	}
	c.first = p->id;
	return columns_run(admin, Q_FEED_CONTEST_TEAMS, &c, 3, err);
}

/* ---------------------------------------------------------------- all of it */

struct import {
	struct clics feed;
	struct plan plan;
	size_t renamed;
	int64_t events;
};

static int write_rows(struct admin *admin, const struct plan *p, struct err *err)
{
	if (put_contest(admin, p, err) < 0 || put_organizations(admin, p, err) < 0 ||
	        put_groups(admin, p, err) < 0 || put_teams(admin, p, err) < 0 ||
	        put_problems(admin, p, err) < 0 || put_languages(admin, p, err) < 0 ||
	        put_contest_problems(admin, p, err) < 0 || put_contest_teams(admin, p, err) < 0)
		return err_result(err);
	return 0;
}

static int write_all(struct admin *admin, struct import *im, struct err *err)
{
	struct plan *p = &im->plan;
	const char *account = plan_other_id(p, "feed");

	if (settle_ids(admin, p, &im->renamed, err) < 0 || write_rows(admin, p, err) < 0 ||
	        pg_run(admin->pg, Q_FEED_ACCOUNT, NULL, err, account, p->name) < 0)
		return err_result(err);
	plan_past(p, &im->feed);
	p->past.account_id = account;
	p->past.actor = admin->actor;
	if (record_past(admin->pg, &p->past, &im->events, err) < 0)
		return err_result(err);
	return pg_run(admin->pg, Q_RECORD_AUDIT, NULL, err, admin->actor, "contest.import-feed",
	        p->id, NULL, "{}");
}

static int import(struct admin *admin, struct import *im, struct err *err)
{
	if (pg_begin(admin->pg, err) < 0)
		return err_result(err);
	if (write_all(admin, im, err) < 0) {
		pg_rollback(admin->pg);
		return err_result(err);
	}
	return pg_commit(admin->pg, err);
}

/* The contest's past up to the ceremony: what the thaw shows is still to come. */
static void keep_frozen(struct plan *p)
{
	p->thawed_ms = p->finalized_ms = p->end_of_updates_ms = 0;
}

static int read_login(const char *path, struct buf *login, struct err *err)
{
	if (buf_read_file(login, path, LOGIN_MAX, err) < 0)
		return err_result(err);
	if (login->data)
		login->data[strcspn(login->data, "\r\n")] = '\0';
	if (!login->data || !strchr(login->data, ':'))
		return err_set(err, ERR_INPUT, "%.150s must hold user:password", path);
	return 0;
}

static int read_feed(const struct args *args, struct buf *text, struct err *err)
{
	auto_buf struct buf login = {0};
	const char *login_file = args_get(args, "login");
	struct fetch f = {.url = args->words[0], .max_bytes = FEED_MAX, .seconds = FEED_SECONDS};

	if (!fetch_is_url(f.url))
		return buf_read_file(text, f.url, FEED_MAX, err);
	if (login_file && read_login(login_file, &login, err) < 0)
		return err_result(err);
	f.login = login.data;
	return fetch_url(&f, text, err);
}

static void say(const struct admin *admin, const struct import *im)
{
	const struct plan *p = &im->plan;
	const struct clics *f = &im->feed;

	findings_print(&f->findings);
	out_say(admin,
	        json_pack("{s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:O}", "id", p->id, "lines",
	                (json_int_t)f->lines, "broken", (json_int_t)f->broken, "left_out",
	                (json_int_t)p->left_out, "renamed", (json_int_t)im->renamed, "teams",
	                (json_int_t)p->nteams, "problems", (json_int_t)p->nproblems, "submissions",
	                (json_int_t)p->past.n, "judgements", (json_int_t)p->judgements, "events",
	                (json_int_t)im->events, "unused", f->unused),
	        "contest %s: %zu teams, %zu problems, %zu submissions, %zu judgements in %lld "
	        "events; %zu lines read, %zu of them broken, %zu things left out, %zu ids changed",
	        p->id, p->nteams, p->nproblems, p->past.n, p->judgements, (long long)im->events,
	        f->lines, f->broken, p->left_out, im->renamed);
}

static int run_import(struct admin *admin, const struct args *args, struct err *err)
{
	auto_buf struct buf text = {0};
	struct import im = {0};
	int failed;

	if (read_feed(args, &text, err) < 0)
		return err_result(err);
	clics_read(&im.feed, args->words[0], text.data ? text.data : "", text.len);
	failed = plan_make(&im.plan, &im.feed, args_get(args, "id"), err);
	if (failed == 0 && args_get(args, "frozen"))
		keep_frozen(&im.plan);
	if (failed == 0)
		failed = import(admin, &im, err);
	if (failed == 0) {
		admin_catchup(admin, im.plan.id);
		say(admin, &im);
	} else {
		findings_print(&im.feed.findings);
	}
	plan_free(&im.plan);
	clics_free(&im.feed);
	return failed;
}

static const struct option feed_options[] = {
        {"id", "ID", "the contest's id here; default: the feed's"},
        {"frozen", NULL, "leave out thaw and finalize: the ceremony is still to come"},
        {"login", "FILE", "user:password for a URL"},
        {NULL, NULL, NULL},
};

const struct command feed_commands[] = {
        {"contest import-feed", "FILE|URL", "a contest held elsewhere, from its event feed", 1, 1,
                feed_options, run_import, false},
        {NULL, NULL, NULL, 0, 0, NULL, NULL, false},
};
