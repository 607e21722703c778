# Forgets that a stretch may begin with the first reading: wrong at sample/1.
import sys


def main():
    source = sys.stdin.buffer
    n, m = map(int, source.readline().split())
    first = {}
    remainder = longest = start = 0
    for i, line in enumerate(source, 1):
        remainder = (remainder + int(line)) % m
        seen = first.setdefault(remainder, i)
        if i - seen > longest:
            longest = i - seen
            start = seen + 1
    print(longest, start)


main()
