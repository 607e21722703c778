// Always the same guess: the validator ends first, and this sees the end of its input or SIGPIPE.
#include <stdio.h>

int main(void)
{
	for (;;) {
		printf("1\n");
		fflush(stdout);
		if (ferror(stdout))
			return 3;
	}
}
