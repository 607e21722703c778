/* proc.h -- start a program with exactly the descriptors given, wait with a deadline, kill.
 * posix_spawn inside (forking a large parent costs tens of milliseconds). */
#ifndef PROC_H
#define PROC_H
#include "base/base.h"
#include "base/err.h"

struct proc_fds {
	int stdin_fd;  /* -1: /dev/null */
	int stdout_fd; /* -1: /dev/null */
	int stderr_fd; /* -1: inherited */
	int extra_fd;  /* becomes fd 3; -1: none. All others are closed. */
};

/* argv[0] is looked up in PATH. envp NULL: PATH, LANG=C.UTF-8 and HOME=/ only. */
int proc_spawn(const char *const *argv, const char *const *envp, const struct proc_fds *fds,
        pid_t *pid, struct err *err);
/* Waits up to timeout_ms; 0 and *status (as waitpid) or -ERR_BUSY when it still runs. */
int proc_wait(pid_t pid, int timeout_ms, int *status, struct err *err);
void proc_kill(pid_t pid); /* SIGKILL and reap */
/* Runs to its end; stdout and stderr together in *out (caller frees; at most 64 KiB kept).
 * 0 when it exited 0; -ERR_BUSY with its words otherwise. out may be NULL. */
int proc_run(const char *const *argv, int timeout_ms, char **out, struct err *err);
#endif
