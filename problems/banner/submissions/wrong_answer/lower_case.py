# Prints all in lower case. A validator that does not care about case would take it.
import sys

count, *lines = sys.stdin.read().split("\n")
lines = [line.lower() for line in lines[:int(count)]]
widest = max(map(len, lines))
print("*" * (widest + 4))
for line in lines:
    room = widest - len(line)
    print("* " + " " * (room // 2) + line + " " * (room - room // 2) + " *")
print("*" * (widest + 4))
