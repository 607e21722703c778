// The init is root of the container: its signals are not ours to send.
// expect: run exited 0
#include <signal.h>
#include <unistd.h>
int main(void)
{
	int r = kill(1, SIGKILL) == 0 || kill(getppid(), SIGSTOP) == 0;
	kill(-1, SIGKILL);
	return r;
}
