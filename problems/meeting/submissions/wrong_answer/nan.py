# Prints "nan", which is within no tolerance of a number.
print(float("nan"))
