// expect: run exited 0
// options: output=10000000
// stdout_bytes: 5000001
#include <stdio.h>
int main(void)
{
	for (int i = 0; i < 5000001; i++)
		putchar('x');
	return 0;
}
