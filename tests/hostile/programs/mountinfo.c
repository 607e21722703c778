// No path of the host is to be seen but of the language root and of the store of precompiled headers
// (which is read-only, and whose path says no more than where the instance keeps its data).
// expect: run exited 0
// stdout:
#include <stdio.h>
#include <string.h>
int main(void)
{
	static const char *const words[] = {"/home", "/root ", "/work/", "/var", "codearena", "boxdev", "hostile", "/tmp/."};
	FILE *f = fopen("/proc/self/mountinfo", "r");
	char line[4096];
	while (f && fgets(line, sizeof line, f)) {
		if (strstr(line, "/box/pre /pre ro,nosuid,nodev,noexec"))
			continue;
		for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
			if (strstr(line, words[i]))
				printf("%s", line);
	}
	f = fopen("/proc/self/cgroup", "r");
	while (f && fgets(line, sizeof line, f))
		if (strstr(line, "codearena") && !strstr(line, "/.."))
			printf("%s", line);
	return 0;
}
