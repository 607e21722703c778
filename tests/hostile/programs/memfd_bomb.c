// expect: run memory limit
#define _GNU_SOURCE
#include <sys/mman.h>
#include <unistd.h>
static char piece[1 << 20];
int main(void)
{
	int fd = memfd_create("x", 0);
	while (write(fd, piece, sizeof piece) > 0)
		;
	return 1;
}
