// expect: run wall limit
// options: wall_ms=500
#include <unistd.h>
int main(void)
{
	sleep(1000);
}
