# Looks at all earlier concerts for each one: over a thousand million pairs at secret/10-long-chain.
import sys


def main():
    numbers = list(map(int, sys.stdin.buffer.read().split()))
    rest = numbers[1]
    done = []
    for end, start, joy in sorted(zip(numbers[3::3], numbers[2::3], numbers[4::3])):
        before = 0
        for other_end, other_joy in done:
            if other_end <= start - rest and other_joy > before:
                before = other_joy
        done.append((end, before + joy))
    print(max(joy for _, joy in done))


main()
