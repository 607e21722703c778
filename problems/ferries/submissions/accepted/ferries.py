import sys
from heapq import heappop, heappush


def costs_from(lines, source):
    costs = [None] * len(lines)
    heap = [(0, source)]
    while heap:
        cost, island = heappop(heap)
        if costs[island] is not None:
            continue
        costs[island] = cost
        for other, fare in lines[island]:
            if costs[other] is None:
                heappush(heap, (cost + fare, other))
    return costs


def main():
    numbers = list(map(int, sys.stdin.buffer.read().split()))
    n = numbers[0]
    lines = [[] for _ in range(n + 1)]
    for a, b, fare in zip(numbers[2::3], numbers[3::3], numbers[4::3]):
        lines[a].append((b, fare))
        lines[b].append((a, fare))
    there, back = costs_from(lines, 1), costs_from(lines, n)
    if there[n] is None:
        print("impossible")
        return
    print(min(there[a] + back[b] for a in range(1, n + 1) if there[a] is not None for b, _ in lines[a]))


main()
