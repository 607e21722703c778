/*
 * Takes memory, and touches it, until it is stopped.
 * @EXPECTED_RESULTS@: MEMORY-LIMIT
 */
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE (16u << 20)

static void *volatile last_block;

int main(void)
{
	for (;;) {
		last_block = malloc(BLOCK_SIZE);
		if (!last_block)
			abort();
		memset(last_block, 1, BLOCK_SIZE);
	}
}
