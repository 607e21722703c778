/* trial.h -- one compiled program against all test cases of a problem: which are run, with what,
 * and what follows from their results. Shared by judging.c (submissions) and admin/cmd_verify.c
 * (jury submissions); knows no database but through `open`. */
#ifndef TRIAL_H
#define TRIAL_H

#include "base/mem.h"
#include "judge/spread.h"

/* A test case beside its data. Borrowed. */
struct trial_test {
	struct compare_flags flags; /* of the default validator */
	const char *const *validator_args;
	size_t nvalidator_args;
	const char *const *args;
	size_t nargs;
	size_t nfiles; /* of its own, laid over the program's */
};

/* The files of one test case while it runs. */
struct trial_files {
	struct arena a; /* owns what is below */
	const struct box_source *list;
};

struct trial_problem {
	const struct trial_test *tests; /* plan.ncases of them */
	struct grading_plan plan;
	const struct validation *validation; /* NULL: the default validator */
};

struct trial {
	const struct trial_problem *problem;
	struct execution x; /* of the owner's slot */
	const char *entry;
	int artifact_fd;
	/* Problems whose submissions are answers: an output per test, -1 where there is none. NULL:
	 * a program. */
	const int *answers;
	/* Opens input and answer of test i; any thread. */
	int (*open)(void *ctx, struct pg *pg, size_t i, int fds[2], struct err *err);
	/* Reads the nfiles files of test i; any thread. */
	int (*files)(void *ctx, struct pg *pg, size_t i, struct trial_files *out, struct err *err);
	/* Test i was run; in order of tests, on the owner's thread. */
	void (*ran)(void *ctx, size_t i, const struct outcome *o);
	void *ctx;
	/* NULL, or: true when an earlier try has run test i; it then says what came of it. */
	bool (*known)(void *ctx, size_t i, struct outcome *out);
	/* NULL, or: false ends it behind test i. Asked as `ran` is. */
	bool (*go_on)(void *ctx, size_t i, const struct outcome *o);
	struct grading_result *results; /* plan.ncases, zero; filled */
};

/* s, mine: see spread.h. The program is loaded in mine->box already. */
int trial_run(struct trial *t, struct spread *s, const struct spread_hands *mine, struct err *err);

/* The package's grader as grading.h wants it. */
struct trial_grader {
	struct execution *x;
	const struct validator *program;
	int64_t time_ms, memory_bytes;
};
int trial_grade(void *ctx, const struct grading_group *g, const struct grading_members *members,
        struct grading_sum *out, struct err *err);

#endif
