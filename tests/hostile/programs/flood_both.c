// Both streams, every byte value, in tiny pieces, from many processes.
// expect: run killed
// options: output=300000 cpu_ms=20000 wall_ms=60000
#include <unistd.h>
int main(void)
{
	fork();
	fork();
	for (unsigned char c = 0;; c++) {
		write(1, &c, 1);
		write(2, &c, 1);
	}
}
