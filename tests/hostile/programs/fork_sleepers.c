// expect: run wall limit; pids_denied
// options: pids=24 memory_mib=256 wall_ms=700
#include <unistd.h>
int main(void)
{
	while (fork() > 0)
		;
	for (;;)
		pause();
}
