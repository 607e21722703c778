/* work_cpu.c -- the same work on registers each time, some 0.4 s of it. */
#include <stdint.h>
#include <stdio.h>

int main(void)
{
	uint64_t x = 88172645463325252U;

	for (long i = 0; i < 200000000; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
	}
	printf("%llu\n", (unsigned long long)x);
	return 0;
}
