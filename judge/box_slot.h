/* box_slot.h -- one connection of a judge: its requests, its two lanes, its step at work.
 *
 *     FREE --accept--> NEW --HELLO--> IDLE --request--> WAITING --> WORKING --> IDLE
 *
 * WAITING: for containers and for room in the memory budget, in order of arrival. A step that needs
 * both lanes begins when it has both, so two slots never wait for each other: there are as many
 * containers as lanes. The slot pulls nothing itself: slots_start (called after every event)
 * starts what can start. */
#ifndef BOX_SLOT_H
#define BOX_SLOT_H

#include "judge/box_lane.h"

enum slot_phase { SLOT_FREE, SLOT_NEW, SLOT_IDLE, SLOT_WAITING, SLOT_WORKING };

struct slot {
	struct slots *all;
	unsigned index;
	enum slot_phase phase;
	int fd;
	struct lane lanes[BOX_LANES];
	struct box_request q; /* at work */
	int in[BOX_MAX_FDS];  /* its descriptors */
	size_t nin;
	uint64_t ticket;      /* order of arrival */
	int64_t waiting_ms;   /* since */
	int64_t memory_bytes; /* of the budget: what the lanes may use, and copies */
	int transcript_fd;    /* memfd; -1: none */
};

/* All slots and containers. */
struct slots {
	struct host *host;
	struct slot *slots;
	size_t nslots; /* the last one is the doctor's */
	struct cell *cells;
	size_t ncells;      /* more than lanes, so that a fresh one is ready when one is replaced */
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
/* Readable: the judge's socket, a pipe that box reads, the agent's socket. */
void slot_readable(struct slot *s);
void slot_output(struct slot *s, int fd);
void slots_agent(struct slots *all, struct cell *c);
/* box_check.c: may the request at work do with these descriptors what it wants? */
int slot_check_inputs(const struct slot *s, const struct box_request *q, struct err *err);
/* The cell's container is gone. */
void slots_lost(struct slots *all, const struct cell *c);

#endif
