"""Writes data/sample and data/secret of this package; always the same files.

The answers come from submissions/accepted/conveyor.py.
"""
import pathlib
import random
import subprocess
import sys

PACKAGE = pathlib.Path(__file__).resolve().parent.parent
REFERENCE = PACKAGE / "submissions" / "accepted" / "conveyor.py"


def write(name, text):
    path = PACKAGE / "data" / (name + ".in")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="ascii")
    with path.open("rb") as source, path.with_suffix(".ans").open("wb") as answer:
        subprocess.run([sys.executable, str(REFERENCE)], stdin=source, stdout=answer, check=True)


def readings_in(rng, count, low, high):
    return [rng.randint(low, high) for _ in range(count)]


def repeated(rng, count, period, low, high):
    """A long log with a short period: as large to read as any, but small in an archive."""
    block = readings_in(rng, period, low, high)
    return (block * (count // period + 1))[:count]


def main():
    rng = random.Random(20265)
    cases = [
        ("sample/1", 7, [3, 1, 3, 5, -2, 4]),
        ("sample/2", 10, [1, 2, 4]),
        ("sample/3", 4, [5, -2, 1, 4, -3]),
        ("secret/01-one-yes", 5, [-5]),
        ("secret/02-one-no", 5, [4]),
        ("secret/03-modulus-one", 1, [3, -1, 4, -1, 5]),
        ("secret/04-tie", 100, [1, 50, 50, 1, 50, 50, 1]),
        ("secret/05-zeros", 1000, [0] * 50),
        ("secret/06-negative", 1000, readings_in(rng, 300, -9, -1)),
        ("secret/07-small-steps", 997, readings_in(rng, 200, -2, 3)),
        ("secret/08-none", 1000, [1] * 999),
        ("secret/09-random", 1000, readings_in(rng, 1000, -9999, 9999)),
        ("secret/10-random", 999, readings_in(rng, 3000, -9999, 9999)),
        ("secret/11-even-steps", 1000, [1] + [2 * x for x in repeated(rng, 199998, 500, -4999, 4999)] + [1]),
        ("secret/12-large", 1000, [7] + repeated(rng, 1799998, 600, -9999, -1000) + [4]),
    ]
    for name, modulus, readings in cases:
        write(name, f"{len(readings)} {modulus}\n" + "\n".join(map(str, readings)) + "\n")


if __name__ == "__main__":
    main()
