// expect: run exited 0; pids_denied
// options: pids=20
#include <pthread.h>
#include <unistd.h>
static void *wait_forever(void *p)
{
	pause();
	return p;
}
int main(void)
{
	pthread_t t;
	int n = 0;
	while (pthread_create(&t, 0, wait_forever, 0) == 0)
		n++;
	return n == 19 ? 0 : 1;
}
