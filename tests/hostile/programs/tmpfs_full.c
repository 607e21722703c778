// expect: run exited 0
// options: tmp_mib=4
// stdout: 28 4194304
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
static char piece[4096];
int main(void)
{
	int fd = open("/tmp/x", O_WRONLY | O_CREAT, 0600);
	long n, sum = 0;
	while ((n = write(fd, piece, sizeof piece)) > 0)
		sum += n;
	printf("%d %ld", errno, sum);
	return 0;
}
