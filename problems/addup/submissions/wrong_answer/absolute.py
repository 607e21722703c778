# Overlooks the minus signs: wrong at sample/2.
a, b = map(int, input().split())
print(abs(a) + abs(b))
