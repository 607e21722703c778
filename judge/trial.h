/* trial.h -- one submission against all test cases of a problem: what is compiled, which are run,
 * with what, and what follows from their results. Shared by judging.c (submissions) and
 * admin/cmd_verify.c (jury submissions), so that both judge alike; knows no database but through
 * `open`.
 *
 *     struct trial t = {...};
 *     r = trial_compile(&t, &submission, &err);          or trial_answers
 *     if (r > 0) r = trial_run(&t, spread, &hands, &err);
 *     trial_free(&t); */
#ifndef TRIAL_H
#define TRIAL_H

#include "base/mem.h"
#include "judge/inspect.h"
#include "judge/spread.h"

/* A test case beside its data. Borrowed. */
struct trial_test {
	const char *name;           /* "secret/03-max" */
	bool is_static;             /* the submission itself, for the static validator: no data */
	bool shown;                 /* to a team that fails it: what was written is kept */
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

/* A file laid over submissions of a language before they are compiled; of two with the same name
 * this one is taken. One that has the language's own name (`source` in languages.yaml: main.py,
 * Main.java) is the program that is started. */
struct trial_include {
	const char *language; /* "default": of those that have none of their own */
	struct box_source source;
};

struct trial_problem {
	const struct trial_test *tests; /* plan.ncases of them */
	struct grading_plan plan;
	const struct validation *validation;            /* NULL: the default validator */
	const struct validator *static_validator;       /* NULL: there is none */
	int64_t validation_ms, validation_memory_bytes; /* of any of the jury's programs */
	const struct trial_include *includes;
	size_t nincludes;
};

/* The default validator's flags are the words. */
int trial_flags(const char *const *words, size_t n, struct compare_flags *out, struct err *err);

/* What was sent in: sources, or answers. Borrowed. */
struct trial_submission {
	const struct box_source *files; /* plain names */
	size_t n;
	const char *entry; /* as wished, or NULL */
};

struct trial {
	const struct trial_problem *problem;
	struct jury *jury;              /* for the static validator */
	struct execution x;             /* of the owner's slot */
	char entry[LANGUAGE_NAME_SIZE]; /* this and the next three: trial_compile, trial_answers */
	struct box_compiled compiled;
	struct inspector inspector;
	/* Problems whose submissions are answers: an output per test, -1 where there is none. NULL:
	 * a program. */
	int *answers;
	/* Opens input and answer of test i, which has some; any thread. */
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

/* Compiles in the box of t->x and loads it there. 1, or 0: a compile error, t->compiled has the
 * words (of the compiler, or why no program begins anywhere). */
int trial_compile(struct trial *t, const struct trial_submission *s, struct err *err);
/* Answers instead of a program: for each test the file with its name (without folder), plain or
 * with the ending ans, out or txt; or the only file for the only test. */
int trial_answers(struct trial *t, const struct trial_submission *s, struct err *err);
/* Either way; zeroed is fine. */
void trial_free(struct trial *t);

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
