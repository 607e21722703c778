// 20,000 round trips.
#include <stdio.h>

int main(void)
{
	int n = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 0; i < 20000; i++) {
		printf("%d\n", n);
		if (scanf("%d", &n) != 1 || n != i + 1)
			return 1;
	}
	return 0;
}
