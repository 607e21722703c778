# Compares note by note for each length: 45 thousand million steps at secret/10-last-differs.
def shortest_period(s):
    for period in range(1, len(s)):
        i = period
        while i < len(s) and s[i] == s[i - period]:
            i += 1
        if i == len(s):
            return period
    return len(s)


def main():
    s = input().strip()
    period = shortest_period(s)
    print(period)
    print("yes" if len(s) % period == 0 else "no")


main()
