# right in the first pass, fails in the second
task, word = input(), input()
assert task == 'pack'
print(''.join(chr((ord(c) - 96) % 26 + 97) for c in word))
