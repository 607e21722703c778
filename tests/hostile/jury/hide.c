// A validator that leaves things where a submission might look, before the guessing begins.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int guess;

	if (argc < 4 || open("/tmp/secret", O_CREAT | O_WRONLY, 0666) < 0 ||
	    open("/dev/shm/secret", O_CREAT | O_WRONLY, 0666) < 0 ||
	    open("/data/feedback/secret", O_CREAT | O_WRONLY, 0666) < 0)
		return 1;
	if (scanf("%d", &guess) != 1)
		return 43;
	printf("right\n");
	return 42;
}
