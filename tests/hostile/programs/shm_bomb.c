// expect: run memory limit
// options: tmp_mib=512
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
int main(void)
{
	int fd = shm_open("/x", O_RDWR | O_CREAT, 0600);
	if (fd < 0 || ftruncate(fd, 256 << 20) < 0)
		return 1;
	char *p = mmap(0, 256 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	memset(p, 1, 256 << 20);
	return 2;
}
