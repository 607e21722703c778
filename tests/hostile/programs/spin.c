// expect: run cpu limit
// options: cpu_ms=300
int main(void)
{
	for (volatile long i = 0;; i++)
		;
}
