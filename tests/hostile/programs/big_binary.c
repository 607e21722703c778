// expect: compile exited 4
// output: File size limit exceeded
char a[1UL << 30] = {1};
int main(void)
{
	return a[5];
}
