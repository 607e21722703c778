/* verify.h -- what the files of `codearena problem verify` share: one package at work on all slots
 * of a sandbox (cmd_verify.c the flow, verify_box.c the sandbox, verify_crew.c its
 * threads, verify_data.c inputs and answers, verify_judge.c submissions, verify_expect.c whether it
 * is right, verify_report.c what is said). */
#ifndef ADMIN_VERIFY_H
#define ADMIN_VERIFY_H

#include "admin/admin.h"
#include "judge/trial.h"
#include "judge/validate.h"
#include "package/package.h"

#include <limits.h>

enum { VERIFY_MAX_SLOTS = 64, VERIFY_WHY = 600 };

/* The sandbox: a box that runs already, or one of our own. */
struct verify_box {
	char socket[108];
	char folder[64]; /* of our own; "" when it is another's */
	pid_t pid;
	struct box *boxes[VERIFY_MAX_SLOTS];
	size_t n;
};

struct verify_wish {
	const char *socket; /* --box, or NULL */
	const char *languages;
	int64_t slots; /* 0: as many as there are cores */
};

/* Opens as many slots as it gets; verify_box_close ends our own box. */
int verify_box_open(struct verify_box *b, const struct admin *admin, const struct verify_wish *w,
        struct err *err);
/* After a fault. */
int verify_box_again(struct verify_box *b, size_t slot, struct err *err);
void verify_box_close(struct verify_box *b);
/* The language table to use: --languages, that of the settings, or the one beside this program. */
int verify_find_languages(
        const struct admin *admin, const char *wanted, char out[PATH_MAX], struct err *err);

/* What one jury submission got. */
struct verify_result {
	const struct package_submission *s;
	const struct language *language;
	bool skipped; /* no compiler for it here, or not wanted */
	bool fault;   /* the judges' own */
	enum verdict verdict;
	struct grading_sum *groups;   /* plan.ngroups, as the package grades; 0 is the whole */
	struct grading_result *cases; /* plan.ncases */
	int64_t *cpu_us;              /* of each case */
	char **messages;              /* of each case, or NULL */
	int64_t slowest_us, memory_bytes;
	int slowest, failed;       /* cases; -1: none */
	char why[VERIFY_WHY];      /* compile output, fault, first message */
	char mismatch[VERIFY_WHY]; /* "": as expected */
};

struct verify_options {
	int64_t time_limit_ms; /* 0: the package's */
	bool all;              /* every case, also behind a failure */
	bool no_validators;
};

struct verify {
	struct admin *admin;
	const struct package *p;
	struct verify_box *box;
	struct verify_options options;
	const struct languages *languages;
	struct jury *jury;
	struct spread *spread;
	pthread_rwlock_t *alone;
	atomic_bool *stop;
	struct arena *a;

	struct trial_problem problem;
	struct validation validation;
	const struct validator *grader;
	const struct validator **inputs, **answers; /* validators; NULL: does not compile */
	int64_t time_ms;                            /* the limit that is judged with */
	bool derived;
	struct verify_result *results; /* p->nsubmissions */
	struct verify_result **wanted; /* of this round */
	signed char *installed;        /* by row: 0 not asked yet, 1 yes, -1 no; guarded by lock */

	pthread_mutex_t lock;     /* guards what follows */
	struct findings findings; /* of validators and data */
	int64_t cpu_us;           /* of all that was run, as box measured it */
	size_t done, total;       /* steps, for the progress bar */
	const char *doing;
};

/* verify_crew.c: step is called for each of n items, by the thread of a slot; threads without an
 * item help those that judge. -ERR_CONFLICT: stopped. */
int verify_crew(struct verify *v, size_t n, void (*step)(struct verify *v, size_t slot, size_t i),
        struct err *err);
void verify_begin(struct verify *v, const char *doing, size_t total);
void verify_advance(struct verify *v, size_t steps, int64_t cpu_us);
void verify_complain(struct verify *v, const char *fmt, ...) PRINTF(2, 3);

/* How many there are. */
size_t verify_words(package_args words);
/* Files of a package as box wants them. */
struct box_source *verify_sources(struct arena *a, const struct package_source *files, size_t n);
/* One of the jury's programs; -ERR_INPUT: it does not compile. */
int verify_compile(struct verify *v, const struct package_program *p, const struct validator **out,
        struct err *err);
/* Compiles validators, checks inputs, answers and probes. Negative: the sandbox failed. */
int verify_data(struct verify *v, struct err *err);
/* Whether the host can compile it; asks the box once. */
bool verify_has_language(struct verify *v, size_t slot, const struct language *l);
/* Once its cases are graded. Formats differ in whether part of the points is an acceptance. */
enum verdict verify_verdict(const struct verify *v, const struct verify_result *r);
/* By what is expected of it. */
bool verify_must_be_in_time(const struct package_submission *s);
bool verify_must_be_slow(const struct package_submission *s);
/* Judges the submissions for which wanted says so (NULL: all), on all slots. */
int verify_submissions(
        struct verify *v, bool (*wanted)(const struct package_submission *s), struct err *err);
/* The smallest limit that the package's rules allow after what the accepted submissions took. */
int64_t verify_time_limit(const struct verify *v);
/* Fills verdicts, groups and mismatches from what was run, with the time limit as it is. */
void verify_expect(struct verify *v);
/* Lines, summary, advice; or adds to the JSON report. Returns the number of mismatches. */
size_t verify_report(const struct verify *v, double wall_s, json_t *report);

#endif
