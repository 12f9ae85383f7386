#!/usr/bin/env python3
"""A year of 10,000 domains, made and asked: seconds and octets.

usage: tests/bench/history.py PROGRAM [DOMAINS [CHANGES]]

Each of DOMAINS (10,000) changes CHANGES (52) times in a year.  The files are of the
size and number that the server keeps (docs/history.md); what is asked is timed from
the start of the program to its end, its output read and thrown away.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time

YEAR_S = 365 * 86400
FILE_OCTETS = 16 << 20
FILES = 16


def line(at, number, chance):
    name = f"spam{number}.example"
    include = f"{name} -> include:_spf{number % 100}.sender.example"

    def networks():
        net = f"45.{chance.randrange(256)}.{chance.randrange(256)}.0/24"
        by = [{"chain": f"{include} -> ip4:{net}", "networks": [net]}]
        return {"count": 1, "by": by}

    entry = {
        "at": at,
        "what": "changed",
        "role": "listed",
        "listing": name,
        "digest": f"{chance.randrange(1 << 32):08x}",
        "cause": "record",
        "networks": 12,
        "added": networks(),
    }
    if chance.randrange(2):
        entry["removed"] = networks()
    return json.dumps(entry, separators=(",", ":")) + "\n"


def make(path, domains, changes):
    """Writes the files; returns how many entries they have."""
    chance = random.Random(1)
    begin = int(time.time()) - YEAR_S
    texts, size, count = [[]], 0, 0
    for turn in range(changes):
        for number in range(domains):
            at = begin + (turn * domains + number) * YEAR_S // (domains * changes)
            text = line(at, number, chance)
            if size + len(text) > FILE_OCTETS:
                texts.append([])
                size = 0
            texts[-1].append(text)
            size += len(text)
    for place, lines in enumerate(reversed(texts[-FILES:])):
        count += len(lines)
        with open(path + (f".{place}" if place else ""), "w", encoding="ascii") as file:
            file.writelines(lines)
    return count


def main():
    program = os.path.abspath(sys.argv[1])
    given = [int(each) for each in sys.argv[2:]]
    domains, changes = given + [10_000, 52][len(given) :]
    with tempfile.TemporaryDirectory() as folder:
        state = os.path.join(folder, "state.json")
        configuration = os.path.join(folder, "spfblock.json")
        with open(configuration, "w", encoding="ascii") as file:
            json.dump({"state_file": state}, file)
        count = make(state + ".history", domains, changes)
        octets = sum(each.stat().st_size for each in os.scandir(folder))
        print(f"{count} entries, {octets} octets, {octets // count} each")
        week = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 7 * 86400))
        for asked in (
            ["spam77.example"],
            ["45.3.2.1"],
            ["--since", week],
            [],
        ):
            begin = time.monotonic()
            done = subprocess.run(
                [program, "history", "-c", configuration, *asked],
                stdout=subprocess.DEVNULL,
                check=False,
            )
            if done.returncode not in (0, 1):  # 1: nothing was listed there
                sys.exit(done.returncode)
            print(f"history {' '.join(asked):20} {time.monotonic() - begin:6.2f} s")


if __name__ == "__main__":
    main()
