capacity, n = map(int, input().split())
weights = list(map(int, input().split()))
best = max((s for s in range(1 << n) if sum(w for i, w in enumerate(weights) if s >> i & 1) <= capacity),
           key=lambda s: sum(w for i, w in enumerate(weights) if s >> i & 1))
print(*(i + 1 for i in range(n) if best >> i & 1))
