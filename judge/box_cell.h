/* box_cell.h -- one warm container of codearena-box and its life:
 *
 *     DOWN --start--> STARTING --agent READY and command ended--> READY
 *       ^                |                                          |
 *       +--- DELETING <--+------------- cell_retire ----------------+
 *
 * Nothing here waits: commands of the runtime are children whose end box hears of, the agent's
 * words arrive in the event loop. A start that fails is tried again, ever more slowly; why it
 * failed is kept in `last` for the judge. */
#ifndef BOX_CELL_H
#define BOX_CELL_H

#include "base/base.h"
#include "base/conf.h"
#include "base/cpus.h"
#include "base/err.h"
#include "judge/agent.h"
#include "judge/box_store.h"
#include "judge/bundle.h"
#include "judge/cgroup.h"
#include "judge/language.h"
#include "judge/runc.h"

/* What all containers share; made at start. */
struct host {
	const struct conf *conf;
	struct cgroup_host cgroup;
	struct languages languages;
	struct runc runc;
	struct bundle_root root;
	struct store store;
	char agent[BUNDLE_PATH_SIZE];     /* the agent's program */
	char state_dir[BUNDLE_PATH_SIZE]; /* survives box: the runtime's state, logs */
	int64_t budget_bytes;
	int cpus[CPU_SETSIZE]; /* those that steps are put on, a slot on one */
	size_t ncpus;
	char cores[CPUS_TEXT_SIZE]; /* the same as a list */
};

enum cell_state { CELL_DOWN, CELL_STARTING, CELL_READY, CELL_DELETING };

struct cell {
	const struct host *host;
	unsigned index;
	enum cell_state state;
	char dir[BUNDLE_PATH_SIZE];
	int fd;          /* the agent; -1: none */
	pid_t helper;    /* the runtime's command at work, or -1 */
	bool said_ready; /* the agent did */
	pid_t agent;
	struct cgroup_cell cgroup;
	int64_t steps;   /* executions so far */
	uint64_t loaded; /* which artifact is inside; 0: none */
	bool taken;      /* by a lane */
	bool asleep;     /* not started before it is needed */
	int64_t since_ms;
	int64_t retry_ms; /* DOWN: not before */
	unsigned failures;
	struct err last; /* of the last failed start */
};

void cell_init(struct cell *c, const struct host *host, unsigned index);
/* What is due: a start, a time-out. */
void cell_tick(struct cell *c, int64_t now_ms);
/* A child ended; false when it was not this cell's. */
bool cell_child(struct cell *c, pid_t pid, int status);
/* The agent's socket is readable: 1 a DONE, ENDED or OVER is in *reply; 0 nothing to do; -1 the
 * agent is gone (the cell has been retired). */
int cell_receive(struct cell *c, struct agent_reply *reply);
int cell_send(struct cell *c, const struct agent_request *q, const int *fds, size_t nfds,
        struct err *err);
/* Kills the container with all that is in it; a new one is started in its place. */
void cell_retire(struct cell *c);
/* At the end of box: kills, without a new one. */
void cell_stop(struct cell *c);

#endif
