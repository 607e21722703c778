// expect: run security violation
#define _GNU_SOURCE
#include <sys/mount.h>
#include <sys/syscall.h>
int main(void)
{
	umount2("/proc", 2);
	return 0;
}
