#!/usr/bin/python3
"""Measures what questions to the history cost, beside `grep -c` of a domain.

usage: scripts/bench history [--json FILE] [--rounds N] [--quick]

A made-up year: 10,000 domains, each of which changes once a week, in files of the
size and number that the server keeps.  They are asked by `spfblock history` and at
the admin port of a running server, as the page does.  A figure is the median of
processor time over the rounds.  Exits 1 if an answer is not what was written.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
import urllib.request

CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, CHECKOUT)
sys.dont_write_bytecode = True
from tests.bench import measure  # noqa: E402
from tests.blackbox.harness.ports import LOOPBACK, free_port  # noqa: E402
from tests.blackbox.harness.spfblock import Spfblock, program  # noqa: E402
from tests.blackbox.harness.waiting import eventually  # noqa: E402

YEAR_S = 365 * 86400
FILE_OCTETS = 16 << 20
FILES = 16
DOMAINS, CHANGES = 10_000, 52
QUICK_DOMAINS = 1000
NAME = "spam77.example"
ADDRESS = "45.3.2.1"
LIMIT = 50  # as the page asks
PATIENCE_S = 600  # pages give way to all else


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


def write_year(path, domains):
    """Writes the files; returns what is in them: a list of lines for each, the oldest
    file first."""
    chance = random.Random(1)
    begin = int(time.time()) - YEAR_S
    texts, size = [[]], 0
    for turn in range(CHANGES):
        for number in range(domains):
            at = begin + (turn * domains + number) * YEAR_S // (domains * CHANGES)
            text = line(at, number, chance)
            if size + len(text) > FILE_OCTETS:
                texts.append([])
                size = 0
            texts[-1].append(text)
            size += len(text)
    kept = texts[-FILES:]
    for place, lines in enumerate(reversed(kept)):
        with open(path + (f".{place}" if place else ""), "w", encoding="ascii") as file:
            file.writelines(lines)
    return kept


def answering(year, wanted):
    """The entries that answer, the oldest first."""
    return [json.loads(each) for lines in year for each in lines if wanted in each]


def command_cost(command):
    """(seconds, processor seconds, what it printed)."""
    with tempfile.TemporaryFile() as out:
        begin = time.monotonic()
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.monotonic() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode()
    if child.returncode not in (0, 1):
        sys.exit(f"history: {command}: exit status {child.returncode}")
    return seconds, usage.ru_utime + usage.ru_stime, text


class Asked:
    """A running server, asked at its admin port."""

    def __init__(self, folder, present):
        before = os.path.getsize(present)
        self.server = Spfblock(
            {
                "networks": [{"network": "192.0.2.0/24", "action": "REJECT"}],
                "state_file": os.path.join(folder, "state.json"),
                "admin": f"{LOOPBACK}:{free_port()}",
            }
        )
        # It has read its history when it writes that it has started.
        eventually(
            lambda: os.path.getsize(present) > before, "the start is told", PATIENCE_S
        )

    def cost(self, parameters):
        """(seconds, processor seconds of the server, what it said)."""
        address = self.server.configuration["admin"]
        url = f"http://{address}/history?limit={LIMIT}{parameters}"
        cpu = measure.cpu_seconds(self.server.pid)
        begin = time.monotonic()
        with urllib.request.urlopen(url, timeout=PATIENCE_S) as reply:
            text = reply.read()
        seconds = time.monotonic() - begin
        return seconds, measure.cpu_seconds(self.server.pid) - cpu, text


def questions(year, file, asked):
    """{what is asked: (the cost of it, whether the answer is right)}"""
    of_name = answering(year, f'"{NAME}"')
    week = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 7 * 86400))

    def by_command(*arguments):
        return lambda: command_cost(
            [program(), "history", "-c", file, "--json", *arguments]
        )

    def at_port(parameters):
        return lambda: asked.cost(parameters)

    # The server, which lists nothing of it, has told that all of it is gone.
    def changed(told):
        return [each for each in told if each["what"] == "changed"]

    def has(entries):
        return lambda text: changed(json.loads(text)["entries"]) == entries

    def has_last(entries):
        def is_right(text):
            told = json.loads(text)["changes"]
            return len(told) == LIMIT and changed(told) == entries[1 - LIMIT :]

        return is_right

    def is_json(text):
        return bool(json.loads(text))

    return {
        f"`history {NAME}`": (by_command(NAME), has(of_name)),
        f"`history {ADDRESS}`": (by_command(ADDRESS), is_json),
        "`history --since` a week ago": (by_command("--since", week), is_json),
        "`history`": (by_command(), is_json),
        f"`/history?limit={LIMIT}`": (
            at_port(""),
            lambda text: len(json.loads(text)["changes"]) == LIMIT,
        ),
        f"`/history?domain=...&limit={LIMIT}`": (
            at_port(f"&domain={NAME}"),
            has_last(of_name),
        ),
        f"`/history?address=...&limit={LIMIT}`": (
            at_port(f"&address={ADDRESS}"),
            is_json,
        ),
    }


def main():
    options = measure.parser_of(__doc__, rounds=3).parse_args()
    if options.quick:
        options.rounds = 1
    with tempfile.TemporaryDirectory(prefix="spfblock-bench-") as folder:
        present = os.path.join(folder, "state.json.history")
        year = write_year(present, QUICK_DOMAINS if options.quick else DOMAINS)
        file = os.path.join(folder, "spfblock.json")
        with open(file, "w", encoding="ascii") as out:
            json.dump({"state_file": os.path.join(folder, "state.json")}, out)
        asked = Asked(folder, present)
        all_files = sorted(
            os.path.join(folder, each)
            for each in os.listdir(folder)
            if ".history" in each
        )
        octets = sum(map(os.path.getsize, all_files))
        try:
            rounds, wrong = [], 0
            for _ in range(options.rounds):
                one = {"grep": command_cost(["grep", "-c", NAME, *all_files])[:2]}
                for what, (cost, is_right) in questions(year, file, asked).items():
                    seconds, cpu, text = cost()
                    one[what] = (seconds, cpu)
                    wrong += not is_right(text)
                rounds.append(one)
        finally:
            asked.server.close()
    return tell(options, rounds, sum(map(len, year)), octets, wrong)


def tell(options, rounds, entries, octets, wrong):
    print("\nThe history\n")
    print(f"{entries:,} entries, {octets / 1e6:.0f} MB\n")
    grep = measure.median(rounds, "grep", 1)
    measure.table(
        ["asked", "s", "processor s", "/ `grep -c`"],
        [
            [what]
            + [f"{measure.median(rounds, what, each):.3f}" for each in (0, 1)]
            + [f"{measure.median(rounds, what, 1) / grep:.1f}"]
            for what in rounds[0]
        ],
    )
    print(f"\n{wrong} answers wrong")
    measure.write_json(options.json, {"rounds": rounds, "entries": entries})
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
