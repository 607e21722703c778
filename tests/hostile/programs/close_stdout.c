// A program without streams ends as it says, and has said nothing.
// expect: run exited 0
// stdout:
#include <stdio.h>
#include <unistd.h>
int main(void)
{
	close(0);
	close(1);
	close(2);
	printf("42\n");
	return 0;
}
