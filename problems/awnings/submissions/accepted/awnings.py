import sys


def main():
    numbers = list(map(int, sys.stdin.buffer.read().split()))
    cost = numbers[1]
    best = 0
    slopes, offsets, first = [], [], 0  # the lower hull of the lines; those before `first` are done with
    for x in numbers[2:]:
        slope, offset = -2 * x, best + x * x
        while len(slopes) - first >= 2:
            a, b = slopes[-2], offsets[-2]
            if (offset - b) * (a - slopes[-1]) > (offsets[-1] - b) * (a - slope):
                break
            slopes.pop()
            offsets.pop()
        slopes.append(slope)
        offsets.append(offset)
        value = slopes[first] * x + offsets[first]
        while first + 1 < len(slopes):
            following = slopes[first + 1] * x + offsets[first + 1]
            if following > value:
                break
            value = following
            first += 1
        best = value + x * x + cost
    print(best)


main()
