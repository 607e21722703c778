def shortest_period(s):
    border = [0] * (len(s) + 1)
    k = 0
    for i in range(1, len(s)):
        while k > 0 and s[i] != s[k]:
            k = border[k]
        if s[i] == s[k]:
            k += 1
        border[i + 1] = k
    return len(s) - border[len(s)]


def main():
    s = input().strip()
    period = shortest_period(s)
    print(period)
    print("yes" if len(s) % period == 0 else "no")


main()
