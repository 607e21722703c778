import sys

file, unit = sys.argv[1:]
roads = {(a, b): length for a, b, length in (line.split() for line in open(file))}
print(roads[tuple(input().split())], unit)
