// A file of 4 GiB, with nothing in it.
#include <fcntl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int fd;

	if (argc < 4 || chdir(argv[3]) < 0)
		return 1;
	fd = open("judgemessage.txt", O_CREAT | O_WRONLY, 0666);
	return ftruncate(fd, 1L << 32) == 0 ? 42 : 2;
}
