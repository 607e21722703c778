"""Exits with 42 if standard input is a valid input of this problem, else with 1."""
import re
import sys


def check(condition, message):
    if not condition:
        print(message, file=sys.stderr)
        sys.exit(1)


def main():
    source = sys.stdin.buffer
    line = source.readline()
    check(re.fullmatch(rb"[a-z]{1,300000}\n", line), "not a line of 1 to 300000 lower case letters")
    check(source.read(1) == b"", "more input than expected")
    sys.exit(42)


main()
