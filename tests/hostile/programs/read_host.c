// expect: run exited 0
// stdout: agent bin data dev etc lib lib32 lib64 libx32 pre proc sbin tmp usr work
// Of the folders that others fill a program finds nothing: /data is a validator's, /pre holds the
// table's precompiled headers (none is made here).
#include <fcntl.h>
#include <stdio.h>
#include <dirent.h>
#include <sys/statvfs.h>

static const char *const names[] = {"/root", "/home", "/var", "/sys/kernel", "/etc/passwd", "/proc/1/root/etc",
        "/proc/1/exe", "/proc/1/environ", "/proc/kallsyms", "/proc/kcore", "/proc/keys", "/proc/sys/kernel",
        "/proc/sysrq-trigger", "/proc/net/unix", "/dev/mem", "/dev/kmsg", "/dev/sda", "/dev/vda", "/dev/fuse",
        "/dev/kvm", "/dev/vsock", "/dev/net/tun", "/sys/fs/cgroup", "/run"};

static int print_names(const char *folder, const char *before, const char *between)
{
	struct dirent **list;
	int n = scandir(folder, &list, 0, alphasort), found = 0;

	for (int i = 0; i < n; i++)
		if (list[i]->d_name[0] != '.')
			printf("%s%s", found++ ? between : before, list[i]->d_name);
	return n;
}

static void check_empty(const char *folder)
{
	struct statvfs s;

	if (print_names(folder, " IN:", ",") < 0)
		printf(" CANNOT:%s", folder);
	if (statvfs(folder, &s) < 0 || !(s.f_flag & ST_RDONLY))
		printf(" WRITABLE:%s", folder);
}

int main(void)
{
	print_names("/", "", " ");
	check_empty("/data");
	check_empty("/pre");
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		if (open(names[i], O_RDONLY) >= 0)
			printf(" OPEN:%s", names[i]);
	return 0;
}
