// Reading files is not memory: what the page cache holds can be given back.
// expect: run exited 0
// options: cpu_ms=5000 wall_ms=20000
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
static char piece[1 << 20];
static long sum;
static void read_all(const char *folder)
{
	DIR *d = opendir(folder);
	struct dirent *e;
	while (d && (e = readdir(d)) && sum < 256 << 20) {
		char path[1000];
		long n;
		int fd;
		snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
		fd = e->d_type == DT_REG ? open(path, O_RDONLY) : -1;
		while (fd >= 0 && (n = read(fd, piece, sizeof piece)) > 0)
			sum += n;
		if (fd >= 0)
			close(fd);
	}
}
int main(void)
{
	read_all("/usr/bin");
	read_all("/usr/lib/x86_64-linux-gnu");
	return sum < 32 << 20;
}
