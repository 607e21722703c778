// Leaves in the feedback folder everything that a careless reader would follow.
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	FILE *f;

	if (argc < 4 || chdir(argv[3]) < 0)
		return 1;
	if (symlink("/etc/passwd", "judgemessage.txt") < 0 || symlink("/data/answer", "score.txt") < 0 ||
	    symlink("/", "root") < 0 || symlink("..", "up") < 0 ||
	    mkdir("deep", 0700) < 0 || symlink("../real.txt", "deep/link") < 0)
		return 2;
	f = fopen("real.txt", "w");
	fprintf(f, "real\n");
	fclose(f);
	close(open("unreadable.txt", O_CREAT | O_WRONLY, 0));
	return 42;
}
