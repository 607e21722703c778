// Three passes: it counts them in a file of its own, and says what the next one shall read.
#include <stdio.h>
#include <sys/stat.h>

int main(int argc, char **argv)
{
	char path[256], input[64] = "";
	int count = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/nextpass.in", argv[3]);
	if (argc != 4 || fopen(path, "r"))
		return 1; // that of the pass before must be gone
	f = fopen(argv[1], "r");
	if (!f || !fgets(input, sizeof(input), f))
		return 2;
	snprintf(path, sizeof(path), "%s/sub/count", argv[3]);
	f = fopen(path, "r+");
	if (f && fscanf(f, "%d", &count) != 1)
		return 3;
	if (!f) {
		snprintf(path, sizeof(path), "%s/sub", argv[3]);
		if (mkdir(path, 0700) < 0)
			return 4;
		snprintf(path, sizeof(path), "%s/sub/count", argv[3]);
		f = fopen(path, "w");
	}
	rewind(f);
	fprintf(f, "%d", ++count);
	fclose(f);
	printf("pass %d read %s", count, input);
	if (count == 3)
		return 42;
	snprintf(path, sizeof(path), "%s/nextpass.in", argv[3]);
	f = fopen(path, "w");
	fprintf(f, "after %d\n", count);
	fclose(f);
	return 42;
}
