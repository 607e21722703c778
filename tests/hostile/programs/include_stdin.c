// Whatever the compiler has open.
// expect: compile exited 1
#include "/dev/stdin"
#include "/proc/self/fd/0"
#include "/proc/self/fd/3"
int main(void)
{
	return there_was_nothing;
}
