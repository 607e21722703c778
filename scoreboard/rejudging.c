/* rejudging.c -- making, showing, applying and discarding sets of rejudgings.
 *
 * What chooses, joins and writes are functions of the schema; here are the transactions, all under
 * the lock of the contest's counter, so that no verdict comes between the look and the deed.
 * Making and discarding append no event, for they change nothing that a board shows. Applying
 * follows record.h's order: lock, read, compute, write submissions, cells, the event. */
#include "scoreboard/rejudging.h"

#include "base/clock.h"
#include "base/json.h"
#include "scoreboard/freeze.h"
#include "scoreboard/part.h"
#include "scoreboard/record.h"
#include "scoreboard/record_write.h"
#include "scoreboard/rejudging_look.h"

enum { LIST_MAX = 10000, WORD_MAX = 200, BULK_ROWS = 200, SET_DEPTH = 16 };

/* ---------------------------------------------------------------- the filter */

static const char *const lists[] = {
        "problem_ids", "language_ids", "team_ids", "submission_ids", "verdicts", "workers"};

static int check_list(const json_t *list, const char *name, struct err *err)
{
	size_t n = json_array_size(list);

	if (!json_is_array(list) || n == 0 || n > LIST_MAX)
		return err_set(err, ERR_INPUT, "\"%s\" must be a list of 1 to %d words", name,
		        (int)LIST_MAX);
	for (size_t i = 0; i < n; i++) {
		const char *word = json_string_value(json_array_get(list, i));
		enum verdict v;

		if (!word || !*word || strlen(word) > WORD_MAX)
			return err_set(err, ERR_INPUT, "\"%s\" must be a list of words", name);
		if (strcmp(name, "verdicts") == 0 && verdict_parse(word, &v) < 0)
			return err_set(err, ERR_INPUT, "no such verdict: \"%.20s\"", word);
	}
	return 0;
}

static int take_time(const json_t *given, const char *name, json_t *out, struct err *err)
{
	const char *text = NULL;
	auto_free char *key = xasprintf("%s_ms", name);
	int64_t ms;

	if (json_opt_string(given, name, CLOCK_TEXT_SIZE, NULL, &text, err) < 0)
		return err_result(err);
	if (!text)
		return 0;
	if (clock_parse_reltime(text, &ms) < 0)
		return err_set(
		        err, ERR_INPUT, "\"%s\" must be a contest time such as 1:02:03.456", name);
	json_object_set_new(out, key, json_integer(ms));
	return 0;
}

/* As the schema's rejudging_matches takes it. */
static int parse_filter(const json_t *given, json_t *out, struct err *err)
{
	static const char *const members[] = {"problem_ids", "language_ids", "team_ids",
	        "submission_ids", "verdicts", "workers", "from", "until", NULL};

	if (!json_is_object(given))
		return err_set(err, ERR_INPUT, "\"filter\" must be an object");
	if (json_only(given, members, err) < 0)
		return err_result(err);
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		json_t *list = json_object_get(given, lists[i]);

		if (!list)
			continue;
		if (check_list(list, lists[i], err) < 0)
			return err_result(err);
		json_object_set(out, lists[i], list);
	}
	if (take_time(given, "from", out, err) < 0 || take_time(given, "until", out, err) < 0)
		return err_result(err);
	return 0;
}

/* And back, in place. */
static void show_filter(json_t *filter)
{
	static const char *const names[][2] = {{"from_ms", "from"}, {"until_ms", "until"}};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const json_t *ms = json_object_get(filter, names[i][0]);
		char text[CLOCK_TEXT_SIZE];

		if (!ms)
			continue;
		clock_format_reltime(json_integer_value(ms), text);
		json_object_del(filter, names[i][0]);
		json_object_set_new(filter, names[i][1], json_string(text));
	}
}

/* ---------------------------------------------------------------- making */

static int audit(struct pg *pg, const struct rejudging_by *by, const char *action, const char *id,
        struct err *err)
{
	struct record_audit au = {.actor = by->actor,
	        .action = action,
	        .contest_id = by->contest_id,
	        .subject = id,
	        .reason = by->reason};

	return record_audit(pg, &au, err);
}

static int check_reason(const struct rejudging_by *by, struct err *err)
{
	if (by->reason && *by->reason && strlen(by->reason) <= REJUDGING_REASON_MAX)
		return 0;
	return err_set(err, ERR_INPUT, "a rejudging needs a reason of at most %d characters",
	        (int)REJUDGING_REASON_MAX);
}

static void take_set(struct arena *a, const PGresult *r, struct rejudging_new *set)
{
	set->id = arena_strdup(a, pg_text(r, 0, "id"));
	set->total = pg_int(r, 0, "total");
}

/* A set to be made: by a filter's text, or from another set that it undoes. */
struct making {
	struct arena *arena;
	const char *filter, *other;
	struct rejudging_new *set;
};

static int make(
        struct pg *pg, const struct rejudging_by *by, const struct making *m, struct err *err)
{
	auto_pgresult PGresult *r = NULL;
	struct log_head head;
	int failed;

	if (event_lock(pg, m->arena, by->contest_id, &head, err) < 0)
		return err_result(err);
	failed = m->other ? pg_run(pg, Q_REJUDGING_UNDO, &r, err, by->contest_id, m->other,
	                            by->reason, by->actor)
	                  : pg_run(pg, Q_REJUDGING_CREATE, &r, err, by->contest_id, m->filter,
	                            pg_arg_bool(!m->set->same_version), by->reason, by->actor);
	if (failed < 0)
		return err_result(err);
	take_set(m->arena, r, m->set);
	return audit(pg, by, m->other ? "rejudging.undo" : "rejudging.create", m->set->id, err);
}

int rejudging_create(struct pg *pg, struct arena *a, const struct rejudging_by *by,
        struct rejudging_new *set, struct err *err)
{
	json_auto_t *filter = json_object();
	auto_free char *text = NULL;
	struct making m = {.arena = a, .set = set};

	if (check_reason(by, err) < 0 || parse_filter(set->filter, filter, err) < 0)
		return err_result(err);
	text = json_text(filter);
	m.filter = text;
	if (pg_begin(pg, err) < 0)
		return err_result(err);
	return record_end(pg, make(pg, by, &m, err), err);
}

/* NOLINTNEXTLINE(readability-function-size): connection, arena and err are in every call */
int rejudging_undo(struct pg *pg, struct arena *a, const struct rejudging_by *by, const char *other,
        struct rejudging_new *set, struct err *err)
{
	struct making m = {.arena = a, .other = other, .set = set};

	if (check_reason(by, err) < 0 || pg_begin(pg, err) < 0)
		return err_result(err);
	return record_end(pg, make(pg, by, &m, err), err);
}

static int discard(struct pg *pg, const struct rejudging_by *by, const char *id, struct err *err)
{
	auto_arena struct arena a = {0};
	struct log_head head;

	if (event_lock(pg, &a, by->contest_id, &head, err) < 0 ||
	        pg_run(pg, Q_REJUDGING_DISCARD, NULL, err, by->contest_id, id, by->actor) < 0)
		return err_result(err);
	return audit(pg, by, "rejudging.discard", id, err);
}

int rejudging_discard(struct pg *pg, const struct rejudging_by *by, const char *id, struct err *err)
{
	if (pg_begin(pg, err) < 0)
		return err_result(err);
	return record_end(pg, discard(pg, by, id, err), err);
}

/* ---------------------------------------------------------------- showing */

static int not_found(const char *id, struct err *err)
{
	return err_set(err, ERR_NOT_FOUND, "no such rejudging: \"%.40s\"", id);
}

static json_t *set_json(const PGresult *r, int row, struct err *err)
{
	const char *text = pg_text(r, row, "json");
	json_t *o = json_parse(text, strlen(text), SET_DEPTH, err);

	if (o)
		show_filter(json_object_get(o, "filter"));
	return o;
}

int rejudging_list(struct pg *pg, const char *contest_id, json_t **out, struct err *err)
{
	auto_pgresult PGresult *r = NULL;
	json_auto_t *list = json_array();

	if (pg_run(pg, Q_REJUDGING_SETS, &r, err, contest_id, NULL) < 0)
		return err_result(err);
	for (int row = 0; row < PQntuples(r); row++) {
		json_t *o = set_json(r, row, err);

		if (!o)
			return err_result(err);
		json_array_append_new(list, o);
	}
	*out = json_incref(list);
	return 0;
}

static int preview_of(
        struct pg *pg, const char *contest_id, const PGresult *r, json_t **out, struct err *err)
{
	auto_arena struct arena a = {0};
	const char *state = pg_text(r, 0, "state"), *result = pg_text(r, 0, "result");
	struct rejudging_look look;

	*out = NULL;
	if (strcmp(state, "discarded") == 0) {
		*out = json_null();
	} else if (result) {
		*out = json_parse(result, strlen(result), SET_DEPTH, err);
	} else if (rejudging_look(pg, &a, contest_id, pg_text(r, 0, "id"), &look, err) == 0) {
		(void)rejudging_preview(&look, out, err);
	}
	return *out ? 0 : err_result(err);
}

int rejudging_show(
        struct pg *pg, const char *contest_id, const char *id, json_t **out, struct err *err)
{
	auto_pgresult PGresult *r = NULL;
	json_auto_t *o = NULL;
	json_t *preview;

	if (pg_run(pg, Q_REJUDGING_SETS, &r, err, contest_id, id) < 0)
		return err_result(err);
	if (PQntuples(r) == 0)
		return not_found(id, err);
	o = set_json(r, 0, err);
	if (!o || preview_of(pg, contest_id, r, &preview, err) < 0)
		return err_result(err);
	json_object_set_new(o, "preview", preview);
	*out = json_incref(o);
	return 0;
}

/* ---------------------------------------------------------------- applying */

struct deed {
	struct pg *pg;
	struct arena *a;
	const struct rejudging_by *by;
	const char *id, *reason;
	bool keep_failed;
	struct log_head head;
	struct rejudging_look look;
	json_t *problems; /* for the event, when their names changed; owned */
};

static int write_set(struct deed *d, struct err *err)
{
	json_auto_t *preview = NULL;
	auto_free char *text = NULL;

	if (rejudging_preview(&d->look, &preview, err) < 0)
		return err_result(err);
	text = json_text(preview);
	return pg_run(d->pg, Q_REJUDGING_APPLY, NULL, err, d->id, pg_arg_bool(d->keep_failed),
	        d->by->actor, pg_arg_int(d->a, d->head.number + 1), text);
}

/* Another version of a problem may have another name. */
static int find_problems(struct deed *d, struct err *err)
{
	struct contest_some no_team = {0};
	struct contest now;
	json_auto_t *before = part_problems(&d->look.c);
	json_auto_t *after = NULL;

	if (contest_load_some(d->pg, d->a, d->by->contest_id, &no_team, &now, err) < 0)
		return err_result(err);
	after = part_problems(&now);
	if (!json_equal(before, after))
		d->problems = json_incref(after);
	return 0;
}

static bool changes_cell(const struct rejudging_look *l, size_t team, size_t problem)
{
	for (enum view_of v = VIEW_JURY; v < VIEW_COUNT; v++) {
		if (!facts_cell_same(&l->before.views[team][v].cells[problem],
		            &l->after.views[team][v].cells[problem]))
			return true;
	}
	return false;
}

static int write_cells(struct deed *d, struct err *err)
{
	const struct rejudging_look *l = &d->look;
	auto_free struct record_cell *cells =
	        xcalloc(l->c.nteams * l->c.nproblems + 1, sizeof(*cells));
	size_t n = 0;

	for (size_t t = 0; t < l->c.nteams; t++) {
		for (size_t p = 0; p < l->c.nproblems; p++) {
			struct record_cell *cell = &cells[n];

			if (!changes_cell(l, t, p))
				continue;
			*cell = (struct record_cell){
			        .team = &l->c.teams[t], .problem = &l->c.problems[p]};
			for (enum view_of v = VIEW_JURY; v < VIEW_COUNT; v++)
				cell->cells[v] = l->after.views[t][v].cells[p];
			n++;
		}
	}
	return record_put_cells(d->pg, l->c.id, cells, n, err);
}

static bool shows(const struct rejudging_look *l, size_t team, enum view_of v)
{
	return v == VIEW_JURY || freeze_public_team(&l->c.teams[team]);
}

/* The rows that changed; in a bulk event all. */
static json_t *rows_json(const struct rejudging_look *l, enum view_of v, bool all)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < l->c.nteams; i++) {
		if (shows(l, i, v) && (all || rejudging_changes_row(l, i, v)))
			json_array_append_new(
			        rows, part_row(&l->c, &l->c.teams[i], &l->after.views[i][v], NULL));
	}
	return rows;
}

static json_t *first_json(const struct rejudging_look *l, enum view_of v, bool all)
{
	json_t *list = json_array();

	for (size_t i = 0; i < l->after.nfirsts; i++) {
		if (all || rejudging_changes_first(l, i, v))
			json_array_append_new(list, part_first(&l->after.firsts[v][i]));
	}
	return list;
}

/* NULL for the public when its bytes do not change. */
static json_t *part_of(const struct deed *d, enum view_of v)
{
	const struct rejudging_look *l = &d->look;
	bool problems =
	        d->problems && (v == VIEW_JURY || freeze_public_problems(&l->c, d->head.now_ms));
	json_auto_t *rows = rows_json(l, v, false);
	json_auto_t *first = first_json(l, v, false);
	json_t *part;

	if (v == VIEW_PUBLIC && !problems && json_array_size(rows) == 0 &&
	        json_array_size(first) == 0)
		return NULL;
	part = json_object();
	if (problems)
		json_object_set(part, "problems", d->problems);
	if (json_array_size(rows) > BULK_ROWS) {
		json_object_set_new(part, "bulk", json_true());
		json_object_set_new(part, "rows", rows_json(l, v, true));
		json_object_set_new(part, "first", first_json(l, v, true));
		return part;
	}
	json_object_set(part, "rows", rows);
	if (json_array_size(first) > 0)
		json_object_set(part, "first", first);
	return part;
}

/* Who did what and why, and each submission's new judgement. */
static json_t *subject_json(const struct deed *d)
{
	json_t *o = json_pack("{s:s, s:s, s:s, s:[]}", "rejudging", d->id, "actor", d->by->actor,
	        "reason", d->reason, "submissions");
	json_t *list = json_object_get(o, "submissions");

	for (size_t i = 0; i < d->look.n; i++) {
		const struct rejudging_member *m = &d->look.members[i];

		if (m->status != REJUDGING_READY)
			continue;
		json_array_append_new(list,
		        json_pack("{s:s, s:s, s:s, s:s, s:s}", "submission", m->sub->id,
		                "judgement", m->judgement_id, "team", m->sub->team->id, "problem",
		                m->sub->problem->id, "verdict", verdict_id(m->verdict)));
	}
	return o;
}

static int write_event(struct deed *d, struct err *err)
{
	const struct contest *c = &d->look.c;
	json_auto_t *subject = subject_json(d);
	json_auto_t *jury = part_of(d, VIEW_JURY);
	json_auto_t *public_part = part_of(d, VIEW_PUBLIC);
	struct event_draft draft = {.kind = "rejudge",
	        .contest_time_ms =
	                c->start_ms == INT64_MIN ? INT64_MIN : contest_time_at(c, d->head.now_ms),
	        .subject = subject,
	        .jury = jury,
	        .public_part = public_part};

	return event_append(d->pg, d->a, c->id, &d->head, &draft, NULL, err);
}

/* ERR_NOT_FOUND unless it is a set of this contest; its reason stands in the event. */
static int find_set(struct deed *d, struct err *err)
{
	auto_pgresult PGresult *r = NULL;
	json_auto_t *o = NULL;

	if (pg_run(d->pg, Q_REJUDGING_SETS, &r, err, d->by->contest_id, d->id) < 0)
		return err_result(err);
	if (PQntuples(r) == 0)
		return not_found(d->id, err);
	o = set_json(r, 0, err);
	if (!o)
		return err_result(err);
	d->reason = arena_strdup(d->a, json_string_value(json_object_get(o, "reason")));
	return 0;
}

/* Practice may be judged anew for ever, and a set that moves nothing is only another proof. */
static int check_final(const struct deed *d, struct err *err)
{
	const struct rejudging_look *l = &d->look;

	for (size_t t = 0; t < l->c.nteams; t++)
		for (size_t p = 0; p < l->c.nproblems; p++)
			if (changes_cell(l, t, p))
				return record_check_open(&l->c, d->head.now_ms, err);
	return 0;
}

static int apply(struct deed *d, struct err *err)
{
	if (event_lock(d->pg, d->a, d->by->contest_id, &d->head, err) < 0 || find_set(d, err) < 0 ||
	        rejudging_look(d->pg, d->a, d->by->contest_id, d->id, &d->look, err) < 0 ||
	        check_final(d, err) < 0 || write_set(d, err) < 0 || find_problems(d, err) < 0 ||
	        write_cells(d, err) < 0 || write_event(d, err) < 0)
		return err_result(err);
	return audit(d->pg, d->by, "rejudging.apply", d->id, err);
}

int rejudging_apply(struct pg *pg, const struct rejudging_by *by, const char *id, bool keep_failed,
        struct err *err)
{
	auto_arena struct arena a = {0};
	struct deed d = {.pg = pg, .a = &a, .by = by, .id = id, .keep_failed = keep_failed};
	int result;

	if (pg_begin(pg, err) < 0)
		return err_result(err);
	result = record_end(pg, apply(&d, err), err);
	json_decref(d.problems);
	return result;
}
