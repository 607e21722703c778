/* log_verify.c -- the log of a contest, event by event, against the submissions (log_verify.h).
 *
 * The submissions are read once. Then the log is walked and a picture of them is kept as it was at
 * each event: which had come, what was decided on each, which were ignored or waited for
 * confirmation, the minutes that a judge added. What an event changes in that picture is in its
 * subject; the verdict it names must be the one of the judgement it names. From the picture the
 * rules make the rows that the event says, and at the end it must be what the tables hold. The
 * public's part is made from the same facts by freeze.c; that the last board of both is right is
 * board verify's question.
 *
 * A removed interval gives all submissions other times, so events before the last one cannot be
 * made again from times as they are now; they are only followed. */
#include "scoreboard/log_verify.h"

#include "base/json.h"
#include "model/event.h"
#include "scoreboard/facts.h"

#include <assert.h>
#include <inttypes.h>

enum { BATCH = 500, EVENT_DEPTH = 16 };

struct judged {
	const char *id;
	enum verdict verdict;
	int64_t points_milli;
	const char *subtasks; /* as in struct fact */
};

/* What the picture knows of a submission beyond struct sub. */
struct known {
	struct sub *now;        /* in the picture; NULL: has not come yet */
	const struct sub *last; /* as the table has it */
	const char *judgement_id;
	enum verdict verdict; /* decided, counting or held */
	bool held;
};

struct walk {
	struct pg *pg;
	struct arena *a;
	const char *contest_id;
	struct contest c;
	struct facts last, now;
	struct known *subs; /* by id, bytewise */
	size_t nsubs;
	struct judged *judged; /* by id, bytewise */
	size_t njudged;
	bool hold;
	int64_t number, compare_after;
	struct log_report *report;
};

static int wrong(const struct walk *w, struct err *err, const char *fmt, ...) PRINTF(3, 4);
static int wrong(const struct walk *w, struct err *err, const char *fmt, ...)
{
	char text[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return err_set(err, ERR_CONFLICT, "event %" PRId64 " of contest %.40s: %s", w->number,
	        w->contest_id, text);
}

/* ---------------------------------------------------------------- reading */

static int by_sub_id(const void *x, const void *y)
{
	const struct known *a = x, *b = y;

	return strcmp(a->last->id, b->last->id);
}

static int compare_sub(const void *id, const void *known)
{
	return strcmp(id, ((const struct known *)known)->last->id);
}

static int compare_judged(const void *id, const void *judged)
{
	return strcmp(id, ((const struct judged *)judged)->id);
}

static struct known *find_sub(const struct walk *w, const char *id)
{
	return id && w->nsubs ? bsearch(id, w->subs, w->nsubs, sizeof(*w->subs), compare_sub)
	                      : NULL;
}

static const struct judged *find_judged(const struct walk *w, const char *id)
{
	return id && w->njudged
	               ? bsearch(id, w->judged, w->njudged, sizeof(*w->judged), compare_judged)
	               : NULL;
}

static int load_judged(struct walk *w, struct err *err)
{
	auto_pgresult PGresult *r = NULL;

	if (pg_run(w->pg, Q_VERIFY_JUDGEMENTS, &r, err, w->contest_id) < 0)
		return err_result(err);
	w->njudged = (size_t)PQntuples(r);
	w->judged = arena_alloc(w->a, w->njudged * sizeof(*w->judged) + 1);
	for (size_t i = 0; i < w->njudged; i++) {
		w->judged[i].id = arena_strdup(w->a, pg_text(r, (int)i, "id"));
		w->judged[i].points_milli = pg_int(r, (int)i, "points_milli");
		if (!pg_null(r, (int)i, "subtasks"))
			w->judged[i].subtasks = arena_strdup(w->a, pg_text(r, (int)i, "subtasks"));
		if (verdict_parse(pg_text(r, (int)i, "verdict"), &w->judged[i].verdict) < 0)
			return err_set(err, ERR_BUG, "unknown verdict");
	}
	return 0;
}

/* Room for the picture, which is empty. */
static void begin_picture(struct walk *w)
{
	w->now.teams = arena_alloc(w->a, w->c.nteams * sizeof(*w->now.teams) + 1);
	for (size_t t = 0; t < w->c.nteams; t++) {
		size_t n = w->last.teams[t].n;

		w->now.teams[t].cap = n;
		w->now.teams[t].subs = arena_alloc(w->a, n * sizeof(struct sub) + 1);
		w->nsubs += n;
		w->c.teams[t].penalty_adjustment = 0;
	}
	w->subs = arena_alloc(w->a, w->nsubs * sizeof(*w->subs) + 1);
	w->nsubs = 0;
	for (size_t t = 0; t < w->c.nteams; t++) {
		for (size_t i = 0; i < w->last.teams[t].n; i++)
			w->subs[w->nsubs++].last = &w->last.teams[t].subs[i];
	}
	if (w->nsubs)
		qsort(w->subs, w->nsubs, sizeof(*w->subs), by_sub_id);
}

static int load(struct walk *w, struct err *err)
{
	auto_pgresult PGresult *r = NULL;
	struct facts_want all = {0};

	if (contest_load(w->pg, w->a, w->contest_id, &w->c, err) < 0 ||
	        facts_load(w->pg, w->a, &w->c, &all, &w->last, err) < 0 ||
	        load_judged(w, err) < 0 ||
	        pg_run(w->pg, Q_VERIFY_LAST_INTERVAL, &r, err, w->contest_id) < 0)
		return err_result(err);
	w->compare_after = pg_int(r, 0, "number");
	begin_picture(w);
	return 0;
}

/* ---------------------------------------------------------------- the picture moves */

static const char *text_of(const json_t *o, const char *name)
{
	return json_string_value(json_object_get(o, name));
}

/* What counts on the board follows from what is known of it. */
static void settle(const struct walk *w, struct known *k)
{
	const struct judged *j = find_judged(w, k->judgement_id);

	if (!k->now)
		return;
	k->now->judgement_id = k->held ? NULL : k->judgement_id;
	k->now->fact.verdict = k->held ? VERDICT_NONE : k->verdict;
	k->now->fact.points_milli = j && !k->held ? j->points_milli : 0;
	k->now->fact.subtasks = j && !k->held ? j->subtasks : NULL;
}

static int arrive(struct walk *w, struct known *k, struct err *err)
{
	struct team_facts *t = facts_of_team(&w->now, &w->c, k->last->team);

	if (k->now)
		return wrong(w, err, "submission %.40s came before", k->last->id);
	if (t->n > 0 && t->subs[t->n - 1].fact.ordinal >= k->last->fact.ordinal)
		return wrong(w, err, "submission %.40s is out of order", k->last->id);
	assert(t->n < t->cap);
	k->now = &t->subs[t->n++];
	*k->now = *k->last;
	k->now->counts = true;
	settle(w, k);
	return 0;
}

/* about: an object with "judgement" and "verdict". */
static int decide(struct walk *w, struct known *k, const json_t *about, struct err *err)
{
	const struct judged *j = find_judged(w, text_of(about, "judgement"));

	if (!j)
		return wrong(
		        w, err, "there is no such judgement: %.40s", text_of(about, "judgement"));
	if (verdict_parse(text_of(about, "verdict"), &k->verdict) < 0 || k->verdict != j->verdict)
		return wrong(w, err, "judgement %.40s is %s, not %.10s", j->id,
		        verdict_id(j->verdict), text_of(about, "verdict"));
	k->judgement_id = j->id;
	return 0;
}

static int decide_set(struct walk *w, const json_t *list, struct err *err)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *about = json_array_get(list, i);
		struct known *k = find_sub(w, text_of(about, "submission"));

		if (!k)
			return wrong(w, err, "there is no such submission: %.40s",
			        text_of(about, "submission"));
		if (decide(w, k, about, err) < 0)
			return err_result(err);
		k->held = false;
		settle(w, k);
	}
	return 0;
}

static int move_submission(struct walk *w, const char *kind, const json_t *subject, struct err *err)
{
	struct known *k = find_sub(w, text_of(subject, "submission"));

	if (!k)
		return wrong(w, err, "there is no such submission: %.40s",
		        text_of(subject, "submission"));
	if (strcmp(kind, "submission") == 0)
		return arrive(w, k, err);
	if (strcmp(kind, "ignore") == 0) {
		if (k->now)
			k->now->counts = !k->now->counts;
		return 0;
	}
	if (strcmp(kind, "rejudge") == 0) {
		k->verdict = VERDICT_NONE;
		k->judgement_id = NULL;
		k->held = false;
	} else if (decide(w, k, subject, err) < 0) {
		return err_result(err);
	} else {
		k->held = w->hold && strcmp(kind, "judgement") == 0 && k->verdict != VERDICT_JE;
	}
	settle(w, k);
	return 0;
}

static void set_hold(struct walk *w, bool on)
{
	w->hold = on;
	for (size_t i = 0; !on && i < w->nsubs; i++) {
		w->subs[i].held = false;
		settle(w, &w->subs[i]);
	}
}

static int adjust(struct walk *w, const json_t *subject, struct err *err)
{
	const char *id = text_of(subject, "team");

	for (size_t i = 0; id && i < w->c.nteams; i++) {
		if (strcmp(w->c.teams[i].id, id) != 0)
			continue;
		w->c.teams[i].penalty_adjustment +=
		        (int)json_integer_value(json_object_get(subject, "minutes"));
		return 0;
	}
	return wrong(w, err, "there is no such team: %.40s", id ? id : "");
}

/* Settings that the rules read, as the jury's part says them. */
static void take_settings(struct walk *w, const json_t *part)
{
	const json_t *penalty = json_object_get(json_object_get(part, "contest"), "penalty_time");
	const json_t *problems = json_object_get(part, "problems");

	if (json_is_integer(penalty))
		w->c.penalty_minutes = (int)json_integer_value(penalty);
	for (size_t i = 0; i < json_array_size(problems); i++) {
		const json_t *o = json_array_get(problems, i);
		const char *id = text_of(o, "id");

		for (size_t p = 0; id && p < w->c.nproblems; p++) {
			if (strcmp(w->c.problems[p].id, id) == 0)
				w->c.problems[p].points_milli =
				        json_integer_value(json_object_get(o, "points"));
		}
	}
}

static int move(struct walk *w, const char *kind, const json_t *subject, const json_t *jury,
        struct err *err)
{
	take_settings(w, jury);
	if (json_object_get(subject, "submission"))
		return move_submission(w, kind, subject, err);
	if (json_object_get(subject, "submissions"))
		return decide_set(w, json_object_get(subject, "submissions"), err);
	if (json_object_get(subject, "hold"))
		set_hold(w, json_is_true(json_object_get(subject, "hold")));
	if (strcmp(kind, "adjustment") == 0)
		return adjust(w, subject, err);
	return 0;
}

/* ---------------------------------------------------------------- what the event says */

static bool same_int(const json_t *o, const char *name, int64_t v)
{
	return json_integer_value(json_object_get(o, name)) == v;
}

/* -1 stands for null. */
static bool same_time(const json_t *o, const char *name, int64_t v)
{
	const json_t *t = json_object_get(o, name);

	return v < 0 ? !json_is_integer(t) : json_is_integer(t) && json_integer_value(t) == v;
}

static bool same_total(const json_t *o, const struct total *t)
{
	return same_int(o, "solved", t->solved) && same_int(o, "penalty", t->penalty_minutes) &&
	       same_int(o, "points", t->points_milli) && same_int(o, "wrong", t->wrong) &&
	       same_time(o, "last", t->last_ms);
}

static bool same_cell(const json_t *o, const struct cell *c)
{
	return same_int(o, "judged", c->judged) && same_int(o, "pending", c->pending) &&
	       same_int(o, "points", c->points_milli) &&
	       same_int(o, "penalty", c->penalty_minutes) && same_time(o, "time", c->time_ms) &&
	       json_is_true(json_object_get(o, "solved")) == c->solved;
}

/* bulk: a cell that is not listed is empty. */
static int check_cells(
        struct walk *w, const json_t *row, const struct view *view, bool bulk, struct err *err)
{
	const json_t *cells = json_object_get(row, "cells");
	size_t found = 0, filled = 0;

	for (size_t i = 0; i < json_array_size(cells); i++) {
		const json_t *o = json_array_get(cells, i);
		const char *id = text_of(o, "problem");
		const struct contest_problem *p = id ? contest_problem_find(&w->c, id) : NULL;

		if (!p || !same_cell(o, &view->cells[p - w->c.problems]))
			return wrong(w, err,
			        "the cell of team %.40s and problem %.40s is not what the "
			        "submissions make",
			        text_of(row, "team"), id ? id : "");
		found += !facts_cell_is_empty(&view->cells[p - w->c.problems]);
	}
	for (size_t p = 0; p < w->c.nproblems; p++)
		filled += !facts_cell_is_empty(&view->cells[p]);
	if (bulk && found != filled)
		return wrong(w, err, "cells of team %.40s are missing", text_of(row, "team"));
	return 0;
}

static int check_row(struct walk *w, const json_t *row, bool bulk, struct err *err)
{
	auto_arena struct arena a = {0};
	const char *id = text_of(row, "team");
	const struct contest_team *t = id ? contest_team_find(&w->c, id) : NULL;
	struct view view;

	if (!t)
		return wrong(w, err, "there is no such team: %.40s", id ? id : "");
	facts_view(&w->c, t, facts_of_team(&w->now, &w->c, t), VIEW_JURY, &a, &view);
	if (!same_total(row, &view.total))
		return wrong(
		        w, err, "the total of team %.40s is not what the submissions make", id);
	w->report->rows++;
	return check_cells(w, row, &view, bulk, err);
}

static int check_event(struct walk *w, const struct event *e, struct err *err)
{
	json_auto_t *event = json_parse(e->text, strlen(e->text), EVENT_DEPTH, err);
	const json_t *jury = json_object_get(event, "jury");
	const json_t *rows = json_object_get(jury, "rows");
	bool bulk = json_is_true(json_object_get(jury, "bulk"));

	w->number = e->number;
	if (!event)
		return err_wrap(err, "event %" PRId64, e->number);
	if (move(w, e->kind, json_object_get(event, "subject"), jury, err) < 0)
		return err_result(err);
	if (e->number < w->compare_after) {
		w->report->blind++;
		return 0;
	}
	for (size_t i = 0; i < json_array_size(rows); i++) {
		if (check_row(w, json_array_get(rows, i), bulk, err) < 0)
			return err_result(err);
	}
	return 0;
}

/* ---------------------------------------------------------------- the end */

static bool same_sub(const struct known *k)
{
	const struct sub *last = k->last, *now = k->now;

	if (!now) /* of no board, or its event is missing */
		return !last->counts;
	return now->counts == last->counts && now->fact.verdict == last->fact.verdict &&
	       now->fact.points_milli == last->fact.points_milli;
}

static int check_tables(struct walk *w, struct err *err)
{
	for (size_t i = 0; i < w->nsubs; i++) {
		const struct known *k = &w->subs[i];

		if (!same_sub(k))
			return err_set(err, ERR_CONFLICT,
			        "contest %.40s: submission %.40s does not stand as the log left it",
			        w->contest_id, k->last->id);
	}
	return 0;
}

static int walk(struct walk *w, struct err *err)
{
	int64_t after = 0;
	size_t n = BATCH;

	while (n == BATCH) {
		auto_arena struct arena a = {0};
		struct event *events;

		if (event_read(w->pg, &a, w->contest_id, after, BATCH, &events, &n, err) < 0)
			return err_result(err);
		for (size_t i = 0; i < n; i++) {
			if (check_event(w, &events[i], err) < 0)
				return err_result(err);
			after = events[i].number;
		}
	}
	return check_tables(w, err);
}

static int verify(struct walk *w, const struct log_anchor *anchor, struct err *err)
{
	if (pg_run(w->pg, Q_VERIFY_SNAPSHOT, NULL, err) < 0)
		return err_result(err);
	if (event_verify(w->pg, w->contest_id, anchor->number, anchor->hash, &w->report->events,
	            err) < 0)
		return err_result(err);
	if (w->report->events == 0)
		return 0;
	if (load(w, err) < 0)
		return err_result(err);
	return walk(w, err);
}

int log_verify(struct pg *pg, const char *contest_id, const struct log_anchor *anchor,
        struct log_report *out, struct err *err)
{
	auto_arena struct arena a = {0};
	struct walk w = {.pg = pg, .a = &a, .contest_id = contest_id, .report = out};
	int failed;

	*out = (struct log_report){0};
	if (pg_begin(pg, err) < 0)
		return err_result(err);
	failed = verify(&w, anchor, err);
	pg_rollback(pg); /* nothing was written */
	return failed;
}
