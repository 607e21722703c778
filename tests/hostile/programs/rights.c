// expect: run exited 0
// stdout: 1000 1000 0 caps=0 nnp=1
#define _GNU_SOURCE
#include <linux/capability.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(void)
{
	struct __user_cap_header_struct h = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct d[2] = {0};
	syscall(SYS_capget, &h, d);
	printf("%d %d %d caps=%x nnp=%d", getuid(), getgid(), getgroups(0, 0),
	        d[0].effective | d[0].permitted | d[0].inheritable | d[1].effective | d[1].permitted, prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	return 0;
}
