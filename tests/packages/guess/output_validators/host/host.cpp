#include "feedback.h"

#include <cstring>

// host.cpp input answer feedback-folder/
int main(int, char **argv)
{
	FILE *input = fopen(argv[1], "r");
	int secret, guess;

	if (!input || fscanf(input, "%d", &secret) != 1)
		return 1;
	for (int i = 1; i <= 7; i++) {
		if (scanf("%d", &guess) != 1)
			leave(argv[3], WRONG, "guess " + std::to_string(i) + " is missing");
		puts(guess < secret ? "higher" : guess > secret ? "lower" : "correct");
		fflush(stdout);
		if (guess == secret)
			leave(argv[3], ACCEPTED, "found with guess " + std::to_string(i));
	}
	say(argv[3], "teammessage.txt", "7 guesses are all you have");
	leave(argv[3], WRONG, "not found with 7 guesses");
}
