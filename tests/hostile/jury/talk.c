// Echoes numbers; for the time of a round trip.
#include <stdio.h>

int main(void)
{
	int n;

	setvbuf(stdout, NULL, _IOLBF, 0);
	while (scanf("%d", &n) == 1)
		printf("%d\n", n + 1);
	return 42;
}
