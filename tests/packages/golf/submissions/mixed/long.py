# longer than it needs to be
total = 0
for word in input().split():
    total = total + int(word)
print('%d' % total)
