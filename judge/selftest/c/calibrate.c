/* Some 20 ms of arithmetic and of a megabyte of memory, always the same. */
#include <stdint.h>
#include <stdio.h>

static uint32_t cells[1 << 18];

int main(void)
{
	uint64_t x = 88172645463325252ULL;

	for (int i = 0; i < 6000000; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		cells[x & ((1 << 18) - 1)] += (uint32_t)x;
	}
	printf("%u\n", cells[x & ((1 << 18) - 1)]);
	return 0;
}
