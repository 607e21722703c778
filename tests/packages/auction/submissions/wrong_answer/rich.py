# takes no look at its purse
while (bid := input()) != 'sold':
    print(int(bid) + 1, flush=True)
