/* Goes on to the next beginning only after an improvement: never ends at sample/1. */
#include <stdio.h>

#define MOST 200000

static long long x[MOST], best[MOST + 1];

int main(void)
{
	int n;
	long long c;

	if (scanf("%d %lld", &n, &c) != 2 || n > MOST)
		return 1;
	for (int i = 0; i < n; i++)
		if (scanf("%lld", &x[i]) != 1)
			return 1;
	for (int i = 0; i < n; i++) {
		volatile int j = i;
		best[i + 1] = best[i] + c;
		while (--j >= 0) {
			long long cost = best[j] + c + (x[i] - x[j]) * (x[i] - x[j]);
			if (cost < best[i + 1])
				best[i + 1] = cost;
			else
				j++;
		}
	}
	printf("%lld\n", best[n]);
	return 0;
}
