// Fills the feedback folder: it counts as the validator's memory.
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static char block[1 << 20];
	int fd;

	memset(block, 'x', sizeof(block));
	if (argc < 4 || chdir(argv[3]) < 0)
		return 1;
	fd = open("big", O_CREAT | O_WRONLY, 0666);
	for (int i = 0; i < 1000; i++)
		if (write(fd, block, sizeof(block)) != sizeof(block))
			return 43;
	return 42;
}
