#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	char from[20], to[20], a[20], b[20];
	FILE *roads = argc == 3 ? fopen(argv[1], "r") : NULL;
	int length;

	if (!roads || scanf("%19s %19s", from, to) != 2)
		return 1;
	while (fscanf(roads, "%19s %19s %d", a, b, &length) == 3)
		if (strcmp(a, from) == 0 && strcmp(b, to) == 0)
			printf("%d %s\n", length, argv[2]);
}
