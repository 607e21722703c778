/* finds it, is told so, and fails */
#include <stdio.h>
#include <string.h>
#include <stdlib.h>

int main(void)
{
	char word[16];
	int low = 1, high = 100;

	for (;;) {
		int middle = (low + high) / 2;

		printf("%d\n", middle);
		fflush(stdout);
		if (scanf("%15s", word) != 1)
			return 0;
		if (strcmp(word, "correct") == 0)
			abort();
		if (strcmp(word, "higher") == 0)
			low = middle + 1;
		else
			high = middle - 1;
	}
}
