/* agent.h -- what box says to the agent inside a container, over a SEQPACKET socket that is the
 * agent's descriptor 3. Both ends are ours; one request is under way at a time, but for KILL.
 *
 *     LOAD   the archive                                        -> DONE
 *     STEP   stdin, stdout, stderr, then the files to join,     -> DONE
 *            then (AGENT_INTO) a cgroup v2 directory,
 *            then (AGENT_SOURCES) the archive of sources,
 *            then (AGENT_PACK) a memfd for what is packed at the end,
 *            then (AGENT_DATA) input and answer,
 *            then (AGENT_FEEDBACK) the archive of earlier feedback,
 *            then (AGENT_RELAY) the relay's four (relay.h) and a memfd for the transcript
 *     KILL   -                                  no answer; the step's DONE comes sooner
 *     PEER   -                                  no answer; the submission has ended
 *
 * During a step with AGENT_RELAY the agent also says ENDED once, when its program has ended but
 * the relay may still have something to deliver, and OVER when the submission has written too
 * much.
 *
 * The agent says READY once when it has started. When the socket closes it exits, and with it
 * everything in the container. */
#ifndef AGENT_H
#define AGENT_H

#include "judge/box.h"

enum {
	AGENT_MAGIC = 0x43416167,
	AGENT_WORDS_SIZE = 12288,
	AGENT_MAX_JOIN = 3,
	AGENT_MAX_FDS = 16, /* what a packet holds; more than any step needs */
	AGENT_SOCKET = 3,
	AGENT_TEST_UID = 1000, /* inside the container */
};

enum agent_type {
	AGENT_READY = 1,
	AGENT_LOAD,
	AGENT_STEP,
	AGENT_KILL,
	AGENT_DONE,
	AGENT_PEER,
	AGENT_ENDED,
	AGENT_OVER,
};

enum agent_flag {
	AGENT_SOURCES = 1, /* a writable work folder with these files */
	AGENT_PACK = 2,    /* the work folder, if all commands ended well; or the feedback folder */
	AGENT_INTO = 4,    /* cgroup v2: be born in it */
	AGENT_DATA = 8,    /* a folder with input, answer and feedback */
	AGENT_FEEDBACK = 16, /* feedback begins with an archive's files */
	AGENT_RELAY = 32,    /* stands between this program and the submission */
};

/* The words: the environment, an empty word, then each command and an empty word behind it. Among
 * the args_len bytes from args_at on an empty word is an argument. */
struct agent_request {
	uint32_t magic;
	uint32_t type;
	uint32_t serial;
	uint32_t flags;
	uint32_t njoin; /* files to write "0" into */
	int32_t cpu;    /* run on this one */
	int64_t tmp_bytes;
	int64_t file_bytes;
	int64_t wall_ms;     /* a backstop of the backstop: box stopped */
	int64_t cpu_seconds; /* likewise, per process */
	int64_t relay_bytes; /* AGENT_RELAY: of the submission */
	uint32_t args_at, args_len;
	uint32_t words_len;
	char words[AGENT_WORDS_SIZE];
};

struct agent_reply {
	uint32_t magic;
	uint32_t type;
	uint32_t serial;
	int32_t status; /* of the last command, as waitpid tells it */
	int64_t wall_us;
	uint32_t packed;  /* 1: the archive is complete */
	uint32_t refused; /* 1: `fault` is about the program (artifact too large), not about us */
	uint32_t missing; /* 1: a program of the language root could not be started; see `fault` */
	uint32_t unfinished; /* 1: the step was killed from outside; status says nothing */
	uint32_t first;      /* AGENT_RELAY: enum box_lane */
	uint32_t reserved;
	int64_t bytes[BOX_LANES]; /* AGENT_RELAY: what each wrote */
	char fault[BOX_FAULT_SIZE];
};

#endif
