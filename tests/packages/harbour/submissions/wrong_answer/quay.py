def needed(lengths, gap):
    return sum(lengths) + gap * len(lengths)
