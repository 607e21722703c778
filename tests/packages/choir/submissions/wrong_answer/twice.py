# each_once refuses
n = int(input())
print(*[1, 3] * n)
