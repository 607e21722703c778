// A submission looks for its validator: files, processes, descriptors. Says what it finds; then
// plays along.
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int found;

static void list(const char *folder, const char *allowed)
{
	DIR *d = opendir(folder);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		if (e->d_name[0] == '.' || strstr(allowed, e->d_name))
			continue;
		fprintf(stderr, "%s/%s\n", folder, e->d_name);
		found++;
	}
	if (d)
		closedir(d);
}

int main(void)
{
	char path[64], word[16];

	list("/data", "");
	list("/work", "main look_around.c");
	list("/tmp", "");
	for (int pid = 1; pid < 40; pid++) {
		snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
		if (pid != getpid() && access(path, R_OK) == 0)
			found++, fprintf(stderr, "%s\n", path);
		if (pid != getpid() && kill(pid, 0) == 0)
			found++, fprintf(stderr, "signal to %d\n", pid);
	}
	for (int fd = 3; fd < 64; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			found++, fprintf(stderr, "descriptor %d\n", fd);
	if (open("/proc/self/fd/0", O_WRONLY | O_NONBLOCK) >= 0)
		found++, fprintf(stderr, "own stdin can be written\n");
	if (open("/proc/self/fd/1", O_RDONLY | O_NONBLOCK) >= 0)
		found++, fprintf(stderr, "own stdout can be read\n");
	printf("77\n");
	fflush(stdout);
	if (scanf("%15s", word) != 1 || strcmp(word, "right") != 0)
		return 1;
	return found ? 9 : 0;
}
