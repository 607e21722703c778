/* hello.c -- the payload of bench-sandbox: says hello, but inside of the sandbox only when every
 * wall is up. With an argument it runs outside, as the thing to compare with. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static int wall(int up, const char *name)
{
	if (!up)
		printf("down: %s\n", name);
	return !up;
}

static int check_walls(void)
{
	struct rlimit r;
	struct stat st;
	int down = 0;

	down += wall(getpid() == 2, "pid namespace");
	down += wall(getuid() == 1000 && getgid() == 1000, "uid");
	down += wall(kill(-1, 0) < 0 && errno == ESRCH, "nobody else to signal");
	down += wall(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1, "no_new_privs");
	down += wall(prctl(PR_GET_SECCOMP, 0, 0, 0, 0) != 0, "seccomp");
	down += wall(socket(AF_INET, SOCK_STREAM, 0) < 0, "sockets");
	down += wall(unshare(CLONE_NEWUSER) < 0, "namespaces");
	down += wall(shmget(IPC_PRIVATE, 1, IPC_CREAT) < 0, "System V memory");
	down += wall(open("/file", O_CREAT | O_WRONLY, 0600) < 0, "read-only root");
	down += wall(open("/etc/passwd", O_RDONLY) < 0, "files of the host");
	down += wall(fcntl(3, F_GETFD) < 0 && errno == EBADF, "descriptors");
	down += wall(stat("/proc/1/fd", &st) < 0 || st.st_uid != 1000, "proc");
	down += wall(stat("/tmp", &st) == 0 && (st.st_mode & S_ISVTX), "tmp");
	down += wall(getrlimit(RLIMIT_CPU, &r) == 0 && r.rlim_max != RLIM_INFINITY, "rlimits");
	return down;
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc < 2 && check_walls() > 0)
		return 1;
	puts("hello");
	return 0;
}
