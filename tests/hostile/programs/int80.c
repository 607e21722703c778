// The 32-bit door: every call answers ENOSYS.
// expect: run exited 0
int main(void)
{
	long r;
	__asm__ volatile("int $0x80" : "=a"(r) : "a"(20L) : "memory");
	return (int)r == -38 ? 0 : 1;
}
