print(34)
