// expect: run exited 0
// options: stdin=input repeat=2
// stdout: 1 2 3
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
int main(void)
{
	char text[100];
	long n;
	int fd = open("/proc/self/fd/0", O_RDWR);
	if (write(0, "9", 1) > 0 || (fd >= 0 && write(fd, "9", 1) > 0) || fchmod(0, 0777) == 0 || ftruncate(0, 0) == 0 ||
	        truncate("/proc/self/fd/0", 0) == 0)
		return 1;
	n = read(0, text, sizeof text);
	if (n > 0)
		write(1, text, (size_t)n - 1);
	return 0;
}
