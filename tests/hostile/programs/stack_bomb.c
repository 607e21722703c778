// expect: run memory limit
static volatile int zero;
static int deeper(int n)
{
	volatile char frame[4096];
	frame[0] = (char)n;
	return deeper(n + 1) + frame[zero];
}
int main(void)
{
	return deeper(0);
}
