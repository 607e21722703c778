// expect: run security violation
#define _GNU_SOURCE
#include <sys/ptrace.h>
#include <sys/syscall.h>
int main(void)
{
	ptrace(PTRACE_TRACEME, 0, 0, 0);
	return 0;
}
