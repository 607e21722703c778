import sys
from bisect import bisect_right


def main():
    numbers = list(map(int, sys.stdin.buffer.read().split()))
    rest = numbers[1]
    concerts = sorted(zip(numbers[3::3], numbers[2::3], numbers[4::3]))
    ends = [end for end, _, _ in concerts]
    best = [0]
    for _, start, joy in concerts:
        best.append(max(best[-1], joy + best[bisect_right(ends, start - rest)]))
    print(best[-1])


main()
