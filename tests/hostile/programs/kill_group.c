// Its own process group: itself.
// expect: run signal 9
#include <signal.h>
int main(void)
{
	kill(0, SIGKILL);
	return 0;
}
