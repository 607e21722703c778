/* cgroup.h -- limits in, measurements out; the only file that knows cgroup v1 from v2.
 *
 * Layout, for instance I and container N:
 *
 *     v1, hybrid: <each hierarchy>/codearena/I/N            made by the runtime: the container
 *                 <memory>/codearena/I/N/step-K             fresh per step (a used one would show
 *                                                           the last test's kernel memory as peak)
 *                 <pids>, <cpuacct>/codearena/I/N/step      one per container, read as differences
 *     v2:         /sys/fs/cgroup/codearena/I/N              the container; its cgroup namespace
 *                 .../N/agent                               the agent is moved here when it is up
 *                 .../N/step-K                              fresh per step, all controllers
 *     both:       codearena/                                has the weight of all for the cpu
 *
 * A step's cgroup is prepared ahead (cgroup_step_prepare), so that starting a step only writes
 * its limits. All files that are read or joined are kept open; those of a cgroup that all steps of
 * a container share belong to the container's. */
#ifndef CGROUP_H
#define CGROUP_H

#include "base/base.h"
#include "base/err.h"

enum cgroup_mode { CGROUP_V1 = 1, CGROUP_V2, CGROUP_HYBRID };

enum { CGROUP_PATH_SIZE = 256, CGROUP_MAX_HIERARCHIES = 16, CGROUP_MAX_JOIN = 3 };

/* The host's hierarchies. */
struct cgroup_host {
	enum cgroup_mode mode;
	char memory[CGROUP_PATH_SIZE]; /* mount points; v2: all three are the same */
	char pids[CGROUP_PATH_SIZE];
	char cpu[CGROUP_PATH_SIZE];                         /* v1: of cpuacct */
	char weight[CGROUP_PATH_SIZE];                      /* v1: of cpu; empty: none */
	char all[CGROUP_MAX_HIERARCHIES][CGROUP_PATH_SIZE]; /* where a runtime makes folders */
	size_t nall;
	char instance[64];
};

/* One step's. */
struct cgroup_step {
	char path[CGROUP_PATH_SIZE]; /* of the fresh one; empty: not prepared */
	int join[CGROUP_MAX_JOIN];   /* files to write "0" into */
	size_t njoin;
	int into;        /* v2: the directory, for clone3; else -1 */
	int limit, swap; /* files to write the memory limit into; swap may be -1 */
	int peak, oom;
	int cpu, pids, pids_max; /* v1: the container's, like all of `join` but the first */
	bool borrows;
	int64_t memory_limit;
	int64_t cpu_base_us;
	int64_t pids_base;
};

/* One container's. */
struct cgroup_cell {
	const struct cgroup_host *host;
	unsigned index;
	bool open;
	unsigned count;            /* steps so far */
	uid_t root_uid;            /* of the container's root on the host */
	struct cgroup_step shared; /* v1: what all steps borrow */
	struct cgroup_step next;
};

struct cgroup_usage {
	int64_t cpu_us;
	int64_t peak_bytes;
	bool oom;       /* a process was killed for memory ... */
	bool own_limit; /* ... and the step was at its own limit */
	bool pids_denied;
};

/* Reads /proc/self/mountinfo. -ERR_BUSY names a controller that is missing. */
int cgroup_detect(struct cgroup_host *h, const char *instance, struct err *err);
/* The pure half: the same from the text of mountinfo. */
int cgroup_parse_mounts(struct cgroup_host *h, const char *mountinfo, struct err *err);
const char *cgroup_mode_name(enum cgroup_mode mode);
/* Kills what runs in this instance's cgroups and removes them, in every hierarchy. */
void cgroup_remove_all(const struct cgroup_host *h);
/* The same for one container's. */
void cgroup_remove_cell(const struct cgroup_host *h, unsigned index);
/* Gives all containers of the machine together the weight of two ordinary processes for each of
 * ncpus processors: under the default all of them would weigh as one process does, and a test case
 * would starve first when the host is busy. */
int cgroup_weigh(const struct cgroup_host *h, size_t ncpus, struct err *err);
/* What config.json says: "/codearena/<instance>/<index>". */
void cgroup_cell_path(const struct cgroup_host *h, unsigned index, char out[CGROUP_PATH_SIZE]);

/* After the container has started with agent `pid` as its first process; host, index and
 * root_uid are set by the caller. */
int cgroup_cell_open(struct cgroup_cell *c, pid_t pid, struct err *err);
void cgroup_cell_close(struct cgroup_cell *c);
/* Makes the next step's cgroup ahead; cheap when there is one. */
int cgroup_step_prepare(struct cgroup_cell *c, struct err *err);
/* Moves the prepared one to *s with its limits set. */
int cgroup_step_begin(struct cgroup_cell *c, int64_t memory_bytes, int64_t pids,
        struct cgroup_step *s, struct err *err);
/* For the polls of a running step: a few microseconds. */
int64_t cgroup_step_cpu_us(const struct cgroup_step *s);
bool cgroup_step_oom(const struct cgroup_step *s);
/* When all its processes are dead: reads everything. */
int cgroup_step_usage(const struct cgroup_step *s, struct cgroup_usage *u, struct err *err);
/* Closes and removes it. False: something was still in it, and was killed. */
bool cgroup_step_end(struct cgroup_step *s);

#endif
