# Some 20 ms of arithmetic, always the same.
x = 1
for _ in range(150000):
    x = (x * 69069 + 1) & 0xFFFFFFFF
print(x)
