// expect: run exited 0
// stdout: agent bin dev etc lib lib32 lib64 libx32 proc sbin tmp usr work
#include <fcntl.h>
#include <stdio.h>
#include <dirent.h>
int main(void)
{
	static const char *const names[] = {"/root", "/home", "/var", "/sys/kernel", "/etc/passwd", "/proc/1/root/etc",
	        "/proc/1/exe", "/proc/1/environ", "/proc/kallsyms", "/proc/kcore", "/proc/keys", "/proc/sys/kernel",
	        "/proc/sysrq-trigger", "/proc/net/unix", "/dev/mem", "/dev/kmsg", "/dev/sda", "/dev/vda", "/dev/fuse",
	        "/dev/kvm", "/dev/vsock", "/dev/net/tun", "/sys/fs/cgroup", "/run"};
	struct dirent **list;
	int n = scandir("/", &list, 0, alphasort), found = 0;

	for (int i = 0; i < n; i++)
		if (list[i]->d_name[0] != '.')
			printf("%s%s", found++ ? " " : "", list[i]->d_name);
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		if (open(names[i], O_RDONLY) >= 0)
			printf(" OPEN:%s", names[i]);
	return 0;
}
