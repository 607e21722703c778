/* @EXPECTED_RESULTS@: COMPILER-ERROR */
#include <stdio.h>

struct concert {
	int start, end, joy;
};

int main(void)
{
	struct concert c = { 0, 1, 2 };

	printf("%d\n", c->joy);
	return 0;
}
