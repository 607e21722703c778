/* Of several longest stretches it takes the last one: wrong at sample/3. */
#include <stdio.h>

int main(void)
{
	static int first[1000];
	int n, m, remainder = 0, longest = 0, start = 0;

	if (scanf("%d %d", &n, &m) != 2)
		return 1;
	first[0] = 1;
	for (int i = 1; i <= n; i++) {
		int change;
		if (scanf("%d", &change) != 1)
			return 1;
		remainder = ((remainder + change) % m + m) % m;
		if (first[remainder] == 0) {
			first[remainder] = i + 1;
		} else if (i + 1 - first[remainder] >= longest) {
			longest = i + 1 - first[remainder];
			start = first[remainder];
		}
	}
	printf("%d %d\n", longest, start);
	return 0;
}
