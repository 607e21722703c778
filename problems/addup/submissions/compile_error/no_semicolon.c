/* @EXPECTED_RESULTS@: COMPILER-ERROR */
#include <stdio.h>

int main(void)
{
	printf("no semicolon\n")
	return 0;
}
