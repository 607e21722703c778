// expect: run cpu limit
// options: cpu_ms=300
#include <signal.h>
int main(void)
{
	sigset_t all;
	for (int i = 1; i < 65; i++)
		signal(i, SIG_IGN);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, 0);
	for (volatile long i = 0;; i++)
		;
}
