// A grandchild that wants to write after the end: what the parent has said is all.
// expect: run exited 0
// stdout: first
#include <unistd.h>
int main(void)
{
	write(1, "first", 5);
	if (fork() == 0) {
		setsid();
		if (fork())
			_exit(0);
		sleep(1);
		for (;;)
			write(1, "later", 5);
	}
	return 0;
}
