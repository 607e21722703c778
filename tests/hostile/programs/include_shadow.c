// expect: compile exited 1
// output: No such file
#include "/etc/shadow"
int main(void)
{
}
