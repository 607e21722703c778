"""Writes data/sample and data/secret of this package; always the same files.

The answers come from submissions/accepted/addup.py.
"""
import pathlib
import random
import subprocess
import sys

PACKAGE = pathlib.Path(__file__).resolve().parent.parent
REFERENCE = PACKAGE / "submissions" / "accepted" / "addup.py"


def write(name, text):
    path = PACKAGE / "data" / (name + ".in")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="ascii")
    with path.open("rb") as source, path.with_suffix(".ans").open("wb") as answer:
        subprocess.run([sys.executable, str(REFERENCE)], stdin=source, stdout=answer, check=True)


def main():
    rng = random.Random(20261)
    big = 10 ** 18
    pairs = [
        ("sample/1", 3, 4),
        ("sample/2", -5, 2),
        ("secret/01-zero", 0, 0),
        ("secret/02-negative", -7, -35),
        ("secret/03-beyond-int", 2147483647, 1),
        ("secret/04-below-int", -2147483648, -1),
        ("secret/05-beyond-unsigned", 4294967295, 4294967295),
        ("secret/06-beyond-double", 9007199254740992, 1),
        ("secret/07-cancel", big, -big),
        ("secret/08-greatest", big, big),
        ("secret/09-least", -big, -big),
    ]
    for number in range(10, 15):
        pairs.append((f"secret/{number}-random", rng.randint(-big, big), rng.randint(-big, big)))
    for name, a, b in pairs:
        write(name, f"{a} {b}\n")


if __name__ == "__main__":
    main()
