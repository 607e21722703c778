/*
 * Halves until the rest is below 1e-12. Between large doubles there is no such
 * small step, so the loop never ends at secret/07-longest.
 */
#include <stdio.h>

#define MOST 20000

static double position[MOST], speed[MOST];

int main(void)
{
	int n;
	double too_soon = 0, enough = 1e9 + 1;

	if (scanf("%d", &n) != 1 || n > MOST)
		return 1;
	for (int i = 0; i < n; i++)
		if (scanf("%lf %lf", &position[i], &speed[i]) != 2)
			return 1;
	while (enough - too_soon > 1e-12) {
		double time = (too_soon + enough) / 2, left = -1e18, right = 1e18;
		for (int i = 0; i < n; i++) {
			if (position[i] - speed[i] * time > left)
				left = position[i] - speed[i] * time;
			if (position[i] + speed[i] * time < right)
				right = position[i] + speed[i] * time;
		}
		if (left <= right)
			enough = time;
		else
			too_soon = time;
	}
	printf("%.9f\n", enough);
	return 0;
}
