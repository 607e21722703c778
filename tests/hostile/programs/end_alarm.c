// expect: run signal 14
#include <unistd.h>
int main(void)
{
	alarm(1);
	pause();
	return 0;
}
