"""Writes data/sample and data/secret of this package; always the same files.

The answers come from submissions/accepted/awnings.py.
"""
import pathlib
import random
import subprocess
import sys

PACKAGE = pathlib.Path(__file__).resolve().parent.parent
REFERENCE = PACKAGE / "submissions" / "accepted" / "awnings.py"


def write(name, text):
    path = PACKAGE / "data" / (name + ".in")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="ascii")
    with path.open("rb") as source, path.with_suffix(".ans").open("wb") as answer:
        subprocess.run([sys.executable, str(REFERENCE)], stdin=source, stdout=answer, check=True)


MOST = 200000
FARTHEST = 10 ** 6


def stalls_in(rng, count, farthest):
    return sorted(rng.sample(range(farthest + 1), count))


def main():
    rng = random.Random(20268)
    cases = [
        ("sample/1", 10, [1, 2, 3, 8, 10, 20]),
        ("sample/2", 1000, [5, 7, 30]),
        ("secret/01-one-stall", 7, [0]),
        ("secret/02-two-apart", 8, [0, 3]),
        ("secret/03-two-together", 9, [0, 2]),
        ("secret/04-free", 0, [0, 1, 2, 3, 500]),
        ("secret/05-pairs", 16, [0, 3, 6, 9, 12, 15, 18]),
        ("secret/06-small", 50, stalls_in(rng, 12, 60)),
        ("secret/07-small", 300, stalls_in(rng, 40, 400)),
        ("secret/08-one-for-all", 10 ** 12, stalls_in(rng, 1000, FARTHEST)),
        ("secret/09-middle", 10 ** 6, stalls_in(rng, 3000, FARTHEST)),
        ("secret/10-dense", 10 ** 4, list(range(MOST))),
        ("secret/11-dear", 10 ** 12, stalls_in(rng, MOST, FARTHEST)),
        ("secret/12-cheap", 20, stalls_in(rng, MOST, FARTHEST)),
        ("secret/13-random", 10 ** 8, stalls_in(rng, MOST, FARTHEST)),
        ("secret/14-random", 10 ** 10, stalls_in(rng, MOST, FARTHEST)),
    ]
    for name, cost, stalls in cases:
        write(name, f"{len(stalls)} {cost}\n" + " ".join(map(str, stalls)) + "\n")


if __name__ == "__main__":
    main()
