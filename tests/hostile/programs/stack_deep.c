// 48 MB of stack within 64 MB of memory.
// expect: run exited 0
static volatile int zero;
static int deeper(int n)
{
	volatile char frame[4096];
	frame[0] = 1;
	return n == 0 ? 0 : deeper(n - 1) + frame[zero] - 1;
}
int main(void)
{
	return deeper(48 * 240);
}
