// expect: compile exited 1
char a[1UL << 30] = {1};
int main(void)
{
	return a[5];
}
