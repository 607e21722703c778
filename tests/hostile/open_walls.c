/* open_walls.c -- the walls that the agent puts around each step, taken down one by one: what
 * walls.test.mjs shows by it is that the hostile programs would do harm without them. Only its
 * agent is linked with this (each function stands before the one that it wraps), and never
 * installed. Which walls are down is told by WALLS_DOWN, which the test's runtime puts into the
 * container's environment:
 *
 *     seccomp   the system call filter              uid       the unprivileged user
 *     pid       the step's own pid namespace        rlimits   the rlimits
 *     tmp       a fresh /tmp: there is one for all  ipc       a fresh ipc namespace per program
 *     proc      /proc shows processes alone
 *
 * The container around it stays, and so do the control groups: limits of memory and processes are
 * never down. */
#include "base/base.h"
#include "judge/seccomp.h"

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <sched.h>
#include <stdarg.h>
#include <unistd.h>

/* the linker's names for --wrap
 * NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
int __real_clone(int (*fn)(void *), void *stack, int flags, void *arg, ...);
int __wrap_clone(int (*fn)(void *), void *stack, int flags, void *arg, ...);
int __real_mount(
        const char *from, const char *to, const char *type, unsigned long flags, const void *data);
int __wrap_mount(
        const char *from, const char *to, const char *type, unsigned long flags, const void *data);
int __real_seccomp_install(const struct seccomp *s);
int __wrap_seccomp_install(const struct seccomp *s);
int __real_setrlimit(__rlimit_resource_t what, const struct rlimit *limit);
int __wrap_setrlimit(__rlimit_resource_t what, const struct rlimit *limit);
long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
int __real_unshare(int flags);
int __wrap_unshare(int flags);

static bool is_down(const char *wall)
{
	const char *down = getenv("WALLS_DOWN"); // NOLINT(concurrency-mt-unsafe): one thread

	return down && strstr(down, wall);
}

int __wrap_clone(int (*fn)(void *), void *stack, int flags, void *arg, ...)
{
	int *pidfd;
	va_list rest;

	if (!(flags & CLONE_PIDFD))
		return __real_clone(fn, stack, flags, arg);
	va_start(rest, arg);
	pidfd = va_arg(rest, int *);
	va_end(rest);
	if (is_down("pid"))
		flags &= ~CLONE_NEWPID;
	return __real_clone(fn, stack, flags, arg, pidfd);
}

int __wrap_mount(
        const char *from, const char *to, const char *type, unsigned long flags, const void *data)
{
	if (strcmp(to, "/tmp") == 0 && is_down("tmp"))
		return 0;
	if (strcmp(to, "/proc") == 0 && is_down("proc"))
		data = NULL;
	if (__real_mount(from, to, type, flags, data) < 0)
		return -1;
	/* the agent's first: the container is made */
	if (strcmp(to, "/") == 0 && is_down("tmp"))
		return __real_mount(
		        "tmp", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "size=256m,mode=1777");
	return 0;
}

int __wrap_seccomp_install(const struct seccomp *s)
{
	return is_down("seccomp") ? 0 : __real_seccomp_install(s);
}

int __wrap_setrlimit(__rlimit_resource_t what, const struct rlimit *limit)
{
	return is_down("rlimits") ? 0 : __real_setrlimit(what, limit);
}

long __wrap_syscall(long number, ...)
{
	long a[4];
	va_list rest;

	if (is_down("uid") &&
	        (number == SYS_setgroups || number == SYS_setresgid || number == SYS_setresuid))
		return 0;
	va_start(rest, number);
	for (size_t i = 0; i < ARRAY_LEN(a); i++)
		a[i] = va_arg(rest, long);
	va_end(rest);
	return __real_syscall(number, a[0], a[1], a[2], a[3]);
}

int __wrap_unshare(int flags)
{
	return is_down("ipc") ? 0 : __real_unshare(flags);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
