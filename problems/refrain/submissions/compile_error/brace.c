/* @EXPECTED_RESULTS@: COMPILER-ERROR */
#include <stdio.h>

int main(void)
{
	if (getchar() == 'a') {
		printf("1\nyes\n");
	return 0;
}
