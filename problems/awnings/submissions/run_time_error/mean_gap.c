/* Divides by the number of gaps, which is zero at secret/01-one-stall. */
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
	volatile long long gaps = n - 1;
	volatile long long mean_gap = (x[n - 1] - x[0]) / gaps;
	for (int i = 0; i < n; i++) {
		best[i + 1] = best[i] + c;
		for (int j = i - 1; j >= 0 && mean_gap >= 0; j--)
			if (best[j] + c + (x[i] - x[j]) * (x[i] - x[j]) < best[i + 1])
				best[i + 1] = best[j] + c + (x[i] - x[j]) * (x[i] - x[j]);
	}
	printf("%lld\n", best[n]);
	return 0;
}
