/* Keeps the voucher as a souvenir: wrong at sample/1. Bellman and Ford, which ends early on all the small maps. */
#include <stdio.h>

#define FAR 1000000000000000LL

static long long cost[20001];
static int a[60000], b[60000], c[60000];

static int improve(int from, int to, int fare)
{
	if (cost[from] + fare >= cost[to])
		return 0;
	cost[to] = cost[from] + fare;
	return 1;
}

int main(void)
{
	int n, m, changed = 1;

	if (scanf("%d %d", &n, &m) != 2)
		return 1;
	for (int i = 0; i < m; i++)
		if (scanf("%d %d %d", &a[i], &b[i], &c[i]) != 3)
			return 1;
	for (int i = 2; i <= n; i++)
		cost[i] = FAR;
	while (changed) {
		changed = 0;
		for (int i = 0; i < m; i++)
			changed |= improve(a[i], b[i], c[i]) | improve(b[i], a[i], c[i]);
	}
	if (cost[n] == FAR)
		printf("impossible\n");
	else
		printf("%lld\n", cost[n]);
	return 0;
}
