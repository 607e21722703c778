// Says wrong by closing its input and output, and needs a moment to leave.
#include <unistd.h>

int main(void)
{
	char byte;

	(void)!read(0, &byte, 1);
	close(0);
	close(1);
	usleep(200000);
	return 43;
}
