/* work_memory.c -- the same walk through 64 MB each time, in an order that no cache foresees: that
 * of a linear congruence of full period. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { N = 1 << 24, STEPS = 8000000 };

int main(void)
{
	uint32_t *next = malloc(N * sizeof(*next)), at = 0;

	if (!next)
		return 1;
	for (uint32_t i = 0; i < N; i++)
		next[i] = (i * 1664525U + 1013904223U) % N;
	for (long i = 0; i < STEPS; i++)
		at = next[at];
	printf("%u\n", at);
	free(next);
	return 0;
}
