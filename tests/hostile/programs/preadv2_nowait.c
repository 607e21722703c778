// RWF_NOWAIT tells whether a page of a shared file is in memory, and with it what others have read.
// expect: run exited 38
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/uio.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(void)
{
	char c;
	struct iovec v = {&c, 1};
	return syscall(SYS_preadv2, open("/usr/bin/env", O_RDONLY), &v, 1, 0, 0, RWF_NOWAIT) < 0 ? errno : 0;
}
