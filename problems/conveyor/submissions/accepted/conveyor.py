import sys


def main():
    source = sys.stdin.buffer
    n, m = map(int, source.readline().split())
    first = [-1] * m
    first[0] = 0
    remainder = longest = start = 0
    for i, line in enumerate(source, 1):
        remainder = (remainder + int(line)) % m
        seen = first[remainder]
        if seen < 0:
            first[remainder] = i
        elif i - seen > longest:
            longest = i - seen
            start = seen + 1
    print(longest, start)


main()
