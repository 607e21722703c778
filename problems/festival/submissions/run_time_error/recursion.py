# One call inside the other for each concert: RecursionError at secret/09-middle.
import sys
from bisect import bisect_right
from functools import lru_cache


def main():
    numbers = list(map(int, sys.stdin.read().split()))
    rest = numbers[1]
    concerts = sorted(zip(numbers[3::3], numbers[2::3], numbers[4::3]))
    ends = [end for end, _, _ in concerts]

    @lru_cache(maxsize=None)
    def best(count):
        if count == 0:
            return 0
        _, start, joy = concerts[count - 1]
        return max(best(count - 1), joy + best(bisect_right(ends, start - rest)))

    print(best(len(concerts)))


main()
