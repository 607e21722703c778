# believes what the sample says: all is in km
import sys

towns = input().split()
for line in open(sys.argv[1]):
    if line.split()[:2] == towns:
        print(line.split()[2], 'km')
