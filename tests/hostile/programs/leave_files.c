// Each run would find what an earlier one left.
// expect: run exited 0
// options: repeat=3
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
int main(void)
{
	static const char *const names[] = {"/tmp/left", "/dev/shm/left", "/work/left", "/var/tmp/left", "/left", "/dev/left",
	        "/proc/left", "/usr/left", "/etc/left", "left", "/agent/left"};
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		if (access(names[i], F_OK) == 0)
			return 1;
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		close(open(names[i], O_RDWR | O_CREAT, 0777));
	if (shm_open("/seg", O_RDWR, 0) >= 0)
		return 2;
	shm_open("/seg", O_RDWR | O_CREAT, 0777);
	mkfifo("/tmp/fifo", 0777);
	if (fork() == 0) {
		setsid();
		sleep(1000);
	}
	return 0;
}
