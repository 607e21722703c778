// An object file larger than a compiler may write.
// expect: compile exited 4
// output: File size limit exceeded
__asm__(".data\n.fill 1 << 29, 8, 1\n.text");
int main(void)
{
}
