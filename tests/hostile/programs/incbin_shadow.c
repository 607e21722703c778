// expect: compile exited 1
// output: file not found
__asm__(".incbin \"/etc/shadow\"");
int main(void)
{
}
