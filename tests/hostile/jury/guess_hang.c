// Waits for the first word, which is its own to say.
#include <stdio.h>

int main(void)
{
	char word[16];

	return scanf("%15s", word) == 1 ? 0 : 5;
}
