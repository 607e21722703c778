#include <fcntl.h>
#include <unistd.h>
static char piece[1 << 20];
int main(void)
{
	int fd = open("/tmp/x", O_WRONLY | O_CREAT, 0600);
	while (write(fd, piece, sizeof piece) > 0)
		;
	return 1;
}
