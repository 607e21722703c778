// Sections that make a linker add libraries and options elsewhere have no meaning here.
// expect: run exited 0
__asm__(".section .drectve,\"\"\n.ascii \"-T /etc/shadow -l:/etc/shadow\"\n"
        ".section .deplibs,\"MS\",@llvm_dependent_libraries,1\n.asciz \"/etc/shadow\"\n.text");
int main(void)
{
	return 0;
}
