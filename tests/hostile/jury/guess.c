// An interactive validator: the secret is in the input; who has not found it after ten guesses, or
// leaves before, is wrong.
#include <stdio.h>

int main(int argc, char **argv)
{
	FILE *f = fopen(argv[1], "r");
	int secret, guess;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 4 || !f || fscanf(f, "%d", &secret) != 1)
		return 1;
	for (int i = 0; i < 10; i++) {
		if (scanf("%d", &guess) != 1)
			return 43;
		printf("%s\n", guess == secret ? "right" : guess < secret ? "higher" : "lower");
		if (guess == secret)
			return 42;
	}
	return 43;
}
