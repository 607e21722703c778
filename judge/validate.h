/* validate.h -- the jury's programs of a package at work in the sandbox: output validators,
 * graders, and for `problem verify` input validators.
 *
 * A program is compiled once per process, in the jury's lane of whatever box needs it first, and
 * kept (struct jury). Which program a box's lane holds is remembered with the box, so that it is
 * loaded again only when another one took its place.
 *
 * An output validator that does anything but exit with 42 or 43 is the judges' fault, and so is a
 * program that does not compile: an error, never a verdict. */
#ifndef VALIDATE_H
#define VALIDATE_H

#include "judge/execute.h"

enum { VALIDATOR_ACCEPTED = 42, VALIDATOR_WRONG = 43 };

struct jury; /* compiled programs of one process; used by any thread */

struct jury *jury_new(const struct languages *languages);
void jury_free(struct jury *j);

/* A program as its package has it. Borrowed. */
struct jury_source {
	const char *name;               /* for messages */
	const struct box_source *files; /* their extensions say the language */
	size_t n;
	bool script; /* has `build` or `run` */
};

/* Finds it among the compiled ones or compiles it; *out stays valid as long as j. x: box, alone and
 * stop of who needs it. -ERR_INPUT: it does not compile, the sentence has the compiler's words. */
int jury_program(struct jury *j, const struct execution *x, const struct jury_source *source,
        const struct validator **out, struct err *err);

/* The language that v is run by; NULL: by a script of its own. */
const struct language *jury_language(const struct jury *j, const struct validator *v);
/* A mark that no other program has. */
uint64_t jury_mark(struct jury *j);

/* Runs a program that reads stdin: an input validator, a grader. What it writes to stdout and
 * stderr is appended to said (at most 64 KiB). The lock `alone` must be free. One that is an answer
 * validator is given the test case as an output validator is: `program in ans feedback/ args`.
 * files are laid over the program's own. */
struct jury_filter {
	const struct validator *program;
	int stdin_fd;
	bool with_case;
	int input_fd, answer_fd; /* with_case */
	const char *const *args;
	size_t nargs;
	const struct box_source *files;
	size_t nfiles;
	int64_t time_ms, memory_bytes;
	struct buf *said;
};
int jury_filter(
        struct execution *x, const struct jury_filter *f, struct box_result *out, struct err *err);

/* The rest is for execute.c, and for those who have an output but no program that wrote it. */

/* One pass of a test case. */
struct validate_pass {
	int input_fd;
	int output_fd;            /* of validate_output: a sealed memfd or regular file */
	struct box_limits limits; /* of validate_interact: the program's */
	int *feedback_fd;         /* what the pass before left, replaced by this one's; -1: none */
	struct buf *next;         /* out: with `again`, the input of the next pass */
	bool again;
};

bool validator_decided(const struct box_result *r); /* exit code 42 or 43 */

/* Asks all validators about an output: verdict, messages and score go to *out. */
int validate_output(struct execution *x, const struct test_case *t, struct validate_pass *pass,
        struct outcome *out, struct err *err);
/* Runs the loaded program against the validator. On 0 call box_interacted_free. */
int validate_interact(struct execution *x, const struct test_case *t,
        const struct validate_pass *pass, struct box_interacted *out, struct err *err);
/* What the validator decided in an interaction. */
int validate_interaction(const struct test_case *t, struct validate_pass *pass,
        struct box_interacted *done, struct outcome *out, struct err *err);
/* Adds a text to the transcript, `mark` before each of its lines. */
void validate_said(struct outcome *out, char mark, const char *text, size_t len);
/* Adds the transcript of a pass. */
void validate_transcript(const struct box_interacted *done, struct outcome *out);

#endif
