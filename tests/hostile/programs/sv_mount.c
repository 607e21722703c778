// expect: run security violation
#define _GNU_SOURCE
#include <sys/mount.h>
#include <sys/syscall.h>
int main(void)
{
	mount("x", "/tmp", "tmpfs", 0, 0);
	return 0;
}
