# too many guesses; what comes after the validator's end is not its own fault
for guess in range(1, 101):
    print(guess, flush=True)
    if input() == 'correct':
        break
