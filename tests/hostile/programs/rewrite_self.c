// CVE-2019-5736 and its kind: its own program, its parent's, the loader, through every name of them.
// expect: run exited 0
// options: repeat=2
// stdout:
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
int main(void)
{
	static const char *const names[] = {"/proc/self/exe", "/proc/1/exe", "/proc/2/exe", "/agent", "/work/main", "main",
	        "/proc/self/root/agent", "/lib64/ld-linux-x86-64.so.2", "/usr/sbin/runc", "/usr/bin/runc"};
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
		int handle = open(names[i], O_PATH);
		char again[64];
		snprintf(again, sizeof again, "/proc/self/fd/%d", handle);
		if (open(names[i], O_WRONLY) >= 0 || (handle >= 0 && open(again, O_WRONLY) >= 0) || truncate(names[i], 0) == 0 ||
		        unlink(names[i]) == 0 || chmod(names[i], 0777) == 0 || symlink("/etc/passwd", names[i]) == 0)
			printf("%s\n", names[i]);
	}
	return 0;
}
