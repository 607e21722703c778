// expect: run security violation
#define _GNU_SOURCE
#include <unistd.h>
#include <sys/syscall.h>
int main(void)
{
	syscall(SYS_add_key, "user", "x", "y", 1, -3);
	return 0;
}
