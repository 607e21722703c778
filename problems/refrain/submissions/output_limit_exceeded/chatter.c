/*
 * Plays the melody without end.
 * @EXPECTED_RESULTS@: OUTPUT-LIMIT
 */
#include <stdio.h>
#include <string.h>

int main(void)
{
	static char block[1 << 16];

	memset(block, 'a', sizeof(block));
	while (fwrite(block, 1, sizeof(block), stdout) == sizeof(block))
		;
	return 1;
}
