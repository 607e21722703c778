# finds it, is told so, and fails
numbers = range(1, 101)
word = ''
while word != 'correct':
    middle = (len(numbers) - 1) // 2
    print(numbers[middle], flush=True)
    word = input()
    numbers = numbers[middle + 1:] if word == 'higher' else numbers[:middle]
raise SystemExit(1)
