capacity, n = map(int, input().split())
weights = list(map(int, input().split()))
for i in sorted(range(n), key=lambda i: -weights[i]):
    if weights[i] <= capacity:
        capacity -= weights[i]
        print(i + 1)
