// expect: run exited 0
#include <sys/resource.h>
int main(void)
{
	struct rlimit r = {1 << 20, 1 << 20}, core;
	getrlimit(RLIMIT_CORE, &core);
	return setrlimit(RLIMIT_NOFILE, &r) == 0 || core.rlim_max > 1;
}
