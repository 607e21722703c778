// expect: run exited 0
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
	int status = 0;
	if (fork() == 0) {
		execl("/usr/bin/su", "su", "-c", "true", (char *)0);
		_exit(99);
	}
	wait(&status);
	return status == 0;
}
