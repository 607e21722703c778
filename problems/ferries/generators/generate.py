"""Writes data/sample and data/secret of this package; always the same files.

The answers come from submissions/accepted/ferries.py.
"""
import pathlib
import random
import subprocess
import sys

PACKAGE = pathlib.Path(__file__).resolve().parent.parent
REFERENCE = PACKAGE / "submissions" / "accepted" / "ferries.py"


def write(name, text):
    path = PACKAGE / "data" / (name + ".in")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="ascii")
    with path.open("rb") as source, path.with_suffix(".ans").open("wb") as answer:
        subprocess.run([sys.executable, str(REFERENCE)], stdin=source, stdout=answer, check=True)


MOST_ISLANDS = 20000
MOST_LINES = 60000
DEAREST = 10 ** 9


def random_lines(rng, islands, lines, fare):
    """A connected map: a random tree, then lines anywhere."""
    result = []
    for island in range(2, islands + 1):
        result.append((rng.randint(max(1, island - 50), island - 1), island, rng.randint(1, fare)))
    while len(result) < lines:
        a, b = rng.randint(1, islands), rng.randint(1, islands)
        if a != b:
            result.append((a, b, rng.randint(1, fare)))
    rng.shuffle(result)
    return result


def ladder(rng, steps, fare):
    """Two ways from each island to the next one: 2^steps ways in all."""
    result = []
    for step in range(1, steps + 1):
        result.append((step, step + 1, rng.randint(1, fare)))
        result.append((step + 1, step, rng.randint(1, fare)))
    return result


def main():
    rng = random.Random(20267)
    cases = [
        ("sample/1", 4, [(1, 2, 5), (2, 4, 6), (1, 3, 2), (3, 4, 8)]),
        ("sample/2", 3, [(1, 2, 9)]),
        ("secret/01-one-line", 2, [(2, 1, 1000000000)]),
        ("secret/02-no-line", 2, []),
        ("secret/03-parallel", 3, [(1, 2, 4), (2, 1, 3), (3, 2, 7), (2, 3, 9)]),
        ("secret/04-dear-ride", 4, [(1, 2, 4), (2, 3, 4), (3, 4, 4), (1, 4, 100)]),
        ("secret/05-dear-in-the-middle", 5, [(1, 2, 3), (2, 5, 999), (1, 3, 2), (3, 4, 3), (4, 5, 4)]),
        ("secret/06-small", 6, random_lines(rng, 6, 9, 20)),
        ("secret/07-small", 8, random_lines(rng, 8, 12, 20)),
        ("secret/08-ladder", 61, ladder(rng, 60, 100)),
        ("secret/09-middle", 1000, random_lines(rng, 1000, 3000, 1000)),
        ("secret/10-sparse", MOST_ISLANDS, random_lines(rng, MOST_ISLANDS, MOST_ISLANDS + 10, DEAREST)),
        ("secret/11-dense", 400, random_lines(rng, 400, MOST_LINES, DEAREST)),
        ("secret/12-long-way", MOST_ISLANDS, [(k, k + 1, DEAREST) for k in range(1, MOST_ISLANDS)]),
        ("secret/13-cut-off", MOST_ISLANDS, random_lines(rng, MOST_ISLANDS - 1, MOST_LINES, DEAREST)),
        ("secret/14-large", MOST_ISLANDS, random_lines(rng, MOST_ISLANDS, MOST_LINES, DEAREST)),
    ]
    for name, islands, lines in cases:
        write(name, f"{islands} {len(lines)}\n" + "".join(f"{a} {b} {c}\n" for a, b, c in lines))


if __name__ == "__main__":
    main()
