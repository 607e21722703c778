// A validator that goes on talking when the submission has left, and must not die of it.
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	char word[16];

	if (scanf("%15s", word) != 1)
		return 43;
	for (int i = 0; i < 20000; i++) {
		printf("line %d of many, long enough to fill every pipe and buffer there is\n", i);
		fflush(stdout);
	}
	while (getchar() != EOF)
		; /* the submission's end is heard here, and comes first by that */
	return 42;
}
