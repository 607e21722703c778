// As many descriptors as there are, of every kind that can be had.
// expect: run exited 24
#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <unistd.h>
int main(void)
{
	for (;;)
		if (eventfd(0, 0) < 0 || epoll_create1(0) < 0 || timerfd_create(1, 0) < 0 || open("/dev/null", O_RDONLY) < 0)
			return errno;
}
