task, word = input(), input()
turn = 1 if task == 'pack' else -1
print(''.join(chr((ord(c) - 97 + turn) % 26 + 97) for c in word))
