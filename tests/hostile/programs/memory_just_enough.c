// expect: run exited 0
#include <stdlib.h>
#include <string.h>
int main(void)
{
	volatile char *p = malloc(60 << 20);
	for (long i = 0; i < 60 << 20; i += 4096)
		p[i] = 1;
	return 0;
}
