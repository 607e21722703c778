# hello.py -- says hello, inside of the sandbox only when its walls are up (see hello.c).
import os
import sys

if len(sys.argv) < 2 and (os.getpid() != 2 or os.getuid() != 1000 or os.path.exists('/etc/passwd')):
    print('a wall is down')
    sys.exit(1)
print('hello')
