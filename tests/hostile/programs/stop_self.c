// expect: run wall limit
// options: wall_ms=500
#include <signal.h>
int main(void)
{
	raise(SIGSTOP);
	return 0;
}
