# wrong in the first pass
input()
print(input())
