// All it may signal, at the end of a program that has done its work: it is spared by kill(-1).
// expect: run exited 0
// stdout: 42
#include <signal.h>
#include <unistd.h>
int main(void)
{
	write(1, "42", 2);
	for (int i = 0; i < 4; i++)
		if (fork() == 0)
			pause();
	kill(-1, SIGKILL);
	return 0;
}
