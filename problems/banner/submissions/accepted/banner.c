#include <stdio.h>
#include <string.h>

#define MOST_LINES 100
#define LINE_SIZE 80

static char lines[MOST_LINES][LINE_SIZE];

static void repeat(char c, int count)
{
	while (count-- > 0)
		putchar(c);
}

int main(void)
{
	int n, widest = 0;

	if (scanf("%d", &n) != 1 || n > MOST_LINES)
		return 1;
	getchar();
	for (int i = 0; i < n; i++) {
		if (!fgets(lines[i], LINE_SIZE, stdin))
			return 1;
		lines[i][strcspn(lines[i], "\n")] = '\0';
		int length = (int)strlen(lines[i]);
		if (length > widest)
			widest = length;
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
