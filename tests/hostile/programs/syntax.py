# expect: compile exited 1
# output: SyntaxError
this is no python
