# Always goes to the concert that ends first, which counts concerts, not joy: wrong at secret/02-same-time.
import sys


def main():
    numbers = list(map(int, sys.stdin.buffer.read().split()))
    rest = numbers[1]
    joy, free = 0, 0
    for end, start, gain in sorted(zip(numbers[3::3], numbers[2::3], numbers[4::3])):
        if start >= free:
            joy += gain
            free = end + rest
    print(joy)


main()
