/* Keeps the sum in an int: wrong from secret/03-beyond-int on. */
#include <stdio.h>

int main(void)
{
	long long a, b;

	if (scanf("%lld %lld", &a, &b) != 2)
		return 1;
	printf("%d\n", (int)(unsigned int)(a + b));
	return 0;
}
