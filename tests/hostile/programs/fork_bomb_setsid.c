// Daemons by double fork and setsid; the first process ends at once, and with it all of them.
// expect: run exited 0
// options: pids=48 memory_mib=256
#include <unistd.h>
int main(void)
{
	for (int i = 0; i < 40; i++)
		if (fork() == 0) {
			setsid();
			if (fork())
				_exit(0);
			for (;;)
				fork();
		}
	return 0;
}
