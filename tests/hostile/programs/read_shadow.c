// expect: run exited 2
#include <errno.h>
#include <fcntl.h>
int main(void)
{
	return open("/etc/shadow", O_RDONLY) < 0 ? errno : 0;
}
