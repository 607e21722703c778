/* execute.h -- one program in one box: compile it, run it on one test case, say how that ended.
 * Used by judging.c for submissions and by selftest.c for the judge's own programs; knows neither
 * PostgreSQL nor Redis.
 *
 * Errors of both functions: -ERR_CONFLICT when *stop became true; all others are faults of the
 * judge, after which the box must be closed and opened anew. */
#ifndef EXECUTE_H
#define EXECUTE_H

#include "base/buf.h"
#include "judge/artifacts.h"
#include "judge/box_client.h"
#include "judge/compare.h"
#include "judge/grading.h"
#include "judge/language.h"
#include "model/verdict.h"

#include <pthread.h>
#include <stdatomic.h>

struct execution {
	struct box *box;
	const struct language *language;
	pthread_rwlock_t *alone; /* of the host: held for writing by whoever must run alone */
	const atomic_bool *stop; /* give up soon */
	int64_t compile_ms;
	int64_t time_ms; /* the limit in this language */
	int64_t memory_bytes;
	int64_t output_bytes;
	int64_t wall_of_ms;          /* the limit that sleepers are measured by; 0: time_ms */
	int64_t wall_ms;             /* set by execute_test */
	struct artifacts *artifacts; /* NULL: everything is compiled */
	const char *owner;           /* whose programs those of the cache must be */
	bool memory_is_rte;          /* a memory limit is told as RTE (ICPC's own verdicts) */
};

enum {
	EXECUTE_FILE_BYTES = 64 << 20, /* the largest file that a program may write */
	OUTCOME_MESSAGE_SIZE = 2048,
	OUTCOME_TEAM_SIZE = 1024,
	OUTCOME_TRANSCRIPT_SIZE = 24 << 10,
};

struct outcome {
	enum verdict verdict;
	int64_t cpu_us, wall_us, memory_bytes; /* of the slowest, the largest pass */
	int64_t busy_us;                       /* CPU of the last pass, with the validator's */
	int64_t first_us;                      /* 0, or: it ran twice; CPU time of the first run */
	int exit_code, signal;
	enum grading_given given; /* a score, by the validator */
	double score;
	bool transcript_cut;
	char message[OUTCOME_MESSAGE_SIZE];   /* for the jury; may be "" */
	char team_message[OUTCOME_TEAM_SIZE]; /* for the team, if the problem says so; may be "" */
	char transcript[OUTCOME_TRANSCRIPT_SIZE]; /* of an interaction (judge/relay.h), or, if
	                                             wanted, of what was written: its first bytes.
	                                             `!` begins a line of stderr */
};

/* Between two looks at a step that is under way: ends it once *stop became true. */
int execute_look(const struct execution *x, bool *killed, struct err *err);
/* -ERR_CONFLICT. */
int execute_stopped(struct err *err);
/* Waits for the compile that was started; on 0 call box_compiled_free. */
int execute_wait_compiled(const struct execution *x, struct box_compiled *out, struct err *err);

enum { EXECUTE_LOOK_MS = 20 }; /* how often *stop is looked at */

struct program {
	const struct box_source *files;
	size_t n;
	const char *entry;
};

/* 1: compiled, or found among the compiled ones, and loaded into the box; 0: compile error,
 * out->output says why. On both the caller calls box_compiled_free. */
int execute_compile(
        struct execution *x, const struct program *p, struct box_compiled *out, struct err *err);

/* A compiled program of the jury. */
struct validator {
	const char *name;
	char language[BOX_ID_SIZE], entry[LANGUAGE_NAME_SIZE];
	int artifact_fd;
	uint64_t mark; /* of no other one */
	int64_t pids;
};

/* How the outputs of a problem are judged when it brings its own validators. */
struct validation {
	const struct validator *const *list; /* all must accept */
	size_t n;
	bool interactive, multi_pass;
	int passes;                    /* at most */
	int64_t time_ms, memory_bytes; /* of a validator */
};

struct test_case {
	int input_fd, answer_fd;             /* read-only files */
	const struct compare_flags *flags;   /* of the default validator ... */
	const struct validation *validation; /* ... or NULL */
	const char *const *validator_args;
	size_t nvalidator_args;
	const char *const *args; /* of the program */
	size_t nargs;
	bool keep; /* the beginning of what it writes, as transcript */
};

/* Runs the loaded program. One that was too slow by less than a tenth runs once more, alone on
 * this host; its lower time decides. The same for one that reached the wall limit, but not the CPU
 * limit, while this host was overloaded. The second run has more wall time. */
int execute_test(
        struct execution *x, const struct test_case *t, struct outcome *out, struct err *err);

/* The same for an output that is there already. */
int execute_output(struct execution *x, const struct test_case *t, int output_fd,
        struct outcome *out, struct err *err);

/* Runs what a lane holds and keeps what it writes, without a verdict: for the jury's programs that
 * read stdin. run.stdout_fd and stderr_fd are not looked at. More than max bytes end it. */
struct plain_run {
	struct box_run run;
	int64_t max;
	struct buf *out, *errors; /* the latter may be NULL */
};
int execute_plain(
        struct execution *x, const struct plain_run *p, struct box_result *out, struct err *err);

#endif
