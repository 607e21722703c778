// Stopped by its child, which goes on with the work: the wall limit counts.
// expect: run wall limit
// options: wall_ms=500
#include <signal.h>
#include <unistd.h>
int main(void)
{
	pid_t me = getpid();
	if (fork() == 0) {
		kill(me, SIGSTOP);
		for (;;)
			pause();
	}
	for (;;)
		pause();
}
