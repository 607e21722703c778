import sys

option, purse = sys.argv[1:]
while (bid := input()) != 'sold':
    print(int(bid) + 1 if option == '--purse' and int(bid) < int(purse) else 'pass', flush=True)
