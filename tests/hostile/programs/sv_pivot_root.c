// expect: run security violation
#define _GNU_SOURCE
#include <unistd.h>
#include <sys/syscall.h>
int main(void)
{
	syscall(SYS_pivot_root, "/", "/tmp");
	return 0;
}
