// expect: run exited 0
int main(void)
{
	long r;
	__asm__ volatile("int $0x80" : "=a"(r) : "a"(26L), "b"(0L) : "memory"); /* ptrace */
	return (int)r == -38 ? 0 : 1;
}
