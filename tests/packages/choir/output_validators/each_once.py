import sys

n = int(open(sys.argv[1]).read())
words = sys.stdin.read().split()
if sorted(words) == sorted(str(i + 1) for i in range(n)):
    sys.exit(42)
with open(sys.argv[3] + '/teammessage.txt', 'w') as f:
    f.write('each singer once, please')
sys.exit(43)
