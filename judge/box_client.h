/* box_client.h -- how codearena-judge uses the sandbox: one `struct box` per slot.
 *
 * Blocking calls with deadlines; nothing here needs root. One thread at a time per struct box,
 * except box_kill, which any thread may call. Errors:
 *   ERR_BUSY   box is gone, has no free slot, did not answer in time, or reported a fault of its
 *              own (result.fault says why): give the submission back, close, open again later.
 *   ERR_INPUT  box refused the request by name: a mistake of the caller (limits, language id).
 *
 *     box_open(conf.box_socket, "judge-1", 5000, &box, &err);
 *     struct box_compile c = {.language = "cpp", .entry = "main.cpp", .files = files, .nfiles = n};
 *     box_compile(box, &c, &compiled, &err);
 *     if (compiled.artifact_fd < 0) ... compile error: compiled.output, compiled.result
 *     box_load(box, "cpp", "main.cpp", compiled.artifact_fd, &err);
 *     for each test case:
 *             box_run_start(box, &run, &err);    then close your copy of the pipes' write ends
 *             ... read stdout until its end; at the output limit box_kill(box) ...
 *             box_run_wait(box, 0, &result, &err);
 *     box_compiled_free(&compiled);
 *     box_close(box);
 *
 * A custom validator has the slot's other lane: compile it with .lane = BOX_LANE_JURY (or keep the
 * artifact of an earlier time), box_load_jury it once, then per test case box_validate, or instead
 * of box_run and box_validate, box_interact. See box.h for what they promise.
 *
 * Give RUN a CPU limit of what you want to *know* (say the problem's limit + 10 %): box kills
 * at its limit, and the judge compares result.cpu_us with the problem's. */
#ifndef BOX_CLIENT_H
#define BOX_CLIENT_H

#include "base/base.h"
#include "base/buf.h"
#include "base/err.h"
#include "judge/box.h"

struct box;

struct box_source {
	const char *name; /* plain file name, no folder; of BOX_SCRIPT also a path */
	const void *data;
	size_t len;
};

struct box_compile {
	const char *language;
	const char *entry; /* see language_entry */
	const struct box_source *files;
	size_t nfiles;
	const struct box_limits *limits; /* NULL: box_compile_limits() */
	enum box_lane lane;
};

struct box_compiled {
	struct box_result result;
	int artifact_fd; /* sealed memfd, or -1: compile error (or limit: see result.end) */
	char *output;    /* what the compiler said, at most BOX_MAX_OUTPUT_BYTES, NUL at its end */
	size_t output_len;
};

struct box_run {
	const char *language; /* as loaded */
	struct box_limits limits;
	int stdin_fd;  /* regular file or sealed memfd; still yours, may be used again at once */
	int stdout_fd; /* write end of a pipe; still yours: close it, or you never see its end */
	int stderr_fd; /* the same */
	enum box_lane lane;
	const char *const *args; /* behind the run command */
	size_t nargs;
};

struct box_validate {
	const char *language; /* as loaded in the jury's lane */
	struct box_limits limits;
	int stdin_fd; /* the team's output: regular file or sealed memfd; all stay yours */
	int input_fd, answer_fd; /* the same */
	int feedback_fd;         /* of the pass before, as it came back; -1: none */
	const char *const *args;
	size_t nargs;
};

struct box_validated {
	struct box_result result;
	char *output; /* stdout and stderr, cut off, NUL at its end */
	size_t output_len;
	int feedback_fd; /* sealed archive, see box_feedback_get; -1: none */
};

struct box_interact {
	const char *language;     /* of the submission, as loaded */
	struct box_limits limits; /* the submission's */
	struct box_limits jury;   /* the validator's; more wall time than the submission's */
	int64_t output_bytes;     /* the submission's output limit */
	int input_fd, answer_fd, feedback_fd;
	const char *const *args; /* the validator's */
	size_t nargs;
	const char *const *program_args; /* the submission's */
	size_t nprogram_args;
};

struct box_interacted {
	struct box_result submission, validator;
	enum box_lane first; /* who ended first */
	int64_t bytes[BOX_LANES];
	char *output; /* the validator's stderr */
	size_t output_len;
	char *errors; /* the submission's stderr */
	size_t errors_len;
	char *transcript; /* see relay.h */
	size_t transcript_len;
	int feedback_fd;
};

/* Connects and says HELLO. *out is closed by box_close. */
int box_open(const char *socket_path, const char *judge_name, int timeout_ms, struct box **out,
        struct err *err);
void box_close(struct box *box);                        /* NULL is fine; a running step dies */
const struct box_info *box_info(const struct box *box); /* borrowed */
/* Readable when the running step has ended. For poll(). */
int box_fd(const struct box *box);

/* The limits of a compiler: 60 s, 2 GiB, 512 MiB of files, 256 MiB for one. */
struct box_limits box_compile_limits(void);
/* 0 whether or not the source compiled; -ERR_BUSY also for a fault. On success call
 * box_compiled_free. */
int box_compile(
        struct box *box, const struct box_compile *c, struct box_compiled *out, struct err *err);
/* The same in two calls, so that a caller can do something meanwhile. wait: 1 ended, 0 not yet
 * after timeout_ms (0: until the end), negative: error. */
int box_compile_start(struct box *box, const struct box_compile *c, struct err *err);
int box_compile_wait(struct box *box, int timeout_ms, struct box_compiled *out, struct err *err);
void box_compiled_free(struct box_compiled *c); /* zeroed or twice is fine */

/* First line that the language's version command prints; -ERR_NOT_FOUND when the command fails:
 * the language is not installed on this host. Caller frees. */
int box_version(struct box *box, const char *language, char **version, struct err *err);

/* After box_version: makes the language's precompiled header. 0: it is there, and compilers use it.
 * -ERR_CONFLICT: it is being stored, ask again soon. -ERR_NOT_FOUND: the language has none, or its
 * compiler failed. */
int box_precompile(struct box *box, const char *language, struct err *err);
/* The same in two calls, as for compiling; wait: 1 it is there. */
int box_precompile_start(struct box *box, const char *language, struct err *err);
int box_precompile_wait(struct box *box, int timeout_ms, struct err *err);

/* A compiled program with files laid over its own, plain names or paths: another sealed artifact,
 * the caller's. */
int box_artifact_with(int artifact_fd, const struct box_source *files, size_t n, struct err *err);
/* The same of several, each in its folder. */
struct box_part {
	const char *folder; /* "" or one that ends with '/' */
	int artifact_fd;    /* -1: the files alone */
	const struct box_source *files;
	size_t n;
	bool executable; /* the files are */
};
int box_artifact_join(const struct box_part *parts, size_t n, struct err *err);

/* Puts a compiled program into the slot; stays until the next box_load or box_compile. The fd
 * remains yours. */
int box_load(
        struct box *box, const char *language, const char *entry, int artifact_fd, struct err *err);

/* The same for the jury's lane, which then has the caller's mark: what is loaded there, 0: nothing
 * of the caller's. */
uint64_t box_jury_mark(const struct box *box);
void box_set_jury_mark(struct box *box, uint64_t mark);
int box_load_jury(
        struct box *box, const char *language, const char *entry, int artifact_fd, struct err *err);

/* Starts the loaded program. */
int box_run_start(struct box *box, const struct box_run *run, struct err *err);
/* 1: ended, *result is set. 0: still running after timeout_ms (0: wait for its end, which the
 * wall limit guarantees). -ERR_BUSY: fault, or box is gone. */
int box_run_wait(struct box *box, int timeout_ms, struct box_result *result, struct err *err);

/* Runs the validator of the jury's lane on what a team's program wrote. 0 however it ended;
 * -ERR_BUSY: fault. On 0 call box_validated_free. start and wait as for compiling. */
int box_validate(
        struct box *box, const struct box_validate *v, struct box_validated *out, struct err *err);
int box_validate_start(struct box *box, const struct box_validate *v, struct err *err);
int box_validate_wait(struct box *box, int timeout_ms, struct box_validated *out, struct err *err);
void box_validated_free(struct box_validated *v); /* zeroed or twice is fine */

/* Runs submission and validator against each other; the same. */
int box_interact(
        struct box *box, const struct box_interact *i, struct box_interacted *out, struct err *err);
int box_interact_start(struct box *box, const struct box_interact *i, struct err *err);
int box_interact_wait(struct box *box, int timeout_ms, struct box_interacted *out, struct err *err);
void box_interacted_free(struct box_interacted *i);

/* Appends a file of a feedback archive, at most max bytes of it: 1, or 0 when there is none. A
 * validator writes what it likes: the bytes are untrusted, and may hold NUL. */
int box_feedback_get(
        int feedback_fd, const char *name, size_t max, struct buf *out, struct err *err);

/* Ends the running step; its wait then says BOX_END_KILLED, unless it ended before. */
int box_kill(struct box *box, struct err *err);

/* A memfd with these bytes, sealed against every change: for stdin and the like. */
int box_memfd(const void *data, size_t len, struct err *err);

#endif
