/* Reads the first 1000 notes only: wrong at secret/10-last-differs. */
#include <stdio.h>
#include <string.h>

int main(void)
{
	char s[1001];

	if (scanf("%1000s", s) != 1)
		return 1;
	int n = (int)strlen(s), period = 1;
	while (memcmp(s, s + period, (size_t)(n - period)) != 0)
		period++;
	printf("%d\n%s\n", period, n % period == 0 ? "yes" : "no");
	return 0;
}
