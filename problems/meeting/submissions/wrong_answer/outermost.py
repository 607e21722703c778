# Thinks only of the two riders at the ends: wrong at secret/03-slow-in-the-middle.
import sys


def main():
    numbers = list(map(int, sys.stdin.buffer.read().split()))
    riders = sorted(zip(numbers[1::2], numbers[2::2]))
    (a, v), (b, w) = riders[0], riders[-1]
    print((b - a) / (v + w))


main()
