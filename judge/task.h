/* task.h -- a version of a problem as judging needs it: limits, test cases, groups, the package's
 * own programs; from PostgreSQL, everything in the caller's arena. */
#ifndef TASK_H
#define TASK_H

#include "base/mem.h"
#include "base/pg.h"
#include "judge/testdata.h"
#include "judge/trial.h"
#include "judge/validate.h"

struct task_file {
	const char *name, *hash;
	size_t size;
};

struct task_test {
	int ordinal;
	bool sample;
	const char *input, *answer;    /* hashes; NULL: of a static validation */
	const struct task_file *files; /* laid over the program's: trial_test.nfiles */
};

struct task {
	int64_t time_ms, memory_bytes, output_bytes, compile_ms, compile_memory_bytes;
	bool submit_answer;
	struct task_test *tests;      /* plan.ncases */
	struct trial_problem problem; /* validation: once task_compile was called */
	struct jury_source *validators;
	size_t nvalidators;
	struct jury_source *graders; /* at most one */
	size_t ngraders;
	struct jury_source *static_validators; /* at most one */
	size_t nstatic_validators;
	struct validation validation;
};

struct task_of {
	struct pg *pg;
	struct testdata *data;
	const char *problem_id;
	int version;
};

/* Loads it. -ERR_BUG: the database has no such version, or what it has makes no sense. */
int task_load(const struct task_of *of, struct arena *a, struct task *t, struct err *err);

/* Reads the files of test case i; any thread. The arena is to be freed either way. */
int task_files(const struct task *t, size_t i, const struct task_of *of, struct trial_files *out,
        struct err *err);

/* Compiles the validators, or finds them compiled, in the box of x, and loads the first. */
int task_compile(struct task *t, struct jury *jury, const struct execution *x, struct arena *a,
        struct err *err);

#endif
