// expect: run security violation
#define _GNU_SOURCE
#include <unistd.h>
#include <sys/syscall.h>
int main(void)
{
	syscall(SYS_open_tree, -100, "/", 1);
	return 0;
}
