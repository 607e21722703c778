// Reads its input in small pieces with pauses, and says its sum.
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
int main(void)
{
	uint32_t sum = 7;
	unsigned char piece[257];
	for (long n, i = 0; (n = read(0, piece, sizeof piece)) > 0; i++) {
		for (long k = 0; k < n; k++)
			sum = sum * 31 + piece[k];
		if (i % 8 == 0)
			nanosleep(&(struct timespec){0, 1000000}, 0);
	}
	printf("%u", sum);
	return 0;
}
