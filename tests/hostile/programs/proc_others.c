// A program sees one process: itself.
// expect: run exited 0
// stdout: 2
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
int main(void)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	while ((e = readdir(d)))
		if (isdigit(e->d_name[0]))
			printf("%s", e->d_name);
	return 0;
}
