// Kernel memory by timers: their number is limited.
// expect: run exited 11
// options: cpu_ms=3000
#include <errno.h>
#include <signal.h>
#include <time.h>
int main(void)
{
	for (int i = 0; i < 10000000; i++) {
		struct sigevent e = {.sigev_notify = SIGEV_NONE};
		timer_t t;
		if (timer_create(CLOCK_MONOTONIC, &e, &t) < 0)
			return errno;
	}
	return 0;
}
