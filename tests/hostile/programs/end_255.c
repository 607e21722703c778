// expect: run exited 255
#include <stdlib.h>
int main(void)
{
	exit(-1);
}
