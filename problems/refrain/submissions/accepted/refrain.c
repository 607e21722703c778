#include <stdio.h>
#include <string.h>

#define LONGEST 300000

static char s[LONGEST + 2];
static int border[LONGEST + 1]; /* of the prefix of each length: its longest prefix that is also a suffix */

int main(void)
{
	if (scanf("%300000s", s) != 1)
		return 1;
	int n = (int)strlen(s);
	for (int i = 1, k = 0; i < n; i++) {
		while (k > 0 && s[i] != s[k])
			k = border[k];
		if (s[i] == s[k])
			k++;
		border[i + 1] = k;
	}
	int period = n - border[n];
	printf("%d\n%s\n", period, n % period == 0 ? "yes" : "no");
	return 0;
}
