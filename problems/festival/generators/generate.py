"""Writes data/sample and data/secret of this package; always the same files.

The answers come from submissions/accepted/festival.py.
"""
import pathlib
import random
import subprocess
import sys

PACKAGE = pathlib.Path(__file__).resolve().parent.parent
REFERENCE = PACKAGE / "submissions" / "accepted" / "festival.py"


def write(name, text):
    path = PACKAGE / "data" / (name + ".in")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="ascii")
    with path.open("rb") as source, path.with_suffix(".ans").open("wb") as answer:
        subprocess.run([sys.executable, str(REFERENCE)], stdin=source, stdout=answer, check=True)


MOST = 50000
LATEST = 10 ** 9


def concerts_in(rng, count, latest, longest, joy):
    concerts = []
    for _ in range(count):
        start = rng.randint(0, latest - 1)
        end = min(latest, start + rng.randint(1, longest))
        concerts.append((start, end, rng.randint(1, joy)))
    return concerts


def chain(rng, count, step, joy):
    """Concerts one after the other, no two of which overlap, in a random order."""
    concerts = [(k * step, k * step + step - 1, rng.randint(1, joy)) for k in range(count)]
    rng.shuffle(concerts)
    return concerts


def main():
    rng = random.Random(20266)
    cases = [
        ("sample/1", 10, [(0, 60, 4), (65, 100, 9), (70, 120, 5), (130, 200, 3)]),
        ("sample/2", 0, [(0, 10, 2), (10, 20, 2), (5, 15, 3)]),
        ("secret/01-one", 5, [(3, 8, 1)]),
        ("secret/02-same-time", 0, [(3, 8, 1), (3, 8, 6), (3, 8, 2)]),
        ("secret/03-long-and-good", 0, [(0, 100, 10), (0, 10, 2), (10, 20, 2), (30, 90, 3)]),
        ("secret/04-rest-is-everything", LATEST, [(0, 1, 5), (2, 3, 9), (10 ** 9 - 1, 10 ** 9, 7)]),
        ("secret/05-small", 2, concerts_in(rng, 8, 30, 8, 9)),
        ("secret/06-small", 0, concerts_in(rng, 12, 40, 8, 9)),
        ("secret/07-small", 1, concerts_in(rng, 15, 60, 20, 9)),
        ("secret/08-chain", 0, chain(rng, 80, 10, 100)),
        ("secret/09-middle", 100, concerts_in(rng, 3000, 10 ** 6, 2000, 1000)),
        ("secret/10-long-chain", 1, chain(rng, MOST, 20000, LATEST)),
        ("secret/11-short", 1000, concerts_in(rng, MOST, LATEST, 50000, LATEST)),
        ("secret/12-long", 0, concerts_in(rng, MOST, LATEST, LATEST, LATEST)),
        ("secret/13-dense", 3, concerts_in(rng, MOST, 100000, 50, 1000)),
    ]
    for name, rest, concerts in cases:
        write(name, f"{len(concerts)} {rest}\n" + "".join(f"{s} {e} {j}\n" for s, e, j in concerts))


if __name__ == "__main__":
    main()
