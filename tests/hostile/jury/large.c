// Reads all of a large input and answer, and is small itself.
#include <stdio.h>

static long count(FILE *f)
{
	static char block[1 << 16];
	long n, sum = 0;

	while (f && (n = (long)fread(block, 1, sizeof(block), f)) > 0)
		sum += n;
	return sum;
}

int main(int argc, char **argv)
{
	long input = argc < 4 ? 0 : count(fopen(argv[1], "r"));

	printf("%ld %ld %ld\n", input, count(fopen(argv[2], "r")), count(stdin));
	return 42;
}
