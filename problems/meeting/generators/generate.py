"""Writes data/sample and data/secret of this package; always the same files.

The answers come from submissions/accepted/meeting.py.
"""
import pathlib
import random
import subprocess
import sys

PACKAGE = pathlib.Path(__file__).resolve().parent.parent
REFERENCE = PACKAGE / "submissions" / "accepted" / "meeting.py"


def write(name, text):
    path = PACKAGE / "data" / (name + ".in")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="ascii")
    with path.open("rb") as source, path.with_suffix(".ans").open("wb") as answer:
        subprocess.run([sys.executable, str(REFERENCE)], stdin=source, stdout=answer, check=True)


MOST = 20000
FAR = 10 ** 9


def riders_in(rng, count, low, high, slowest, fastest):
    return [(rng.randint(low, high), rng.randint(slowest, fastest)) for _ in range(count)]


def main():
    rng = random.Random(20264)
    cases = [
        ("sample/1", [(0, 2), (5, 1)]),
        ("sample/2", [(0, 3), (10, 1), (4, 2)]),
        ("secret/01-alone", [(17, 5)]),
        ("secret/02-already-there", [(-3, 1), (-3, 1000), (-3, 7)]),
        ("secret/03-slow-in-the-middle", [(0, 1000), (400, 1), (600, 1), (1000, 1000)]),
        ("secret/04-small", riders_in(rng, 10, -50, 50, 1, 9)),
        ("secret/05-small", riders_in(rng, 30, -50, 50, 1, 9)),
        ("secret/06-close-but-far-away", riders_in(rng, 200, FAR - 500, FAR, 1, 1000)),
        ("secret/07-longest", [(-FAR, 1), (FAR, 1)]),
        ("secret/08-middle", riders_in(rng, 2000, -10000, 10000, 1, 1000)),
        ("secret/09-one-slow", riders_in(rng, MOST - 1, -FAR, FAR, 900, 1000) + [(FAR, 1)]),
        ("secret/10-random", riders_in(rng, MOST, -FAR, FAR, 1, 1000)),
        ("secret/11-equal-speed", riders_in(rng, MOST, -FAR, FAR, 500, 500)),
    ]
    for name, riders in cases:
        write(name, f"{len(riders)}\n" + "".join(f"{x} {v}\n" for x, v in riders))


if __name__ == "__main__":
    main()
