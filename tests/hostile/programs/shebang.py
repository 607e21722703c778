# A script written at run time, in every folder that could be written to, with rights it cannot have.
# expect: run exited 0
# stdout: 1000
import os, subprocess
path = '/tmp/script'
with open(path, 'w') as f:
    f.write('#!/usr/bin/python3\nimport os\nprint(os.geteuid(), end="")\n')
os.chmod(path, 0o6755)
try:
    print(subprocess.run([path], capture_output=True, text=True).stdout, end='')
except OSError:
    print(os.geteuid(), end='')
