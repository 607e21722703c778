// A linker's script under the name of a source is a source.
// expect: compile exited 1
// output: error:
INPUT(/etc/shadow)
SECTIONS { .text : { *(.text) } }
