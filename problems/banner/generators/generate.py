"""Writes data/sample and data/secret of this package; always the same files.

The answers come from submissions/accepted/banner.py.
"""
import pathlib
import random
import subprocess
import sys

PACKAGE = pathlib.Path(__file__).resolve().parent.parent
REFERENCE = PACKAGE / "submissions" / "accepted" / "banner.py"


def write(name, text):
    path = PACKAGE / "data" / (name + ".in")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="ascii")
    with path.open("rb") as source, path.with_suffix(".ans").open("wb") as answer:
        subprocess.run([sys.executable, str(REFERENCE)], stdin=source, stdout=answer, check=True)


LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,!?'-"


def random_line(rng, longest):
    length = rng.randint(1, longest)
    inside = [rng.choice(LETTERS + " " * 25) for _ in range(length)]
    inside[0] = rng.choice(LETTERS)
    inside[-1] = rng.choice(LETTERS)
    return "".join(inside)


def main():
    rng = random.Random(20262)
    notices = [
        ("sample/1", ["Quiet please", "final round"]),
        ("sample/2", ["Lost!  One key", "Found, its door", "- the office"]),
        ("secret/01-one-character", ["A"]),
        ("secret/02-one-line", ["Doors open at 9, contest starts at 10!"]),
        ("secret/03-odd-and-even", ["12345", "1234", "123", "12", "1"]),
        ("secret/04-inner-spaces", ["a" + " " * 58 + "Z", "b  c", "d   e"]),
        ("secret/05-longest-line", ["W" * 60, "w", "Ww"]),
        ("secret/06-stairs", ["x" * k for k in range(1, 61)]),
        ("secret/07-asterisk-free", ["...", "!?", "-", "'", ",,,,"]),
    ]
    for number, (lines, longest) in enumerate([(5, 10), (20, 30), (60, 60), (100, 60), (100, 60)], 8):
        notices.append((f"secret/{number:02}-random", [random_line(rng, longest) for _ in range(lines)]))
    for name, lines in notices:
        write(name, f"{len(lines)}\n" + "".join(line + "\n" for line in lines))


if __name__ == "__main__":
    main()
