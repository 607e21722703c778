"""carry.py input answer feedback/ < output: hands the first pass's word on to the second."""
import os
import sys

given, _, folder = sys.argv[1:4]
words = open(given).read().split()
said = sys.stdin.read().split()
state = os.path.join(folder, 'state')


def leave(code, why):
    with open(os.path.join(folder, 'judgemessage.txt'), 'w') as f:
        f.write(why)
    sys.exit(code)


if len(said) != 1:
    leave(43, f'{len(said)} words instead of one')
if words[0] == 'pack':
    word = words[1]
    if len(said[0]) != len(word) or any(a == b for a, b in zip(said[0], word)):
        leave(43, 'the packed word does not differ in every letter')
    with open(state, 'w') as f:
        f.write(word)
    with open(os.path.join(folder, 'nextpass.in'), 'w') as f:
        f.write(f'unpack\n{said[0]}\n')
    sys.exit(42)
leave(42 if said[0] == open(state).read() else 43, 'unpacked')
