import sys


def main():
    numbers = list(map(int, sys.stdin.buffer.read().split()))
    positions, speeds = numbers[1::2], numbers[2::2]
    too_soon, enough = 0.0, 1e9
    for _ in range(80):
        time = (too_soon + enough) / 2
        left = max([x - v * time for x, v in zip(positions, speeds)])
        right = min([x + v * time for x, v in zip(positions, speeds)])
        if left <= right:
            enough = time
        else:
            too_soon = time
    print(enough)


main()
