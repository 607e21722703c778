#include <stdio.h>
#include <string.h>

int main(void)
{
	char word[16];
	int low = 0, high = 1000;

	setvbuf(stdout, NULL, _IOLBF, 0);
	while (low < high) {
		int middle = (low + high) / 2;

		printf("%d\n", middle);
		if (scanf("%15s", word) != 1)
			return 1;
		if (strcmp(word, "right") == 0)
			return 0;
		if (strcmp(word, "higher") == 0)
			low = middle + 1;
		else
			high = middle;
	}
	return 2;
}
