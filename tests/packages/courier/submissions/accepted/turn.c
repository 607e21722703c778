#include <stdio.h>

int main(void)
{
	char task[8], word[2001];

	if (scanf("%7s %2000s", task, word) != 2)
		return 1;
	for (char *c = word; *c; c++)
		*c = (char)('a' + (*c - 'a' + 13) % 26);
	puts(word);
}
