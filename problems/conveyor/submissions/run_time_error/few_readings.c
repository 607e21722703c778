/* Has room for 100000 readings and stops at secret/11-even-steps, which has 200000. */
#include <stdio.h>
#include <stdlib.h>

#define MOST 100000

int main(void)
{
	static int changes[MOST], first[1000];
	int n, m, remainder = 0, longest = 0, start = 0;

	if (scanf("%d %d", &n, &m) != 2)
		return 1;
	if (n > MOST)
		abort();
	for (int i = 0; i < n; i++)
		if (scanf("%d", &changes[i]) != 1)
			return 1;
	first[0] = 1;
	for (int i = 1; i <= n; i++) {
		remainder = ((remainder + changes[i - 1]) % m + m) % m;
		if (first[remainder] == 0) {
			first[remainder] = i + 1;
		} else if (i + 1 - first[remainder] > longest) {
			longest = i + 1 - first[remainder];
			start = first[remainder];
		}
	}
	printf("%d %d\n", longest, start);
	return 0;
}
