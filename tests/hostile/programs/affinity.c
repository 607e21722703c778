// A program, its threads and its children are on one processor, and cannot leave it.
// expect: run exited 0
// stdout: 1 1 1
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static cpu_set_t every(void)
{
	cpu_set_t set;

	for (unsigned i = 0; i < CPU_SETSIZE; i++)
		CPU_SET(i, &set);
	return set;
}

static int count(void)
{
	cpu_set_t set = every();

	sched_setaffinity(0, sizeof(set), &set);
	return sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : -1;
}

static void *in_thread(void *n)
{
	*(int *)n = count();
	return NULL;
}

int main(void)
{
	int own = count(), thread = 0, child = 0;
	pthread_t t;

	pthread_create(&t, NULL, in_thread, &thread);
	pthread_join(t, NULL);
	if (fork() == 0)
		_exit(count());
	wait(&child);
	printf("%d %d %d", own, thread, WEXITSTATUS(child));
	return 0;
}
