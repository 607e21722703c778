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
 * One connection is one slot: it has one warm container and at most one step at work. The first
 * request is HELLO; box answers WELCOME, or REFUSED "no free slot" and hangs up. When the
 * connection ends, for whatever reason, its running step dies at once.
 *
 *     request   descriptors                 reply         descriptors
 *     HELLO     -                           WELCOME       -
 *     VERSION   -                           DONE          output (sealed memfd)
 *     COMPILE   sources (sealed archive)    DONE          output, and the artifact (sealed
 *                                                         archive) if it ended well
 *     LOAD      artifact                    DONE          -
 *     RUN       stdin, stdout, stderr       DONE          -
 *     KILL      -                           none of its own; the step's DONE comes sooner
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
 * LOAD stays until the next LOAD or COMPILE on the connection: load once, run many.
 *
 * What decides the end of a step, first match: a fault of the sandbox; the step's own memory
 * limit; its CPU or wall limit (also when it ended by itself, but later than allowed); KILL by
 * the judge; a call on the kill list; a signal; its exit code. The pids limit only makes fork()
 * fail; whether that happened is reported beside the end.
 *
 * VALIDATE and INTERACTIVE have their numbers, and are refused as not built yet. */
#ifndef BOX_H
#define BOX_H

#include "base/base.h"
#include "base/err.h"

#define BOX_DOCTOR "codearena-doctor"

enum {
	BOX_MAGIC = 0x43416278, /* "CAbx" */
	BOX_VERSION_NUMBER = 1,
	BOX_ID_SIZE = 40,     /* language id with its NUL */
	BOX_NAME_SIZE = 104,  /* entry point, name of a judge, runtime, root */
	BOX_FAULT_SIZE = 200, /* a sentence */
	BOX_MAX_FDS = 3,
	BOX_MAX_FILES = 64, /* sources of one submission */
	BOX_MAX_SOURCE_BYTES = 8 << 20,
	BOX_MAX_OUTPUT_BYTES = 64 << 10, /* of a compiler; the rest is cut off, with a word */
	BOX_MAX_ARTIFACT_BYTES = 192 << 20,
	BOX_MAX_ARTIFACT_FILES = 4096,
};

enum box_request_type {
	BOX_HELLO = 1,
	BOX_VERSION,
	BOX_COMPILE,
	BOX_LOAD,
	BOX_RUN,
	BOX_KILL,
	BOX_VALIDATE,    /* later */
	BOX_INTERACTIVE, /* later */
};

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
};

/* Limits of one step. All of them are required; ranges in box_protocol.c. */
struct box_limits {
	int64_t cpu_ms;       /* 1 .. 600,000; all processes and threads together */
	int64_t wall_ms;      /* 1 .. 1,200,000; a backstop against sleepers */
	int64_t memory_bytes; /* 4 MiB .. 64 GiB; files in /tmp and /dev/shm included */
	int64_t tmp_bytes;    /* 64 KiB .. 8 GiB; size of /tmp (COMPILE: of the work folder too) */
	int64_t pids;         /* 1 .. 1,024 processes and threads */
};

struct box_request {
	uint32_t magic;
	uint32_t version;
	uint32_t type;   /* enum box_request_type */
	uint32_t serial; /* counted up by the judge; comes back in the reply. KILL: of the step */
	char language[BOX_ID_SIZE]; /* VERSION, COMPILE, LOAD, RUN; else empty */
	char entry[BOX_NAME_SIZE];  /* COMPILE, LOAD: entry point; HELLO: the judge's name */
	struct box_limits limits;   /* COMPILE, RUN; else zero */
	int64_t reserved;
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
	char runtime[BOX_NAME_SIZE];
	char root[BOX_NAME_SIZE];
};

struct box_reply {
	uint32_t magic;
	uint32_t version;
	uint32_t type; /* enum box_reply_type */
	uint32_t serial;
	struct box_result result; /* DONE; REFUSED: only `fault`, the reason */
	struct box_info info;     /* WELCOME */
};

_Static_assert(sizeof(struct box_request) == 208, "no holes in box_request");
_Static_assert(sizeof(struct box_reply) == 480, "no holes in box_reply");

/* The parser of requests, pure: checks a packet of len bytes that came with nfds descriptors and
 * copies it to *out. -ERR_INPUT names the member; -ERR_BUG: no request at all, hang up. */
int box_request_parse(
        const void *packet, size_t len, size_t nfds, struct box_request *out, struct err *err);
/* -ERR_INPUT names the limit that is 0, negative or absurd. */
int box_limits_check(const struct box_limits *limits, struct err *err);
/* "exited", "cpu limit", ...; "unknown" for other numbers. */
const char *box_end_name(uint32_t end);

#endif
