/* runc.h -- the OCI runtime as a command. The ids of our containers are "<instance>-<index>"; the
 * runtime keeps its state in a folder of this instance alone, so everything in it is ours.
 *
 * runc and crun will do; crun refuses a machine where both versions of control groups have
 * controllers. runsc speaks the same language but hands no descriptors to a container, and its
 * programs are in no control group of the host: nothing could be measured. */
#ifndef RUNC_H
#define RUNC_H

#include "base/base.h"
#include "base/err.h"

#include <sys/types.h>

enum { RUNC_ID_SIZE = 96, RUNC_PATH_SIZE = 512 };

struct runc {
	const char *command; /* "runc", "crun" or a path */
	bool unfit;          /* as runc_check found */
	char state[RUNC_PATH_SIZE];
	char instance[64];
};

void runc_id(const struct runc *r, unsigned index, char out[RUNC_ID_SIZE]);
/* Is the command there (-ERR_BUSY if not), and can it do what we need (-ERR_INPUT if not)? First
 * line of its version; caller frees. */
int runc_check(const char *command, char **version, struct err *err);

struct runc_new {
	unsigned index;
	const char *dir; /* of the bundle */
	int agent_fd;    /* becomes the container's descriptor 3 */
};

/* Starts `run --detach`; *pid is the
 * command's own, which ends when the container is up. Its words go to <dir>/log, the container's
 * first pid to <dir>/pid. */
int runc_start(const struct runc *r, const struct runc_new *n, pid_t *pid, struct err *err);
/* Starts `delete --force`. */
int runc_delete(const struct runc *r, unsigned index, pid_t *pid, struct err *err);
/* At start: deletes all containers that an earlier box left. */
int runc_delete_all(const struct runc *r, struct err *err);
/* From <dir>/pid; -1: none. */
pid_t runc_read_pid(const char *dir);
/* The last line of <dir>/log, for a sentence. */
void runc_read_log(const char *dir, char *out, size_t size);

#endif
