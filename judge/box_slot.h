/* box_slot.h -- one connection of a judge: its requests, its container, its running step.
 *
 *     FREE --accept--> NEW --HELLO--> IDLE --request--> WAITING --> (LOADING) --> RUNNING --> IDLE
 *
 * WAITING: for a container and for room in the memory budget, in order of arrival. The slot pulls
 * nothing itself: slots_start (called after every event) starts what can start. */
#ifndef BOX_SLOT_H
#define BOX_SLOT_H

#include "base/buf.h"
#include "judge/box_cell.h"

enum slot_phase { SLOT_FREE, SLOT_NEW, SLOT_IDLE, SLOT_WAITING, SLOT_LOADING, SLOT_RUNNING };

/* The program that the judge loaded, kept for the case that the container is replaced. */
struct slot_program {
	int fd;
	uint64_t tag; /* 0: none */
	char language[BOX_ID_SIZE];
	char entry[BOX_NAME_SIZE];
};

struct slot {
	struct slots *all;
	unsigned index;
	enum slot_phase phase;
	int fd;
	struct cell *cell;
	struct box_request q; /* at work */
	int in[BOX_MAX_FDS];  /* its descriptors */
	size_t nin;
	struct slot_program program;
	uint32_t serial;      /* of the agent's request */
	uint64_t ticket;      /* order of arrival */
	int64_t waiting_ms;   /* since */
	int64_t memory_bytes; /* what the step may use: limit and the language's extra */
	struct cgroup_step cgroup;
	int64_t start_us;
	int64_t check_us; /* next look at the counters */
	uint32_t killed;  /* enum box_end: why we killed it; 0: not */
	int64_t killed_ms;
	int output_fd; /* read end of the compiler's pipe; -1: none */
	struct buf output;
	bool output_cut;
	int artifact_fd;
};

/* All slots and containers. */
struct slots {
	struct host *host;
	struct slot *slots;
	size_t nslots; /* the last one is the doctor's */
	struct cell *cells;
	size_t ncells;      /* more than slots, so that a fresh one is ready when one is replaced */
	int64_t used_bytes; /* of the memory budget */
	uint64_t tickets;
	uint64_t tags;
};

/* Takes the connection or refuses it; the fd is ours from here. */
void slots_accept(struct slots *all, int fd);
/* Starts waiting steps, in order, as containers and memory allow. */
void slots_start(struct slots *all, int64_t now_ms);
/* Looks at limits; returns milliseconds until the next look (at most `most`). */
int slots_watch(struct slots *all, int most);
/* Readable: the judge's socket, the compiler's pipe, the agent's socket. */
void slot_readable(struct slot *s);
void slot_output(struct slot *s);
void slots_agent(struct slots *all, struct cell *c);
/* The cell's container is gone. */
void slots_lost(struct slots *all, const struct cell *c);

#endif
