/* task.c -- see task.h. Rows become structs; lists of words come as JSON arrays. */
#include "judge/task.h"

#include "base/json.h"

#include <math.h>

enum { MAX_TESTS = 10000, MAX_GROUPS = 1000, MAX_PROGRAM_FILES = 1000, KIB = 1024 };

struct loading {
	const struct task_of *of;
	struct arena *a;
	struct task *t;
	struct trial_test *trial_tests;
	struct trial_include *includes;
};

static int nonsense(const struct loading *l, struct err *err, const char *what)
{
	return err_set(err, ERR_BUG, "problem %s, version %d: %s", l->of->problem_id,
	        l->of->version, what);
}

static int ask(const struct loading *l, enum query q, PGresult **r, struct err *err)
{
	return pg_run(l->of->pg, q, r, err, l->of->problem_id, pg_arg_int(l->a, l->of->version));
}

static const char *text(const struct loading *l, const PGresult *r, int row, const char *column)
{
	const char *s = pg_text(r, row, column);

	return s ? arena_strdup(l->a, s) : NULL;
}

/* NULL is "". */
static const char *text_or_empty(
        const struct loading *l, const PGresult *r, int row, const char *column)
{
	const char *s = text(l, r, row, column);

	return s ? s : "";
}

/* NULL is without bound. */
static double number(const PGresult *r, int row, const char *column, double fallback)
{
	const char *s = pg_text(r, row, column);

	return s ? strtod(s, NULL) : fallback;
}

/* A JSON array of words as a list. */
static const char *const *words(
        const struct loading *l, const PGresult *r, int row, const char *column, size_t *n)
{
	const char *s = pg_text(r, row, column);
	json_auto_t *list = json_loads(s ? s : "[]", 0, NULL);
	const char **out;

	*n = json_array_size(list);
	out = arena_alloc(l->a, (*n + 1) * sizeof(*out));
	for (size_t i = 0; i < *n; i++) {
		const char *word = json_string_value(json_array_get(list, i));

		out[i] = arena_strdup(l->a, word ? word : "");
	}
	return out;
}

static int load_limits(struct loading *l, struct err *err)
{
	auto_pgresult PGresult *r = NULL;
	struct task *t = l->t;
	struct grading_plan *p = &t->problem.plan;

	if (ask(l, Q_JUDGING_PROBLEM, &r, err) < 0)
		return err_result(err);
	if (PQntuples(r) == 0)
		return nonsense(l, err, "there is none");
	t->time_ms = pg_int(r, 0, "time_limit_ms");
	t->memory_bytes = pg_int(r, 0, "memory_limit_kib") * KIB;
	t->output_bytes = pg_int(r, 0, "output_limit_kib") * KIB;
	t->compile_ms = pg_int(r, 0, "compile_limit_ms");
	t->compile_memory_bytes = pg_int(r, 0, "compile_memory_kib") * KIB;
	t->problem.validation_ms = pg_int(r, 0, "validation_limit_ms");
	t->problem.validation_memory_bytes = pg_int(r, 0, "validation_memory_kib") * KIB;
	t->submit_answer = pg_bool(r, 0, "submit_answer");
	p->scoring = pg_bool(r, 0, "scoring");
	p->score_is_all = pg_bool(r, 0, "score_is_all");
	p->run_all = pg_bool(r, 0, "run_all");
	t->validation = (struct validation){.interactive = pg_bool(r, 0, "interactive"),
	        .multi_pass = pg_bool(r, 0, "multi_pass"),
	        .passes = pg_bool(r, 0, "multi_pass") ? (int)pg_int(r, 0, "validation_passes") : 1,
	        .time_ms = t->problem.validation_ms,
	        .memory_bytes = t->problem.validation_memory_bytes};
	return 0;
}

static int load_test(
        struct loading *l, const PGresult *r, int i, struct trial_test *t, struct err *err)
{
	struct task_test *data = &l->t->tests[i];

	*data = (struct task_test){.ordinal = (int)pg_int(r, i, "ordinal"),
	        .sample = pg_bool(r, i, "sample"),
	        .input = text(l, r, i, "input"),
	        .answer = text(l, r, i, "answer")};
	*t = (struct trial_test){.name = text(l, r, i, "name"),
	        .is_static = !data->input,
	        .shown = pg_bool(r, i, "full_feedback")};
	t->validator_args = words(l, r, i, "validator_args", &t->nvalidator_args);
	t->args = words(l, r, i, "args", &t->nargs);
	if (l->t->nvalidators == 0 && !t->is_static &&
	        trial_flags(t->validator_args, t->nvalidator_args, &t->flags, err) < 0)
		return err_wrap(err, "problem %s", l->of->problem_id);
	return 0;
}

static int load_tests(struct loading *l, struct err *err)
{
	auto_pgresult PGresult *r = NULL;
	struct grading_plan *p = &l->t->problem.plan;
	struct trial_test *tests;
	struct grading_case *cases;

	if (ask(l, Q_JUDGING_TESTS, &r, err) < 0)
		return err_result(err);
	p->ncases = (size_t)PQntuples(r);
	if (p->ncases == 0 || p->ncases > MAX_TESTS)
		return nonsense(l, err, "no test cases, or far too many");
	l->t->tests = arena_alloc(l->a, p->ncases * sizeof(*l->t->tests));
	l->t->problem.tests = l->trial_tests = tests =
	        arena_alloc(l->a, p->ncases * sizeof(*tests));
	p->cases = cases = arena_alloc(l->a, p->ncases * sizeof(*cases));
	for (int i = 0; i < (int)p->ncases; i++) {
		int64_t group = pg_int(r, i, "group_ordinal");

		if (load_test(l, r, i, &tests[i], err) < 0)
			return err_result(err);
		cases[i] = (struct grading_case){.group = group > 0 ? (int)group - 1 : 0,
		        .sample = l->t->tests[i].sample,
		        .scored = pg_text(r, i, "max_score") != NULL,
		        .max = number(r, i, "max_score", 0)};
		if (tests[i].is_static && l->t->nstatic_validators != 1)
			return nonsense(l, err, "a static validation without its program");
		if (p->ngroups > 0 && (size_t)cases[i].group >= p->ngroups)
			return nonsense(l, err, "a test case in no group");
	}
	return 0;
}

/* The files of all test cases, by test case. */
static int load_test_files(struct loading *l, struct err *err)
{
	auto_pgresult PGresult *r = NULL;
	const struct grading_plan *p = &l->t->problem.plan;
	struct trial_test *tests = l->trial_tests;
	struct task_file *files;
	int n;

	if (ask(l, Q_JUDGING_TEST_FILES, &r, err) < 0)
		return err_result(err);
	n = PQntuples(r);
	files = arena_alloc(l->a, ((size_t)n + 1) * sizeof(*files));
	for (int i = 0; i < n; i++) {
		size_t test = (size_t)pg_int(r, i, "ordinal") - 1;

		if (test >= p->ncases || l->t->tests[test].ordinal != (int)test + 1)
			return nonsense(l, err, "a file of no test case");
		files[i] = (struct task_file){.name = text(l, r, i, "name"),
		        .hash = text(l, r, i, "hash"),
		        .size = (size_t)pg_int(r, i, "size")};
		if (tests[test].nfiles++ == 0)
			l->t->tests[test].files = &files[i];
	}
	return 0;
}

static int word_of(const char *word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (word && strcmp(word, list[i]) == 0)
			return (int)i;
	return -1;
}

static int load_group(
        const struct loading *l, const PGresult *r, int i, struct grading_group *g, struct err *err)
{
	static const char *const verdicts[] = {"worst_error", "first_error", "always_accept"};
	static const char *const scores[] = {"sum", "avg", "min", "max", "pass_fail"};
	int v = word_of(pg_text(r, i, "verdict_mode"), verdicts, ARRAY_LEN(verdicts));
	int s = word_of(pg_text(r, i, "score_mode"), scores, ARRAY_LEN(scores));
	size_t n;
	const char *const *required = words(l, r, i, "requires", &n);
	int *requires = arena_alloc(l->a, (n + 1) * sizeof(*requires));

	if (v < 0 || s < 0)
		return nonsense(l, err, "an unknown way of grading");
	*g = (struct grading_group){.name = text(l, r, i, "name"),
	        .parent = (int)pg_int(r, i, "parent") - 1,
	        .go_on = pg_bool(r, i, "go_on"),
	        .accept_if_any = pg_bool(r, i, "accept_if_any"),
	        .ignore_sample = pg_bool(r, i, "ignore_sample"),
	        .verdicts = (enum grading_verdicts)v,
	        .scores = (enum grading_scores)s,
	        .accept_score = number(r, i, "accept_score", HUGE_VAL),
	        .reject_score = number(r, i, "reject_score", 0),
	        .range_min = number(r, i, "range_min", -HUGE_VAL),
	        .range_max = number(r, i, "range_max", HUGE_VAL),
	        .case_max = number(r, i, "case_max", HUGE_VAL),
	        .custom = pg_bool(r, i, "custom_grader"),
	        .requires = requires,
	        .nrequires = n};
	g->grader_flags = words(l, r, i, "grader_flags", &g->nflags);
	for (size_t k = 0; k < n; k++) {
		requires[k] = (int)strtol(required[k], NULL, 10) - 1;
		if (requires[k] < 0 || requires[k] >= i)
			return nonsense(l, err, "a group requires one that comes later");
	}
	return 0;
}

static int load_groups(struct loading *l, struct err *err)
{
	auto_pgresult PGresult *r = NULL;
	struct grading_plan *p = &l->t->problem.plan;
	struct grading_group *groups;

	if (ask(l, Q_JUDGING_GROUPS, &r, err) < 0)
		return err_result(err);
	p->ngroups = (size_t)PQntuples(r);
	if (p->ngroups > MAX_GROUPS)
		return nonsense(l, err, "too many groups");
	p->groups = groups = arena_alloc(l->a, (p->ngroups + 1) * sizeof(*groups));
	for (size_t i = 0; i < p->ngroups; i++)
		if (load_group(l, r, (int)i, &groups[i], err) < 0)
			return err_result(err);
	return 0;
}

/* Programs. */

static int read_file(const struct task_of *of, struct arena *a, const char *hash,
        struct box_source *out, struct err *err)
{
	auto_close int fd = testdata_open(of->data, of->pg, hash, err);
	char *bytes;

	if (fd < 0)
		return fd;
	bytes = arena_alloc(a, out->len + 1);
	for (size_t at = 0; at < out->len;) {
		ssize_t n = pread(fd, bytes + at, out->len - at, (off_t)at);

		if (n <= 0)
			return err_set(err, ERR_BUSY, "read %s: %s", out->name,
			        n < 0 ? strerrordesc_np(errno) : "too short");
		at += (size_t)n;
	}
	bytes[out->len] = 0;
	out->data = bytes;
	return 0;
}

struct file_row {
	const char *kind;
	int64_t ordinal;
	struct box_source source;
};

static int load_files(struct loading *l, struct file_row **rows, size_t *n, struct err *err)
{
	auto_pgresult PGresult *r = NULL;

	if (ask(l, Q_JUDGING_PROGRAM_FILES, &r, err) < 0)
		return err_result(err);
	*n = (size_t)PQntuples(r);
	if (*n > MAX_PROGRAM_FILES)
		return nonsense(l, err, "too many program files");
	*rows = arena_alloc(l->a, (*n + 1) * sizeof(**rows));
	for (int i = 0; i < (int)*n; i++) {
		struct file_row *f = &(*rows)[i];

		*f = (struct file_row){.kind = text_or_empty(l, r, i, "kind"),
		        .ordinal = pg_int(r, i, "ordinal"),
		        .source = {.name = text(l, r, i, "name"),
		                .len = (size_t)pg_int(r, i, "size")}};
		if (f->source.len > BOX_MAX_SOURCE_BYTES)
			return nonsense(l, err, "a program file is too large");
		if (read_file(l->of, l->a, pg_text(r, i, "hash"), &f->source, err) < 0)
			return err_result(err);
	}
	return 0;
}

struct program_row {
	const char *kind;
	int64_t ordinal;
	const char *language; /* of included files */
	struct jury_source source;
};

static void take_files(
        const struct loading *l, struct program_row *p, const struct file_row *rows, size_t n)
{
	struct box_source *files = arena_alloc(l->a, (n + 1) * sizeof(*files));

	for (size_t i = 0; i < n; i++)
		if (rows[i].ordinal == p->ordinal && strcmp(rows[i].kind, p->kind) == 0)
			files[p->source.n++] = rows[i].source;
	p->source.files = files;
}

static void add_program(struct loading *l, const struct program_row *p)
{
	struct task *t = l->t;

	if (strcmp(p->kind, "output_validator") == 0)
		t->validators[t->nvalidators++] = p->source;
	else if (strcmp(p->kind, "grader") == 0)
		t->graders[t->ngraders++] = p->source;
	else if (strcmp(p->kind, "static_validator") == 0)
		t->static_validators[t->nstatic_validators++] = p->source;
	else
		for (size_t i = 0; i < p->source.n; i++)
			l->includes[t->problem.nincludes++] = (struct trial_include){
			        p->language ? p->language : "default", p->source.files[i]};
}

static int load_programs(struct loading *l, struct err *err)
{
	auto_pgresult PGresult *r = NULL;
	struct file_row *files;
	size_t nfiles, n;

	if (load_files(l, &files, &nfiles, err) < 0 || ask(l, Q_JUDGING_PROGRAMS, &r, err) < 0)
		return err_result(err);
	n = (size_t)PQntuples(r);
	l->t->validators = arena_alloc(l->a, (n + 1) * sizeof(*l->t->validators));
	l->t->graders = arena_alloc(l->a, (n + 1) * sizeof(*l->t->graders));
	l->t->static_validators = arena_alloc(l->a, (n + 1) * sizeof(*l->t->static_validators));
	l->includes = arena_alloc(l->a, (nfiles + 1) * sizeof(*l->includes));
	l->t->problem.includes = l->includes;
	for (int i = 0; i < (int)n; i++) {
		struct program_row p = {.kind = text_or_empty(l, r, i, "kind"),
		        .ordinal = pg_int(r, i, "ordinal"),
		        .language = text(l, r, i, "language"),
		        .source = {
		                .name = text(l, r, i, "name"), .script = pg_bool(r, i, "script")}};

		take_files(l, &p, files, nfiles);
		add_program(l, &p);
	}
	return 0;
}

int task_load(const struct task_of *of, struct arena *a, struct task *t, struct err *err)
{
	struct loading l = {.of = of, .a = a, .t = t};

	*t = (struct task){0};
	if (load_limits(&l, err) < 0 || load_groups(&l, err) < 0 || load_programs(&l, err) < 0)
		return err_result(err);
	if (t->validation.interactive && t->nvalidators != 1)
		return nonsense(&l, err, "an interactive problem needs one output validator");
	return load_tests(&l, err) < 0 || load_test_files(&l, err) < 0 ? err_result(err) : 0;
}

int task_files(const struct task *t, size_t i, const struct task_of *of, struct trial_files *out,
        struct err *err)
{
	size_t n = t->problem.tests[i].nfiles;
	struct box_source *list = arena_alloc(&out->a, (n + 1) * sizeof(*list));

	for (size_t k = 0; k < n; k++) {
		const struct task_file *f = &t->tests[i].files[k];

		list[k] = (struct box_source){.name = f->name, .len = f->size};
		if (read_file(of, &out->a, f->hash, &list[k], err) < 0)
			return err_result(err);
	}
	out->list = list;
	return 0;
}

int task_compile(struct task *t, struct jury *jury, const struct execution *x, struct arena *a,
        struct err *err)
{
	const struct validator **list =
	        arena_alloc(a, (t->nvalidators + 1) * sizeof(struct validator *));

	for (size_t i = 0; i < t->nvalidators; i++)
		if (jury_program(jury, x, &t->validators[i], &list[i], err) < 0)
			return err_result(err);
	for (size_t i = 0; i < t->nstatic_validators; i++)
		if (jury_program(jury, x, &t->static_validators[i], &t->problem.static_validator,
		            err) < 0)
			return err_result(err);
	t->validation.list = list;
	t->validation.n = t->nvalidators;
	t->problem.validation = t->nvalidators ? &t->validation : NULL;
	return 0;
}
