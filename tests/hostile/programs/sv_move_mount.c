// expect: run security violation
#define _GNU_SOURCE
#include <unistd.h>
#include <sys/syscall.h>
int main(void)
{
	syscall(SYS_move_mount, -1, "", -100, "/tmp", 4);
	return 0;
}
