// expect: run killed
// options: output=1000000
#include <unistd.h>
static char piece[65536];
int main(void)
{
	for (;;)
		write(2, piece, sizeof piece);
}
