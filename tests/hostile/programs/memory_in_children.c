// The limit is on all processes together.
// expect: run memory limit
#include <stdlib.h>
#include <unistd.h>
int main(void)
{
	for (int i = 0; i < 8; i++)
		if (fork() == 0)
			break;
	volatile char *p = malloc(20 << 20);
	for (long i = 0; i < 20 << 20; i += 4096)
		p[i] = 1;
	pause();
}
