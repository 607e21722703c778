# without debts the whole is best: 40 points
input()
print(sum(map(int, input().split())))
