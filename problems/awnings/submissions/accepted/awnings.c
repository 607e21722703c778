#include <stdio.h>

/*
 * best[i], the cost of the first i stalls, is the least over j < i of
 * best[j] + c + (x[i-1] - x[j])^2. With the square multiplied out this is the
 * lowest at x[i-1] of lines with slope -2 x[j] and offset best[j] + x[j]^2.
 * Slopes fall and questions rise, so the lower hull is a queue. All products
 * stay below 2^63: offsets up to 3e12 times slopes up to 2e6.
 */

#define MOST 200000

static long long x[MOST], slope[MOST], offset[MOST];

static int is_above(int a, int b, int c)
{
	return (offset[c] - offset[a]) * (slope[a] - slope[b]) <= (offset[b] - offset[a]) * (slope[a] - slope[c]);
}

int main(void)
{
	int n, first = 0, count = 0;
	long long c, best = 0;

	if (scanf("%d %lld", &n, &c) != 2 || n > MOST)
		return 1;
	for (int i = 0; i < n; i++)
		if (scanf("%lld", &x[i]) != 1)
			return 1;
	for (int i = 0; i < n; i++) {
		slope[count] = -2 * x[i];
		offset[count] = best + x[i] * x[i];
		while (count - first >= 2 && is_above(count - 2, count - 1, count)) {
			slope[count - 1] = slope[count];
			offset[count - 1] = offset[count];
			count--;
		}
		count++;
		while (count - first >= 2 &&
		       slope[first + 1] * x[i] + offset[first + 1] <= slope[first] * x[i] + offset[first])
			first++;
		best = slope[first] * x[i] + offset[first] + x[i] * x[i] + c;
	}
	printf("%lld\n", best);
	return 0;
}
