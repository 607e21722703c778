# Bellman and Ford, with all n rounds on all lines: 800 million steps at secret/10-sparse.
import sys


def main():
    numbers = list(map(int, sys.stdin.buffer.read().split()))
    n = numbers[0]
    lines = list(zip(numbers[2::3], numbers[3::3], numbers[4::3]))
    lines += [(b, a, fare) for a, b, fare in lines]
    far = float("inf")
    paid, used = [far] * (n + 1), [far] * (n + 1)
    paid[1] = used[1] = 0
    for _ in range(n):
        for a, b, fare in lines:
            paid[b] = min(paid[b], paid[a] + fare)
            used[b] = min(used[b], used[a] + fare, paid[a])
    print("impossible" if used[n] == far else used[n])


main()
