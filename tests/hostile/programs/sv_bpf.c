// expect: run security violation
#define _GNU_SOURCE
#include <unistd.h>
#include <sys/syscall.h>
int main(void)
{
	syscall(SYS_bpf, 0, 0, 0);
	return 0;
}
