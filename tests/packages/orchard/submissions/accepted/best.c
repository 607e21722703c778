#include <stdio.h>

int main(void)
{
	long n, x, here = 0, best = -2000000000;

	if (scanf("%ld", &n) != 1)
		return 1;
	while (scanf("%ld", &x) == 1) {
		here = here > 0 ? here + x : x;
		best = here > best ? here : best;
	}
	printf("%ld\n", best);
}
