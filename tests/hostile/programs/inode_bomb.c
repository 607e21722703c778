// expect: run exited 28
// options: cpu_ms=5000 wall_ms=30000 memory_mib=256
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int main(void)
{
	for (int i = 0;; i++) {
		char name[64];
		snprintf(name, sizeof name, "/tmp/%d", i);
		int fd = open(name, O_WRONLY | O_CREAT, 0600);
		if (fd < 0)
			return errno;
		close(fd);
	}
}
