// expect: compile exited 1
// output: No such file
#include "../../proc/1/environ"
int main(void)
{
}
