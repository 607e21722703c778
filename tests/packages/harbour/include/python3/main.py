from quay import needed

gap, *lengths = map(int, open(0).read().split())
print(needed(lengths, gap))
