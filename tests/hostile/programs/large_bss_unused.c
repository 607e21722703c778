// Address space is not memory.
// expect: run exited 0
static volatile char a[1UL << 30];
int main(int argc, char **argv)
{
	(void)argv;
	return a[argc << 20];
}
