// A file larger than /tmp, sparse and preallocated.
// expect: run exited 0
// stdout: 28
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int main(void)
{
	int fd = open("/tmp/x", O_RDWR | O_CREAT, 0600);
	int r = posix_fallocate(fd, 0, 1L << 29);
	printf("%d", r);
	return ftruncate(fd, 1L << 30) == 0 && pwrite(fd, "x", 1, 1L << 29) == 1 && lseek(fd, 0, SEEK_END) == 1L << 30 ? 0 : 1;
}
