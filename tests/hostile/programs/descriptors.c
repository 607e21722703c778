// expect: run exited 0
// stdout: 0 1 2 3 cwd=/work
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <unistd.h>
int main(void)
{
	DIR *d = opendir("/proc/self/fd");
	char cwd[100];
	struct dirent *e;
	while ((e = readdir(d)))
		if (isdigit(e->d_name[0]))
			printf("%s ", e->d_name);
	printf("cwd=%s", getcwd(cwd, sizeof cwd));
	return 0;
}
