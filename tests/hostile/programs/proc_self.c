// What a program could change of itself by /proc: nothing that counts.
// expect: run exited 0
// stdout:
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int main(void)
{
	static const char *const names[] = {"/proc/self/oom_score_adj", "/proc/self/uid_map", "/proc/self/gid_map",
	        "/proc/self/setgroups", "/proc/self/loginuid", "/proc/1/oom_score_adj", "/proc/1/mem", "/proc/1/maps",
	        "/proc/1/environ", "/proc/1/ns/mnt", "/proc/1/root/agent", "/proc/1/cwd/agent", "/proc/1/fd/0"};
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
		int fd = open(names[i], O_RDWR);
		if (fd >= 0 && write(fd, "-1000", 5) == 5)
			printf("%s\n", names[i]);
	}
	return access("/proc/1/root", R_OK) == 0 || access("/proc/1/fd", R_OK) == 0;
}
