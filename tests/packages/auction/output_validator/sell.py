"""sell.py input answer feedback/ --step N: the words of the program are not for the validator."""
import sys

purse, *bids = map(int, open(sys.argv[1]).read().split())
assert sys.argv[4] == '--step' and len(sys.argv) == 6
for bid in bids:
    print(bid, flush=True)
    mine = bid + int(sys.argv[5])
    if sys.stdin.readline().split() != [str(mine) if mine <= purse else 'pass']:
        sys.exit(43)
print('sold', flush=True)
sys.exit(42)
