// expect: run memory limit
#include <string.h>
#include <sys/mman.h>
int main(void)
{
	char *p = mmap(0, 1UL << 34, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return 1;
	memset(p, 1, 1UL << 34);
	return 2;
}
