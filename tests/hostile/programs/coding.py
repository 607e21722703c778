# -*- coding: ../../etc/shadow -*-
# expect: compile exited 1
# output: SyntaxError
print(1)
