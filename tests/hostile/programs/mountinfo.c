// No path of the host but of the language root is to be seen.
// expect: run exited 0
// stdout:
#include <stdio.h>
#include <string.h>
int main(void)
{
	static const char *const words[] = {"/home", "/root ", "/work/", "/var", "codearena", "boxdev", "hostile", "/tmp/."};
	FILE *f = fopen("/proc/self/mountinfo", "r");
	char line[4096];
	while (f && fgets(line, sizeof line, f))
		for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
			if (strstr(line, words[i]))
				printf("%s", line);
	f = fopen("/proc/self/cgroup", "r");
	while (f && fgets(line, sizeof line, f))
		if (strstr(line, "codearena") && !strstr(line, "/.."))
			printf("%s", line);
	return 0;
}
