// Becomes itself again and again; CPU time is that of all of them.
// expect: run cpu limit
// options: cpu_ms=300
#include <unistd.h>
int main(int argc, char **argv)
{
	(void)argc;
	execv("./main", argv);
	return 1;
}
