// Tries to change what it was given, and what it is; a validator is no better than a submission.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static int bad;

static void must_fail(const char *what, int result)
{
	if (result >= 0)
		printf("%s worked\n", what);
	bad += result >= 0;
}

int main(int argc, char **argv)
{
	if (argc < 4)
		return 1;
	must_fail("write input", open(argv[1], O_WRONLY));
	must_fail("write answer", open(argv[2], O_WRONLY));
	must_fail("chmod input", chmod(argv[1], 0666));
	must_fail("unlink input", unlink(argv[1]));
	must_fail("new file beside the input", open("/data/new", O_CREAT | O_WRONLY, 0666));
	must_fail("new file beside the program", open("/work/new", O_CREAT | O_WRONLY, 0666));
	must_fail("rename feedback", rename("/data/feedback", "/data/other"));
	must_fail("socket", socket(AF_INET, SOCK_STREAM, 0));
	must_fail("host file", open("/etc/shadow", O_RDONLY));
	must_fail("descriptor 3", fcntl(3, F_GETFD));
	return bad ? 43 : 42;
}
