// Kernel memory in pipes counts too, or the descriptors end first.
// expect: run exited 0
#include <fcntl.h>
#include <unistd.h>
static char piece[65536];
int main(void)
{
	int p[2];
	for (int i = 0; i < 400 && pipe(p) == 0; i++) {
		fcntl(p[1], F_SETFL, O_NONBLOCK);
		write(p[1], piece, sizeof piece);
	}
	return 0;
}
