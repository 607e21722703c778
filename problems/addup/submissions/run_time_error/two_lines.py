# Expects each number on its own line: ValueError at sample/1.
a = int(input())
b = int(input())
print(a + b)
