#!/usr/bin/env python3
"""rehearsal-oracle.py -- the standings of an ICPC contest, from the raw list of its submissions.

It knows the rules from the ICPC's words (RULES.md section 3 and 4) and shares no code with the
product's scorer: that is its worth. Reads one JSON object on stdin, compares each of its boards
row by row, prints every row that differs and ends with 1; else it says how many rows were equal.

  {"penalty_minutes": 20, "freeze_at_ms": contest time or null,
   "teams": [{"id", "name"}], "problems": ["addup", ...],
   "submissions": [{"id", "team", "problem", "contest_time": "H:MM:SS.mmm", "verdict"}],
   "boards": {"frozen" | "jury" | "thawed": a scoreboard of the Contest API, ...}}
"""
import json
import re
import sys

FREE = {"CE"}  # rejected, but without a penalty
NOT_JUDGED = {None, "JE"}


def milliseconds(text):
    match = re.fullmatch(r"(-?)(\d+):(\d\d):(\d\d)(?:\.(\d{3}))?", text)
    if not match:
        raise ValueError(f"not a contest time: {text!r}")
    sign, hours, minutes, seconds, ms = match.groups()
    total = ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(ms or 0)
    return -total if sign else total


def score_problem(attempts, is_hidden, penalty):
    """attempts in order of submission -> what a viewer sees of one team and problem."""
    cell = {"num_judged": 0, "num_pending": 0, "solved": False, "time": None, "cost": 0}
    rejected = 0
    for attempt in attempts:
        if is_hidden(attempt) or attempt["verdict"] in NOT_JUDGED:
            cell["num_pending"] += 1
            continue
        cell["num_judged"] += 1
        if attempt["verdict"] == "AC":
            minute = attempt["ms"] // 60000
            cell.update(solved=True, time=minute, cost=minute + penalty * rejected)
            break
        if attempt["verdict"] not in FREE:
            rejected += 1
    return cell


def standings(contest, is_hidden):
    by_cell = {}
    for submission in sorted(contest["submissions"], key=lambda s: int(s["id"])):
        by_cell.setdefault((submission["team"], submission["problem"]), []).append(submission)
    rows = []
    for team in contest["teams"]:
        cells = {p: score_problem(by_cell.get((team["id"], p), []), is_hidden, contest["penalty_minutes"])
                 for p in contest["problems"]}
        solved = [c for c in cells.values() if c["solved"]]
        order = (-len(solved), sum(c["cost"] for c in solved), max([c["time"] for c in solved], default=0))
        rows.append({"team": team, "cells": cells, "order": order})
    rows.sort(key=lambda row: (row["order"], row["team"]["name"]))
    for place, row in enumerate(rows):
        tied = place > 0 and rows[place - 1]["order"] == row["order"]
        row["rank"] = rows[place - 1]["rank"] if tied else place + 1
    return rows


def as_text(rank, team, solved, total, cells):
    problems = " ".join(f"{p}:{c['num_judged']}+{c['num_pending']}{'@%s' % c['time'] if c['solved'] else ''}"
                        for p, c in sorted(cells.items()) if c["num_judged"] or c["num_pending"] or c["solved"])
    return f"{rank:>4} {team} solved={solved} time={total} {problems}"


def expected_rows(contest, is_hidden):
    return [as_text(row["rank"], row["team"]["id"], -row["order"][0], row["order"][1], row["cells"])
            for row in standings(contest, is_hidden)]


def given_rows(board):
    out = []
    for row in board["rows"]:
        cells = {c["problem_id"]: {"num_judged": c["num_judged"], "num_pending": c["num_pending"],
                                   "solved": c.get("solved", False), "time": c.get("time")}
                 for c in row["problems"]}
        out.append(as_text(row["rank"], row["team_id"], row["score"]["num_solved"], row["score"]["total_time"], cells))
    return out


def compare(name, expected, given):
    wrong = 0
    for place in range(max(len(expected), len(given))):
        want = expected[place] if place < len(expected) else "(no row)"
        got = given[place] if place < len(given) else "(no row)"
        if want != got:
            wrong += 1
            print(f"{name} board, place {place + 1}:\n  expected {want}\n  got      {got}")
    if not wrong:
        print(f"{name} board: {len(expected)} rows equal")
    return wrong


def main():
    contest = json.load(sys.stdin)
    for submission in contest["submissions"]:
        submission["ms"] = milliseconds(submission["contest_time"])
    freeze = contest["freeze_at_ms"]
    hidden = {"frozen": lambda s: freeze is not None and s["ms"] >= freeze}
    wrong = sum(compare(name, expected_rows(contest, hidden.get(name, lambda s: False)), given_rows(board))
                for name, board in contest["boards"].items())
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
