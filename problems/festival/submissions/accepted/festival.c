#include <stdio.h>
#include <stdlib.h>

#define MOST 50000

struct concert {
	int start, end, joy;
};

static struct concert concerts[MOST];
static long long best[MOST + 1]; /* with the first i concerts, ordered by their ends */

static int by_end(const void *a, const void *b)
{
	const struct concert *p = a, *q = b;

	return (p->end > q->end) - (p->end < q->end);
}

static int count_ended_by(int n, int time)
{
	int low = 0, high = n;

	while (low < high) {
		int middle = (low + high) / 2;
		if (concerts[middle].end <= time)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int main(void)
{
	int n, rest;

	if (scanf("%d %d", &n, &rest) != 2 || n > MOST)
		return 1;
	for (int i = 0; i < n; i++)
		if (scanf("%d %d %d", &concerts[i].start, &concerts[i].end, &concerts[i].joy) != 3)
			return 1;
	qsort(concerts, (size_t)n, sizeof(concerts[0]), by_end);
	for (int i = 0; i < n; i++) {
		long long with = best[count_ended_by(i, concerts[i].start - rest)] + concerts[i].joy;
		best[i + 1] = with > best[i] ? with : best[i];
	}
	printf("%lld\n", best[n]);
	return 0;
}
