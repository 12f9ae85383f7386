"""What the benchmarks have in common: processors, time, verdicts, tables."""

import argparse
import contextlib
import json
import os
import statistics

CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def processors():
    """One for the program under test and one for all else."""
    allowed = sorted(os.sched_getaffinity(0))
    return {allowed[-1]}, {allowed[0]}


@contextlib.contextmanager
def pinned(to):
    """Children that start meanwhile stay on these processors."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, to)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def cpu_seconds(pid):
    """Processor time of all threads that a process has now."""
    total = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/schedstat", encoding="ascii") as file:
            total += int(file.read().split()[0])
    return total / 1e9


def median(rounds, *path):
    """Of what stands there in each round."""
    return statistics.median(_at(each, path) for each in rounds)


def _at(value, path):
    for key in path:
        value = value[key]
    return value


def table(head, rows):
    """Prints Markdown."""
    print("|", " | ".join(head), "|")
    print("|---" * len(head) + "|")
    for row in rows:
        print("|", " | ".join(str(each) for each in row), "|")


class Verdicts:
    """Figures against what they must be at most."""

    def __init__(self):
        self.rows = []

    def add(self, target, what, value, must, stretch):
        self.rows.append(
            {
                "target": target,
                "what": what,
                "value": value,
                "must": must,
                "stretch": stretch,
                "met": value <= must,
            }
        )

    def show(self):
        print()
        table(
            ["target", "what", "measured", "must", "stretch", ""],
            [
                [each["target"], each["what"], f"{each['value']:.2f}"]
                + [f"<= {each['must']:g}", f"{each['stretch']:g}", _word(each)]
                for each in self.rows
            ],
        )


def _word(row):
    if row["value"] <= row["stretch"]:
        return "stretch"
    return "met" if row["met"] else "missed"


def parser_of(documentation, rounds):
    """The options that all have."""
    parser = argparse.ArgumentParser(description=documentation.splitlines()[0])
    parser.add_argument("--json", help="writes all results to this file")
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--quick", action="store_true", help="small, one round")
    parser.add_argument(
        "--build",
        default=os.path.join(CHECKOUT, "build", "release", "tests", "bench"),
        help="where the bench programs are",
    )
    return parser


def write_json(path, results):
    if path:
        with open(path, "w", encoding="utf-8") as file:
            json.dump(results, file)
