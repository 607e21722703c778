// expect: run signal 9
#include <signal.h>
int main(void)
{
	raise(SIGKILL);
	return 0;
}
