// expect: compile memory limit
// options: compile_memory_mib=256
#include "/dev/zero"
int main(void)
{
}
