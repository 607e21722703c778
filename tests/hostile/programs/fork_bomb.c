// expect: run cpu limit; pids_denied
// options: pids=32 memory_mib=256 wall_ms=30000
#include <unistd.h>
int main(void)
{
	for (;;)
		fork();
}
