// A file larger than the limit for one, by each way to make it so: the signal ends each of them.
// expect: run signal 25
// options: file_mib=1
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
static char piece[65536];
static void grow(int way)
{
	int fd = way == 0 ? memfd_create("x", 0) : way == 1 ? shm_open("/x", O_RDWR | O_CREAT, 0600) : open("/tmp/x", O_RDWR | O_CREAT, 0600);
	if (way == 2)
		ftruncate(fd, 1 << 21);
	else if (way == 3)
		fallocate(fd, 0, 0, 1 << 21);
	else if (way == 4)
		pwrite(fd, "x", 1, 1 << 20);
	else
		for (int i = 0; i < 32; i++)
			write(fd, piece, sizeof piece);
}
int main(void)
{
	for (int way = 0; way < 5; way++) {
		int status = 0;
		if (fork() == 0) {
			grow(way);
			_exit(0);
		}
		wait(&status);
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGXFSZ)
			return 1 + way;
	}
	grow(5);
	return 0;
}
