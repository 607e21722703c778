/* Has room for 39 characters only and stops at secret/04-inner-spaces. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#define MOST_LINES 100
#define ROOM 40

static char lines[MOST_LINES][ROOM];

static void repeat(char c, int count)
{
	while (count-- > 0)
		putchar(c);
}

int main(void)
{
	char line[100];
	int n, widest = 0;

	if (scanf("%d", &n) != 1 || n > MOST_LINES)
		return 1;
	getchar();
	for (int i = 0; i < n; i++) {
		if (!fgets(line, sizeof(line), stdin))
			return 1;
		line[strcspn(line, "\n")] = '\0';
		assert(strlen(line) < ROOM);
		strcpy(lines[i], line);
		if ((int)strlen(line) > widest)
			widest = (int)strlen(line);
	}
	repeat('*', widest + 4);
	putchar('\n');
	for (int i = 0; i < n; i++) {
		int room = widest - (int)strlen(lines[i]);
		printf("* ");
		repeat(' ', room / 2);
		printf("%s", lines[i]);
		repeat(' ', room - room / 2);
		printf(" *\n");
	}
	repeat('*', widest + 4);
	putchar('\n');
	return 0;
}
