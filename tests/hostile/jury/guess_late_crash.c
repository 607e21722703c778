// Finds the secret, and crashes then.
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
	char word[16];

	printf("77\n");
	fflush(stdout);
	while (scanf("%15s", word) == 1)
		;
	abort();
}
