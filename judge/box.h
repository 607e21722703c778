/* box.h -- the whole protocol between codearena-judge (no root) and codearena-box (root).
 *
 * The socket. A Unix SEQPACKET socket, mode 0660 root:<instance>-judge; box asks the kernel who
 * connects (SO_PEERCRED). Every packet is one `struct box_request` (judge to box) or one
 * `struct box_reply` (box to judge), of fixed size, with file descriptors beside it
 * (SCM_RIGHTS). A packet of another size, magic or version, a reserved member that is not zero,
 * text without its NUL, a limit out of range, a missing or surplus descriptor: each is refused
 * by name (BOX_REFUSED with a sentence). After a packet that is no request at all box hangs up
 * and replaces the container.
 *
 * One slot more than the judge's is kept for a caller named BOX_DOCTOR: `codearena doctor` must be
 * able to examine a host whose slots are all at work.
 *
 * One connection is one slot: it has at most one step at work, and two lanes, each with a warm
 * container and a loaded program of its own: BOX_LANE_SUBMISSION and BOX_LANE_JURY (a validator, a
 * grader). What is in one lane is never visible in the other. The first request is HELLO; box
 * answers WELCOME, or REFUSED "no free slot" and hangs up. When the connection ends, for whatever
 * reason, its running step dies at once.
 *
 *     request      descriptors              reply         descriptors
 *     HELLO        -                        WELCOME       -
 *     VERSION      -                        DONE          output (sealed memfd)
 *     PRECOMPILE   -                        DONE          output
 *     COMPILE      sources (sealed archive) DONE          output, and the artifact (sealed
 *                                                         archive) if it ended well
 *     LOAD         artifact                 DONE          -
 *     RUN          stdin, stdout, stderr    DONE          -
 *     VALIDATE     stdin, input, answer,    DONE          output, feedback (sealed archive)
 *                  [feedback]
 *     INTERACTIVE  input, answer,           DONE          output, errors, transcript, feedback
 *                  [feedback]
 *     KILL         -                        none of its own; the step's DONE comes sooner
 *
 * Any request may be answered by REFUSED (it was not understood or not allowed; nothing ran) and
 * any step by DONE with end = BOX_END_FAULT: the sandbox could not work (runtime missing, no
 * memory, container lost). A fault is never a verdict: the judge gives the submission back.
 *
 * Box never takes a command from the judge: it expands those of the language table by language
 * id. `entry` is the entry point (Java: the main class; others: the main source file), letters,
 * digits, `_ . $ + -` only, and never begins with `-` or `.`.
 *
 * stdin of RUN is a regular file opened read-only that others may not write, or a memfd sealed
 * against writing; box opens it anew, so that no offset is shared with anybody. (A program that
 * opens /dev/stdin by name needs a file that others may read.) stdout and stderr are pipes
 * (write ends): their readers count the bytes exactly, and send KILL at their limit.
 *
 * PRECOMPILE, after VERSION: makes the language's precompiled header (see box_store.h) unless it
 * is there. exit_code 0: it is there; BOX_PRECOMPILE_LATER: it is made and being stored, ask again;
 * anything else: the compiler failed, `output` says why.
 *
 * LOAD stays in its lane until the next LOAD or COMPILE there: load once, run many; a validator is
 * loaded once, and stays while submissions come and go.
 *
 * The program's command is the language's run command, then `args` (words, each with its NUL). The
 * language id BOX_SCRIPT is of no table: its program is a folder with `build` and `run`, both
 * executable; COMPILE runs ./build there, RUN and the like run ./run.
 *
 * VALIDATE runs the program of the jury's lane, which finds the three files as its first arguments:
 *
 *     program /data/input /data/answer /data/feedback/ args... < stdin
 *
 * stdin (the team's output), input and answer are regular files opened read-only or sealed memfds,
 * of at most BOX_MAX_DATA_BYTES; input and answer are copied, which counts in the memory budget,
 * but not for the validator's limit. /data/feedback is a folder of at most BOX_MAX_FEEDBACK_BYTES
 * and BOX_MAX_FEEDBACK_FILES; what it writes there counts for its limit. It begins with the files
 * of the archive `feedback` (that of an earlier pass, as it came back), but for nextpass.in: a pass
 * that wants another says so anew. It comes back however the program ended, unless box failed;
 * links in it are left out. `output` is what the program said on stdout and stderr, cut off at
 * BOX_MAX_OUTPUT_BYTES.
 *
 * INTERACTIVE runs both lanes' programs at once, on one processor: the submission with `limits`,
 * the validator (command as for VALIDATE) with `jury`. What one writes to stdout the other reads on
 * stdin; it passes through a relay, which counts it, writes the transcript (see relay.h) and puts
 * the ends in order: that a program has ended is noted before the other can see it (end of file,
 * SIGPIPE), so `first`, who ended first, is a cause and never an effect. A validator never gets
 * SIGPIPE. Beyond `output_bytes` of the submission it is ended: BOX_END_OUTPUT_LIMIT. A validator
 * that closes its stdout and lives on has a second until that is passed on, a submission all of its
 * life. `errors` is the
 * submission's stderr, `output` the validator's, both cut off. Give the validator more wall time
 * than the submission: when both wait for each other the submission's wall limit must be the first
 * to end it.
 *
 * How the judge decides an interaction (RULES.md section 6), first match:
 *   - validator first, with 43: WA. With neither 42 nor 43: JE. (Box ends the submission.)
 *   - submission over its memory, CPU, wall or output limit: MLE, TLE, TLE, OLE.
 *   - submission died of SIGPIPE, and validator 43: WA.
 *   - submission: security violation, signal, exit code not 0: SV, RTE, RTE.
 *   - validator 43: WA; 42: AC; anything else, its limits too: JE. */
#ifndef BOX_H
#define BOX_H

#include "base/base.h"
#include "base/err.h"

#define BOX_DOCTOR "codearena-doctor"
#define BOX_SCRIPT "script"

enum {
	BOX_MAGIC = 0x43416278, /* "CAbx" */
	BOX_VERSION_NUMBER = 4,
	BOX_ID_SIZE = 40,     /* language id with its NUL */
	BOX_NAME_SIZE = 104,  /* entry point, name of a judge, runtime, root */
	BOX_FAULT_SIZE = 200, /* a sentence */
	BOX_MAX_FDS = 4,      /* of a request */
	BOX_MAX_REPLY_FDS = 4,
	BOX_ARGS_SIZE = 4096,
	BOX_MAX_ARGS = 64,
	BOX_MAX_FILES = 64, /* sources of one submission */
	BOX_MAX_SOURCE_BYTES = 8 << 20,
	BOX_MAX_OUTPUT_BYTES = 64 << 10, /* of a compiler; the rest is cut off, with a word */
	BOX_MAX_ARTIFACT_BYTES = 192 << 20,
	BOX_MAX_ARTIFACT_FILES = 4096,
	BOX_MAX_DATA_BYTES = 512 << 20, /* input, answer, output of a team: each */
	BOX_MAX_FEEDBACK_BYTES = 64 << 20,
	BOX_MAX_FEEDBACK_FILES = 256,
	BOX_MAX_TRANSCRIPT_BYTES = 64 << 10,
	BOX_EXIT_ACCEPTED = 42, /* of a validator */
	BOX_PRECOMPILE_LATER = 75,
};

enum box_request_type {
	BOX_HELLO = 1,
	BOX_VERSION,
	BOX_COMPILE,
	BOX_LOAD,
	BOX_RUN,
	BOX_KILL,
	BOX_VALIDATE,
	BOX_INTERACTIVE,
	BOX_PRECOMPILE,
};

enum box_lane { BOX_LANE_SUBMISSION, BOX_LANE_JURY, BOX_LANES };

enum box_reply_type {
	BOX_WELCOME = 65,
	BOX_DONE,
	BOX_REFUSED,
};

/* How a step ended. */
enum box_end {
	BOX_END_EXITED = 1, /* exit_code */
	BOX_END_SIGNAL,     /* signal */
	BOX_END_CPU_LIMIT,
	BOX_END_WALL_LIMIT,
	BOX_END_MEMORY_LIMIT, /* killed for its own limit, not for want of memory on the host */
	BOX_END_SECURITY,     /* a call from the kill list */
	BOX_END_KILLED,       /* by KILL: the judge knows why */
	BOX_END_FAULT,        /* the sandbox's own fault; `fault` says why */
	BOX_END_OUTPUT_LIMIT, /* INTERACTIVE: more than output_bytes */
};

/* Limits of one step. All of them are required; ranges in box_protocol.c. */
struct box_limits {
	int64_t cpu_ms;       /* 1 .. 600,000; all processes and threads together */
	int64_t wall_ms;      /* 1 .. 1,200,000; a backstop against sleepers */
	int64_t memory_bytes; /* 4 MiB .. 64 GiB; files in /tmp and /dev/shm included */
	int64_t tmp_bytes;    /* 64 KiB .. 8 GiB; size of /tmp (COMPILE: of the work folder too) */
	int64_t file_bytes;   /* 4 KiB .. 8 GiB; of one file, beyond it SIGXFSZ (or EFBIG) */
	int64_t pids;         /* 1 .. 1,024 processes and threads */
};

struct box_request {
	uint32_t magic;
	uint32_t version;
	uint32_t type;   /* enum box_request_type */
	uint32_t serial; /* counted up by the judge; comes back in the reply. KILL: of the step */
	char language[BOX_ID_SIZE]; /* of all but HELLO and KILL; INTERACTIVE: the submission's */
	char entry[BOX_NAME_SIZE];  /* COMPILE, LOAD: entry point; HELLO: the judge's name */
	uint32_t lane;              /* enum box_lane; COMPILE, LOAD, RUN; else 0 */
	uint32_t args_len;          /* RUN, VALIDATE, INTERACTIVE; else 0 */
	struct box_limits limits;   /* COMPILE, RUN, VALIDATE, INTERACTIVE; else zero */
	struct box_limits jury;     /* INTERACTIVE: the validator's; else zero */
	int64_t output_bytes;       /* INTERACTIVE: 1 .. 1 GiB; else 0 */
	uint32_t program_args; /* INTERACTIVE: so many bytes of args are the submission's, those
	                          behind them the validator's; else 0 */
	uint32_t reserved;
	char args[BOX_ARGS_SIZE]; /* words may be empty; zero behind args_len */
};

struct box_result {
	uint32_t end; /* enum box_end */
	int32_t exit_code;
	int32_t signal;
	uint32_t pids_denied; /* 1: a fork failed for the pids limit */
	int64_t cpu_us;
	int64_t wall_us;
	int64_t memory_bytes; /* peak */
	char fault[BOX_FAULT_SIZE];
};

/* Who answers; sent once. */
struct box_info {
	uint32_t slots;
	uint32_t cgroup_mode; /* 1: v1, 2: v2, 3: hybrid (limits by v1) */
	int64_t memory_budget_bytes;
	uint32_t core; /* the processor of this slot's programs and compilers */
	uint32_t reserved;
	char cores[BOX_NAME_SIZE]; /* of all slots, as a list */
	char runtime[BOX_NAME_SIZE];
	char root[BOX_NAME_SIZE];
};

struct box_reply {
	uint32_t magic;
	uint32_t version;
	uint32_t type; /* enum box_reply_type */
	uint32_t serial;
	struct box_result result; /* DONE; REFUSED: only `fault`, the reason */
	struct box_result jury;   /* INTERACTIVE: the validator's; `result` is the submission's */
	uint32_t first;           /* INTERACTIVE: enum box_lane, who ended first */
	uint32_t reserved;
	int64_t bytes[BOX_LANES]; /* INTERACTIVE: what each wrote to the other */
	struct box_info info;     /* WELCOME */
};

_Static_assert(sizeof(struct box_request) == 4376, "no holes in box_request");
_Static_assert(sizeof(struct box_reply) == 856, "no holes in box_reply");

/* The parser of requests, pure: checks a packet of len bytes that came with nfds descriptors and
 * copies it to *out. -ERR_INPUT names the member; -ERR_BUG: no request at all, hang up. */
int box_request_parse(
        const void *packet, size_t len, size_t nfds, struct box_request *out, struct err *err);
/* -ERR_INPUT names the limit that is 0, negative or absurd. */
int box_limits_check(const struct box_limits *limits, struct err *err);
/* "exited", "cpu limit", ...; "unknown" for other numbers. */
const char *box_end_name(uint32_t end);

#endif
