from berths import total


def needed(lengths, gap):
    return total(lengths) + gap * (len(lengths) - 1)
