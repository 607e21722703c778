// expect: run exited 0
// stdout:
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
int main(void)
{
	static const char *const folders[] = {"/", "/usr", "/usr/bin", "/usr/lib", "/etc", "/work", "/dev", "/proc", "/usr/local", "/usr/share"};
	static const char *const files[] = {"/agent", "/work/main", "/usr/bin/env", "/etc/ld.so.cache", "/proc/1/mem",
	        "/proc/sys/kernel/core_pattern", "/proc/1/oom_score_adj", "/dev/sda"};
	char name[200];

	for (unsigned i = 0; i < sizeof folders / sizeof *folders; i++) {
		snprintf(name, sizeof name, "%s/planted", folders[i]);
		if (open(name, O_WRONLY | O_CREAT, 0777) >= 0 || symlink("/etc/shadow", name) == 0 || mkdir(name, 0777) == 0 ||
		        chmod(folders[i], 0777) == 0 || rename(folders[i], "/tmp/x") == 0)
			printf("%s\n", folders[i]);
	}
	for (unsigned i = 0; i < sizeof files / sizeof *files; i++)
		if (open(files[i], O_WRONLY) >= 0 || open(files[i], O_RDWR | O_TRUNC) >= 0 || chmod(files[i], 0777) == 0 ||
		        unlink(files[i]) == 0 || link(files[i], "/tmp/l") == 0)
			printf("%s\n", files[i]);
	return 0;
}
