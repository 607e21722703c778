/* work_memory.c -- the same walk through 64 MB each time, in an order that no cache foresees. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { N = 1 << 24, STEPS = 4000000 };

int main(void)
{
	uint32_t *next = malloc(N * sizeof(*next)), at = 0;
	uint64_t x = 88172645463325252U;

	if (!next)
		return 1;
	for (uint32_t i = 0; i < N; i++)
		next[i] = i;
	for (uint32_t i = N - 1; i > 0; i--) { /* Sattolo: one cycle through all */
		uint32_t j, t;

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		j = (uint32_t)(x % i);
		t = next[i];
		next[i] = next[j];
		next[j] = t;
	}
	for (long i = 0; i < STEPS; i++)
		at = next[at];
	printf("%u\n", at);
	free(next);
	return 0;
}
