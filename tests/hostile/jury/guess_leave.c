// Leaves after one guess, with the exit code 0.
#include <stdio.h>

int main(void)
{
	printf("1\n");
	return 0;
}
