# Believes that no awning covers more than 30 stalls: wrong at secret/08-one-for-all.
import sys


def main():
    numbers = list(map(int, sys.stdin.buffer.read().split()))
    cost, stalls = numbers[1], numbers[2:]
    best = [0]
    for i, x in enumerate(stalls):
        best.append(min(best[j] + cost + (x - stalls[j]) ** 2 for j in range(max(0, i - 29), i + 1)))
    print(best[-1])


main()
