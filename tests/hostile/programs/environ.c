// The environment is the language table's and no more.
// expect: run exited 0
// stdout: HOME=/tmp LANG=C.UTF-8 PATH=/usr/bin:/bin TMPDIR=/tmp
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
extern char **environ;
static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}
int main(void)
{
	int n = 0;
	while (environ[n])
		n++;
	qsort(environ, (size_t)n, sizeof *environ, by_name);
	for (int i = 0; i < n; i++)
		printf("%s%s", i ? " " : "", environ[i]);
	return 0;
}
