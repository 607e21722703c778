// Memory of 50 MiB, every page of it touched: what is measured is 50 to 53 (memory.test.mjs).
// expect: run exited 0
// options: memory_mib=53
#include <stdlib.h>
#include <string.h>
int main(void)
{
	static char memory[50 << 20];

	memset(memory, 1, sizeof memory);
	return memory[rand() % sizeof memory] - 1;
}
