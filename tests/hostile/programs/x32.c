// expect: run exited 0
#include <errno.h>
#include <unistd.h>
int main(void)
{
	return syscall(0x40000000L | 39) == -1 && errno == ENOSYS && syscall(0x40000000L | 521) == -1 && errno == ENOSYS ? 0 : 1;
}
