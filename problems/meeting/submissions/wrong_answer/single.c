/* Counts in single precision: wrong at secret/06-close-but-far-away. */
#include <stdio.h>

#define MOST 20000

static float position[MOST], speed[MOST];

int main(void)
{
	int n;
	float too_soon = 0, enough = 1e9f;

	if (scanf("%d", &n) != 1 || n > MOST)
		return 1;
	for (int i = 0; i < n; i++)
		if (scanf("%f %f", &position[i], &speed[i]) != 2)
			return 1;
	for (int round = 0; round < 80; round++) {
		float time = (too_soon + enough) / 2, left = -1e18f, right = 1e18f;
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
	printf("%.9f\n", (double)enough);
	return 0;
}
