// Looks through everything that can be opened outside of /usr, and through every link of /proc,
// for the word that lies in the answer file, another submission and files of the host
// (programs.test.mjs plants it).
// expect: run exited 0
// options: cpu_ms=5000 wall_ms=20000
// stdout:
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
static char text[1 << 20];
static void look(const char *path)
{
	static const char word[] = "CANARY-"; /* and this very program, which is in /work, has it */
	struct stat st;
	long n;
	int fd = stat(path, &st) == 0 && S_ISREG(st.st_mode) ? open(path, O_RDONLY | O_NONBLOCK) : -1;
	if (fd < 0)
		return;
	n = read(fd, text, sizeof text);
	close(fd);
	for (long i = 0; i + 12 < n; i++)
		if (memcmp(text + i, word, 7) == 0 && memcmp(text + i + 7, "of-host", 7) == 0)
			printf("%s\n", path);
}
static void walk(const char *folder, int depth)
{
	DIR *d = depth < 12 ? opendir(folder) : 0;
	struct dirent *e;
	while (d && (e = readdir(d))) {
		char path[4096];
		struct stat st;
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		snprintf(path, sizeof path, "%s/%s", strcmp(folder, "/") ? folder : "", e->d_name);
		if (strcmp(path, "/usr") == 0 || lstat(path, &st) < 0)
			continue;
		if (S_ISDIR(st.st_mode))
			walk(path, depth + 1);
		else
			look(path);
	}
	if (d)
		closedir(d);
}
int main(void)
{
	static const char *const names[] = {"answer", "1.ans", "../1.ans", "secret/1.ans", "/data/1.ans", "/work/../answer",
	        "/judge/answer", "/box/answer", "output", "/proc/self/root/answer", "/dev/fd/3", "/dev/fd/4",
	        "/proc/1/root/tmp/canary", "/proc/1/cwd/canary", "/proc/1/fd/3", "/tmp/canary", "/dev/shm/canary",
	        "/run/canary", "/var/tmp/canary", "/proc/self/cwd/../canary"};
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		look(names[i]);
	walk("/", 0);
	return 0;
}
