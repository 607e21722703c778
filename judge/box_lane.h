/* box_lane.h -- one of a slot's two lanes: a container, the program that was loaded into it, and
 * its part of the step at work.
 *
 *     IDLE --begin--> (LOADING) --> LOADED --lane_start--> RUNNING --agent DONE--> ENDED --> IDLE
 *
 * A lane knows nothing of the judge: box_slot.c says what to do and answers. */
#ifndef BOX_LANE_H
#define BOX_LANE_H

#include "base/buf.h"
#include "judge/box_cell.h"

enum lane_phase { LANE_IDLE, LANE_LOADING, LANE_LOADED, LANE_RUNNING, LANE_ENDED };

/* The program that the judge loaded, kept for the case that the container is replaced. */
struct lane_program {
	int fd;
	uint64_t tag; /* 0: none */
	char language[BOX_ID_SIZE];
	char entry[BOX_NAME_SIZE];
};

struct lane {
	struct cell *cell;
	struct lane_program program;
	enum lane_phase phase;
	uint32_t type; /* enum box_request_type of the step */
	struct box_limits limits;
	int64_t memory_bytes; /* what the step may use: limit and the language's extra */
	int cpu;              /* the slot's */
	uint32_t serial;      /* of the agent's request */
	struct cgroup_step cgroup;
	int64_t start_us;
	int64_t check_us; /* next look at the counters */
	uint32_t killed;  /* enum box_end: why we killed it; 0: not */
	int64_t killed_ms;
	bool noted; /* its program has ended; the agent still relays */
	int64_t noted_ms;
	int output_fd; /* read end of the pipe that box reads; -1: none */
	struct buf output;
	bool output_cut;
	int packed_fd; /* memfd for the artifact or the feedback; -1: none */
	bool packed;   /* it is complete */
	struct box_result result;
	uint32_t first; /* ENDED, of a relay: as agent.h says */
	int64_t bytes[BOX_LANES];
};

/* What the agent is given for a step, beside what the lane has. Borrowed; -1: none. */
struct lane_step {
	const struct box_request *q;
	int stdin_fd, stdout_fd, stderr_fd; /* -1: /dev/null, and a pipe that box reads */
	int sources;
	int input, answer, feedback;
	const char *precompiled; /* what {precompiled} stands for */
	const int *relay;        /* its four descriptors and the transcript's, or NULL */
};

/* NULL: none. BOX_SCRIPT is one. */
const struct language *lane_language(const struct host *h, const char *id);

void lane_init(struct lane *l);
/* What the lane keeps between requests: the program. The descriptor is ours from here. */
void lane_keep_program(struct lane *l, int fd, uint64_t tag, const struct box_request *q);
void lane_forget_program(struct lane *l);
/* The container goes back to the others; retired before if it may be at work. */
void lane_give_back(struct lane *l);
/* Everything that belongs to one request; the lane is IDLE again. */
void lane_release(struct lane *l);

/* Sends the program to the agent. */
int lane_load(struct lane *l, struct err *err);
/* Starts the step. -ERR_INPUT: the request's fault; all else: the container's. */
int lane_start(struct lane *l, const struct lane_step *step, struct err *err);
/* The agent's DONE of a step: sets result, packed. -ERR_BUSY: a fault. */
int lane_done(struct lane *l, const struct agent_reply *a, struct err *err);
/* output_fd is readable. */
void lane_output(struct lane *l);
void lane_kill(struct lane *l, uint32_t why);
void lane_tell_peer(struct lane *l);
/* Looks at the limits if it is time; the next look (microseconds, monotonic). */
int64_t lane_look(struct lane *l, int64_t now_us);
/* The agent should have answered long ago. */
bool lane_is_stuck(const struct lane *l, int64_t now_us);
bool lane_is_busy(const struct lane *l);  /* the agent is at work */
bool lane_compiles(const struct lane *l); /* its step is COMPILE or PRECOMPILE */

#endif
