/* execute.h -- one program in one box: compile it, run it on one test case, say how that ended.
 * Used by judging.c for submissions and by selftest.c for the judge's own programs; knows neither
 * PostgreSQL nor Redis.
 *
 * Errors of both functions: -ERR_CONFLICT when *stop became true; all others are faults of the
 * judge, after which the box must be closed and opened anew. */
#ifndef EXECUTE_H
#define EXECUTE_H

#include "judge/box_client.h"
#include "judge/compare.h"
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
	int64_t wall_ms; /* set by execute_test */
};

enum { OUTCOME_MESSAGE_SIZE = 2048 };

struct outcome {
	enum verdict verdict;
	int64_t cpu_us, wall_us, memory_bytes;
	int exit_code, signal;
	char message[OUTCOME_MESSAGE_SIZE]; /* for the jury, ASCII; may be "" */
};

struct program {
	const struct box_source *files;
	size_t n;
	const char *entry;
};

/* 1: compiled and loaded into the box; 0: compile error, out->output says why. On both the
 * caller calls box_compiled_free. */
int execute_compile(
        struct execution *x, const struct program *p, struct box_compiled *out, struct err *err);

struct test_case {
	int input_fd, answer_fd; /* read-only files */
	const struct compare_flags *flags;
};

/* Runs the loaded program. One that was too slow by less than a tenth runs once more, alone on
 * this host; its lower time decides. The same for one that reached the wall limit, but not the CPU
 * limit, while this host was overloaded; it then has more wall time. */
int execute_test(
        struct execution *x, const struct test_case *t, struct outcome *out, struct err *err);

#endif
