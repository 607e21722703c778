/* submission_view.c -- a submission with its judgement, its runs as far as the contest shows them,
 * and what the compiler said. */
#include "api/submission_view.h"

#include "api/access.h"
#include "api/submission_shape.h"

struct parts {
	struct pg *pg;
	struct arena arena;
	struct contest contest;
	struct eyes eyes;
};

static int load(struct parts *p, const struct identity *who, const PGresult *res, const char *id,
        struct err *err)
{
	struct access x = {p->pg, &p->arena, who, false};
	bool jury = access_viewer(who) == VIEWER_JURY;

	if (PQntuples(res) == 0 || (!jury && strcmp(pg_text(res, 0, "team_id"), who->team_id) != 0))
		return err_set(err, ERR_NOT_FOUND, "no such submission: \"%s\"", id);
	if (access_contest(&x, pg_text(res, 0, "contest_id"), &p->contest, err) < 0)
		return err_result(err);
	p->eyes = (struct eyes){&p->contest, access_viewer(who), who->team_id};
	return 0;
}

static bool is_jury(const struct parts *p)
{
	return p->eyes.viewer == VIEWER_JURY;
}

static bool sees_runs(const struct parts *p)
{
	return is_jury(p) || strcmp(p->contest.show_runs, "verdicts") == 0;
}

static int load_runs(struct parts *p, const char *judgement, PGresult **res, struct err *err)
{
	return pg_run(p->pg, Q_API_RUNS, res, err, p->contest.id, NULL, judgement,
	        pg_arg_bool(is_jury(p)));
}

static const struct {
	const char *part, *ending;
} parts[] = {{"input", "in"}, {"answer", "ans"}};

/* Of a failed test case that its package shows: where its data is. */
static json_t *test_files(const char *id, const char *ordinal)
{
	json_t *list = json_array();

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		json_t *ref = json_object();

		shape_set(ref, "href",
		        json_sprintf("submissions/%s/runs/%s/%s", id, ordinal, parts[i].part));
		shape_set(ref, "mime", json_string("text/plain; charset=utf-8"));
		shape_set(ref, "filename", json_sprintf("test-%s.%s", ordinal, parts[i].ending));
		json_array_append_new(list, ref);
	}
	return list;
}

/* Runs of a judgement as far as show_runs goes; "count" tells how many were accepted. */
static int add_runs(
        struct parts *p, const char *id, const char *judgement, json_t *o, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	bool all = sees_runs(p);
	int accepted = 0;
	json_t *list = NULL;

	if (load_runs(p, judgement, &res, err) < 0)
		return err_result(err);
	list = json_array();
	for (int i = 0; i < PQntuples(res); i++) {
		json_t *run;

		accepted += strcmp(pg_text(res, i, "verdict"), "AC") == 0;
		if (!all)
			continue;
		run = shape_run(&p->eyes, res, i);
		if (pg_bool(res, i, "shown"))
			shape_set(run, "test_files", test_files(id, pg_text(res, i, "ordinal")));
		json_array_append_new(list, run);
	}
	shape_set(o, "runs", list);
	if (all || strcmp(p->contest.show_runs, "count") == 0) {
		shape_set(o, "tests_accepted", json_integer(accepted));
		shape_set(o, "tests_run", json_integer(PQntuples(res)));
	}
	return 0;
}

/* What was said in runs that failed; a team sees it of test cases that its package shows. */
static int add_transcripts(
        struct parts *p, const char *id, const char *judgement, json_t *runs, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	int row = 0;

	if (pg_run(p->pg, Q_API_TRANSCRIPTS, &res, err, id, judgement) < 0)
		return err_result(err);
	for (size_t i = 0; i < json_array_size(runs); i++) {
		json_t *run = json_array_get(runs, i);
		int64_t ordinal = json_integer_value(json_object_get(run, "ordinal"));

		if (row == PQntuples(res) || pg_int(res, row, "ordinal") != ordinal)
			continue;
		row++;
		if (!is_jury(p) && !json_object_get(run, "test_files"))
			continue;
		shape_set(run, "transcript", shape_text(pg_text(res, row - 1, "text")));
		shape_set(run, "transcript_cut", json_boolean(pg_bool(res, row - 1, "truncated")));
	}
	return 0;
}

static int add_compile_output(
        struct parts *p, const char *id, const char *judgement, json_t *o, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	auto_free unsigned char *bytes = NULL;
	auto_buf struct buf text = {0};
	json_t *value = NULL;
	size_t len = 0;

	if (pg_run(p->pg, Q_API_COMPILE_OUTPUT, &res, err, id, judgement) < 0)
		return err_result(err);
	if (PQntuples(res) == 0)
		return 0;
	bytes = pg_bytes(res, 0, "body", &len);
	/* What a compiler prints may be no UTF-8. */
	buf_add_json(&text, bytes ? (const char *)bytes : "", len);
	value = json_loadb(text.data, text.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	shape_set(o, "compile_output", value ? value : json_null());
	return 0;
}

/* The judgement that counts, the last valid one: its row, or -1: none has begun. */
static int find_judgement(
        struct parts *p, const char *id, PGresult **res, int *row, struct err *err)
{
	*row = -1;
	if (pg_run(p->pg, Q_API_JUDGEMENTS, res, err, p->contest.id, NULL, id) < 0)
		return err_result(err);
	for (int i = 0; i < PQntuples(*res); i++)
		if (pg_bool(*res, i, "valid"))
			*row = i;
	return 0;
}

static int add_judgement(struct parts *p, const char *id, json_t *o, bool *final, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	const char *judgement;
	int row;

	shape_set(o, "judgement", json_null());
	shape_set(o, "runs", json_array());
	shape_set(o, "compile_output", json_null());
	if (find_judgement(p, id, &res, &row, err) < 0)
		return err_result(err);
	if (row < 0)
		return 0;
	shape_set(o, "judgement", shape_judgement(&p->eyes, res, row));
	*final = eyes_see_verdict(&p->eyes, res, row);
	if (!*final)
		return 0;
	judgement = pg_text(res, row, "id");
	if (add_runs(p, id, judgement, o, err) < 0 ||
	        add_transcripts(p, id, judgement, json_object_get(o, "runs"), err) < 0)
		return err_result(err);
	return add_compile_output(p, id, judgement, o, err);
}

static int view(struct parts *p, const struct identity *who, const char *id,
        struct submission_view *v, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	json_auto_t *o = NULL;
	auto_free char *text = NULL;

	if (pg_run(p->pg, Q_API_SUBMISSION, &res, err, id) < 0 || load(p, who, res, id, err) < 0)
		return err_result(err);
	o = shape_submission(&p->eyes, res, 0);
	if (add_judgement(p, id, o, &v->final, err) < 0)
		return err_result(err);
	text = json_dumps(o, JSON_COMPACT);
	assert(text);
	buf_adds(&v->body, text);
	return 0;
}

int submission_view(struct pg *pg, const struct identity *who, const char *submission_id,
        struct submission_view *v, struct err *err)
{
	struct parts p = {.pg = pg};
	int result = 0;

	*v = (struct submission_view){0};
	result = view(&p, who, submission_id, v, err);
	arena_free(&p.arena);
	return result;
}

static bool is_shown(const PGresult *runs, const char *ordinal)
{
	for (int i = 0; i < PQntuples(runs); i++)
		if (strcmp(pg_text(runs, i, "ordinal"), ordinal) == 0)
			return pg_bool(runs, i, "shown");
	return false;
}

/* 1: *body has it; 0: the viewer may not see it, or there is none. */
static int load_test_file(struct parts *p, const struct identity *who,
        const struct submission_test_file *f, struct buf *body, struct err *err)
{
	auto_pgresult PGresult *submission = NULL;
	auto_pgresult PGresult *judgements = NULL;
	auto_pgresult PGresult *runs = NULL;
	auto_pgresult PGresult *res = NULL;
	auto_free unsigned char *bytes = NULL;
	size_t len = 0;
	int row;

	if (pg_run(p->pg, Q_API_SUBMISSION, &submission, err, f->submission) < 0 ||
	        load(p, who, submission, f->submission, err) < 0 ||
	        find_judgement(p, f->submission, &judgements, &row, err) < 0)
		return err_result(err);
	if (row < 0 || !eyes_see_verdict(&p->eyes, judgements, row) || !sees_runs(p))
		return 0;
	if (load_runs(p, pg_text(judgements, row, "id"), &runs, err) < 0)
		return err_result(err);
	if (!is_shown(runs, f->ordinal))
		return 0;
	if (pg_run(p->pg, Q_API_FEEDBACK, &res, err, pg_text(judgements, row, "id"), f->ordinal,
	            f->part) < 0)
		return err_result(err);
	bytes = pg_bytes(res, 0, "body", &len);
	if (bytes)
		buf_add(body, bytes, len);
	return bytes != NULL;
}

int submission_test_file(struct pg *pg, const struct identity *who,
        const struct submission_test_file *f, struct buf *body, struct err *err)
{
	struct parts p = {.pg = pg};
	int r = load_test_file(&p, who, f, body, err);

	arena_free(&p.arena);
	if (r < 0)
		return r;
	return r ? 0
	         : err_set(err, ERR_NOT_FOUND, "run %s has no %s that is shown", f->ordinal,
	                   f->part);
}
