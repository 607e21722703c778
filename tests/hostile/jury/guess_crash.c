// One guess, then a crash: the validator sees the end of its input and says wrong, but was second.
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
	printf("1\n");
	fflush(stdout);
	abort();
}
