// expect: run cpu limit
// options: cpu_ms=400
#include <pthread.h>
static void *spin(void *p)
{
	for (volatile long i = 0;; i++)
		;
	return p;
}
int main(void)
{
	pthread_t t;
	for (int i = 0; i < 8; i++)
		pthread_create(&t, 0, spin, 0);
	spin(0);
}
