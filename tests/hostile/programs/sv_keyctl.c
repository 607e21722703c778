// expect: run security violation
#define _GNU_SOURCE
#include <unistd.h>
#include <sys/syscall.h>
int main(void)
{
	syscall(SYS_keyctl, 0, -3, 0);
	return 0;
}
