// An object file larger than the work folder.
// expect: compile exited 1
__asm__(".data\n.fill 1 << 29, 8, 1\n.text");
int main(void)
{
}
