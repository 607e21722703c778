// Every number, as a process, a group and a thread: nobody but itself is there.
// expect: run exited 0
// options: cpu_ms=3000
// stdout:
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(void)
{
	for (int pid = -70000; pid < 70000; pid++) {
		if (pid == -1 || pid == 0 || pid == getpid() || pid == -getpgrp())
			continue;
		if (kill(pid, 0) == 0 || (pid > 0 && syscall(SYS_tkill, pid, SIGKILL) == 0))
			printf("%d\n", pid);
	}
	return 0;
}
