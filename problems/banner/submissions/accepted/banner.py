import sys

count, *lines = sys.stdin.read().split("\n")
lines = lines[:int(count)]
widest = max(map(len, lines))
print("*" * (widest + 4))
for line in lines:
    room = widest - len(line)
    print("* " + " " * (room // 2) + line + " " * (room - room // 2) + " *")
print("*" * (widest + 4))
