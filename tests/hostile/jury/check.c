// A validator as simple as can be: the output must be the answer; what it was given it writes down.
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	char path[256], want[4096] = "", got[4096] = "";
	FILE *answer = fopen(argv[2], "r"), *message;

	snprintf(path, sizeof(path), "%sjudgemessage.txt", argv[3]);
	message = fopen(path, "w");
	if (!answer || !message)
		return 1;
	for (int i = 1; i < argc; i++)
		fprintf(message, "%s\n", argv[i]);
	fclose(message);
	want[fread(want, 1, sizeof(want) - 1, answer)] = 0;
	got[fread(got, 1, sizeof(got) - 1, stdin)] = 0;
	printf("on stdout\n");
	fprintf(stderr, "on stderr\n");
	return strcmp(want, got) == 0 ? 42 : 43;
}
