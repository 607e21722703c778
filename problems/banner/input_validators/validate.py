"""Exits with 42 if standard input is a valid input of this problem, else with 1."""
import re
import sys

LINE = re.compile(rb"(?=.{1,60}\n)[A-Za-z0-9.,!?'-]([A-Za-z0-9.,!?' -]*[A-Za-z0-9.,!?'-])?\n")
INTEGER = re.compile(rb"0|-?[1-9][0-9]*")


def check(condition, message):
    if not condition:
        print(message, file=sys.stderr)
        sys.exit(1)


def integers(line, limits):
    check(line.endswith(b"\n"), "a line does not end")
    words = line[:-1].split(b" ")
    check(len(words) == len(limits), f"{len(limits)} integers expected: {line[:60]!r}")
    values = []
    for word, (least, greatest) in zip(words, limits):
        check(INTEGER.fullmatch(word), f"not an integer: {word[:30]!r}")
        check(least <= int(word) <= greatest, f"out of range: {word[:30]!r}")
        values.append(int(word))
    return values


def main():
    source = sys.stdin.buffer
    n, = integers(source.readline(), [(1, 100)])
    for _ in range(n):
        line = source.readline()
        check(LINE.fullmatch(line), f"not a line of a notice: {line[:70]!r}")
    check(source.read(1) == b"", "more input than expected")
    sys.exit(42)


main()
