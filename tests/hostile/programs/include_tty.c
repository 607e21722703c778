// expect: compile exited 1
// output: No such device
#include "/dev/tty"
int main(void)
{
}
