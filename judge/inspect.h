/* inspect.h -- the static validator of a package at work (2025-09): a program of the jury that
 * looks at a submission itself. Its working directory has the submission's files, included ones and
 * what was compiled of them; it is started and decides as an output validator does, but for its
 * arguments:
 *
 *     program language entry_point feedback_dir/ args...
 *
 *     struct inspector in = {.language = "cpp", .entry = "main.cpp", ...};
 *     r = inspect_open(&in, &what, &err);                  once per submission
 *     r = inspect_run(&x, &in, &test, &out, &err);   per static test case, in any box
 *     inspect_close(&in); */
#ifndef INSPECT_H
#define INSPECT_H

#include "judge/validate.h"

struct inspection {
	struct jury *jury;
	const struct validator *program;
	int artifact_fd;                /* of the compiled submission ... */
	const struct box_source *files; /* ... and its sources, which are laid over that */
	size_t nfiles;
};

struct inspector {
	const char *language, *entry;  /* of the submission; borrowed */
	int64_t time_ms, memory_bytes; /* of the validator */
	struct validator both;         /* and the submission beside it: inspect_open */
};

/* What is given is only used in the call, but for the program's name. */
int inspect_open(struct inspector *in, const struct inspection *what, struct err *err);
void inspect_close(struct inspector *in); /* zeroed is fine */

/* Of t the validator's arguments count alone. Errors as validate_output: whatever else than 42 and
 * 43 is the judges' fault. */
int inspect_run(struct execution *x, const struct inspector *in, const struct test_case *t,
        struct outcome *out, struct err *err);

#endif
