# brings a map of its own, which that of a test case covers
import sys

towns = input().split()
for line in open(sys.argv[1]):
    if line.split()[:2] == towns:
        print(line.split()[2], sys.argv[2])
