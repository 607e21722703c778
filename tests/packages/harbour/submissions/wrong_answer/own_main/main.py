gap, *lengths = map(int, open(0).read().split())
print(sum(lengths) + gap * (len(lengths) - 1))
