// What the assembler's own environment holds is nothing worth taking home.
// expect: run exited 0
// stdout: clean
#include <stdio.h>
#include <string.h>
__asm__(".data\ntaken: .incbin \"/proc/self/environ\"\ntaken_end: .byte 0\n.text");
extern char taken[], taken_end[];
int main(void)
{
	for (char *p = taken; p < taken_end; p += strlen(p) + 1)
		if (strncmp(p, "PATH=", 5) && strncmp(p, "HOME=", 5) && strncmp(p, "LANG=", 5) && strncmp(p, "COLLECT_", 8) &&
		        strncmp(p, "COMPILER_PATH=", 14) && strncmp(p, "LIBRARY_PATH=", 13) && strncmp(p, "TMPDIR=", 7))
			printf("%s ", p);
	printf("clean");
	return 0;
}
