// The signal is ignored, and the limit cannot be raised: EFBIG, and a file of the limit's size.
// expect: run exited 0
// options: file_mib=1
// stdout: 27 1048576
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>
static char piece[65536];
int main(void)
{
	const struct rlimit more = {RLIM_INFINITY, RLIM_INFINITY};
	int fd = open("/tmp/x", O_RDWR | O_CREAT, 0600);
	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &more) == 0)
		return 1;
	while (write(fd, piece, sizeof piece) > 0)
		;
	printf("%d %ld", errno, (long)lseek(fd, 0, SEEK_END));
	return 0;
}
