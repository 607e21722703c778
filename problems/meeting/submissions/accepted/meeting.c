#include <stdio.h>

#define MOST 20000
#define ROUNDS 80

static double position[MOST], speed[MOST];

int main(void)
{
	int n;
	double too_soon = 0, enough = 1e9;

	if (scanf("%d", &n) != 1 || n > MOST)
		return 1;
	for (int i = 0; i < n; i++)
		if (scanf("%lf %lf", &position[i], &speed[i]) != 2)
			return 1;
	for (int round = 0; round < ROUNDS; round++) {
		double time = (too_soon + enough) / 2;
		double left = -1e18, right = 1e18;
		for (int i = 0; i < n; i++) {
			double reach = speed[i] * time;
			if (position[i] - reach > left)
				left = position[i] - reach;
			if (position[i] + reach < right)
				right = position[i] + reach;
		}
		if (left <= right)
			enough = time;
		else
			too_soon = time;
	}
	printf("%.9f\n", enough);
	return 0;
}
