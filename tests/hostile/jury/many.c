// As many files as it can make.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char name[32];
	int n = 0, fd;

	if (argc < 4 || chdir(argv[3]) < 0)
		return 1;
	for (; snprintf(name, sizeof(name), "%d", n) > 0; n++) {
		fd = open(name, O_CREAT | O_WRONLY, 0666);
		if (fd < 0)
			break;
		close(fd);
	}
	printf("%d files\n", n);
	return n <= 256 ? 42 : 43;
}
