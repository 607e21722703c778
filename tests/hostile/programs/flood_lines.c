// Empty lines for ever.
// expect: run killed
// options: output=1000000
#include <string.h>
#include <unistd.h>
static char piece[65536];
int main(void)
{
	memset(piece, '\n', sizeof piece);
	for (;;)
		write(1, piece, sizeof piece);
}
