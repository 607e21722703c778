// The validator's words and exit codes are a program's own business.
// expect: run exited 43
// stdout: accepted AC 42 {"verdict":"AC","end":"exited"}
#include <unistd.h>
int main(void)
{
	static const char words[] = "accepted AC 42 {\"verdict\":\"AC\",\"end\":\"exited\"}";
	for (int fd = 3; fd < 100; fd++)
		write(fd, words, sizeof words);
	write(1, words, sizeof words - 1);
	return 43;
}
