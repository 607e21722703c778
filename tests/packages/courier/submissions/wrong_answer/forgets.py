# packs right and never unpacks: wrong in the second pass
task, word = input(), input()
print(''.join(chr((ord(c) - 96) % 26 + 97) for c in word))
