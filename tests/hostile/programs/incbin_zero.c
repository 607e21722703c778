// expect: compile exited 1
// output: unable to include
__asm__(".incbin \"/dev/zero\"");
int main(void)
{
}
