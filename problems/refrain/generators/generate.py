"""Writes data/sample and data/secret of this package; always the same files.

The answers come from submissions/accepted/refrain.py.
"""
import pathlib
import random
import subprocess
import sys

PACKAGE = pathlib.Path(__file__).resolve().parent.parent
REFERENCE = PACKAGE / "submissions" / "accepted" / "refrain.py"


def write(name, text):
    path = PACKAGE / "data" / (name + ".in")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="ascii")
    with path.open("rb") as source, path.with_suffix(".ans").open("wb") as answer:
        subprocess.run([sys.executable, str(REFERENCE)], stdin=source, stdout=answer, check=True)


LONGEST = 300000


def random_word(rng, length, letters):
    return "".join(rng.choice(letters) for _ in range(length))


def fibonacci_word(length):
    a, b = "a", "ab"
    while len(b) < length:
        a, b = b, b + a
    return b[:length]


def main():
    rng = random.Random(20263)
    abc = "abcdefghijklmnopqrstuvwxyz"
    prime = 7919
    words = [
        ("sample/1", "abcabcab"),
        ("sample/2", "dodo"),
        ("sample/3", "refrain"),
        ("secret/01-one-note", "z"),
        ("secret/02-two-notes", "ab"),
        ("secret/03-same-notes", "kk"),
        ("secret/04-returns", "abacabadabacabaea"),
        ("secret/05-almost", "aabaabaaab"),
        ("secret/06-whole", random_word(rng, 7, "ab") * 30),
        ("secret/07-not-whole", random_word(rng, 11, "abc") * 40 + "a"),
        ("secret/08-fibonacci", fibonacci_word(1000)),
        ("secret/09-all-same", "a" * LONGEST),
        ("secret/10-last-differs", "a" * (LONGEST - 1) + "b"),
        ("secret/11-middle-differs", "a" * 150000 + "b" + "a" * 149999),
        ("secret/12-long-whole", random_word(rng, 1000, abc) * 300),
        ("secret/13-long-not-whole", (random_word(rng, prime, abc) * 38)[:LONGEST]),
        ("secret/14-half", random_word(rng, 2500, "ab") * 120),
        ("secret/15-fibonacci", fibonacci_word(LONGEST)),
        ("secret/16-random", random_word(rng, LONGEST // 4, abc)),
    ]
    for name, word in words:
        write(name, word + "\n")


if __name__ == "__main__":
    main()
