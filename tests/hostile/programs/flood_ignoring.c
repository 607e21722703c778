// Does not care that nobody reads any more, nor about any signal.
// expect: run killed
// options: output=100000
#include <signal.h>
#include <unistd.h>
static char piece[65536];
int main(void)
{
	for (int i = 1; i < 65; i++)
		signal(i, SIG_IGN);
	if (fork())
		setsid();
	for (;;)
		write(1, piece, sizeof piece);
}
