// What a program could leave for another one at work in the next slot; see life.test.mjs.
// expect: run exited 0
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
int main(void)
{
	struct timespec pause = {0, 20000000};
	close(open("/tmp/here", O_RDWR | O_CREAT, 0777));
	mkfifo("/dev/shm/here", 0777);
	for (int i = 0; i < 20; i++) {
		struct stat st;
		nanosleep(&pause, 0);
		if (stat("/tmp/here", &st) < 0 || st.st_nlink != 1)
			return 1;
		if (access("/proc/3", F_OK) == 0 || creat("/tmp/once", 0600) < 0 || unlink("/tmp/once") < 0)
			return 2;
	}
	return 0;
}
