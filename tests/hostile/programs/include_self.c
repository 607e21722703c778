// expect: compile cpu limit
// options: compile_cpu_ms=1000
#include __FILE__
#include __FILE__
int main(void)
{
}
