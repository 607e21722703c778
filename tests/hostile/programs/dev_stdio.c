// expect: run exited 0
// options: stdin=input
// stdout: 1 2 3
#include <stdio.h>
int main(void)
{
	FILE *in = fopen("/dev/stdin", "r"), *out = fopen("/dev/stdout", "w"), *null = fopen("/dev/null", "w");
	int a, b, c;
	if (!in || !out || !null || fscanf(in, "%d %d %d", &a, &b, &c) != 3)
		return 1;
	fprintf(out, "%d %d %d", a, b, c);
	fclose(out);
	return fopen("/proc/self/fd/1", "r") != 0;
}
