// CPU time of processes that nobody waits for counts as well.
// expect: run cpu limit
// options: cpu_ms=400
#include <unistd.h>
int main(void)
{
	for (int i = 0; i < 4; i++)
		if (fork() == 0) {
			setsid();
			if (fork())
				_exit(0);
			for (volatile long k = 0;; k++)
				;
		}
	pause();
}
