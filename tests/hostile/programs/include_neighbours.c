// Another submission, test data, the judge's own settings.
// expect: compile exited 1
// output: No such file
#if __has_include("/etc/passwd") || __has_include("/etc/hostname") || __has_include("/etc/os-release") || __has_include("/root/.bashrc") || __has_include("/proc/1/environ")
int main(void)
{
}
#endif
#include "../answer.ans"
