#!/usr/bin/python3
"""Fails where lookups have become much dearer, by what can be counted exactly on
a busy machine: instructions of a fixed amount of work (callgrind), and system
calls a served request (strace).

usage: scripts/bench smoke [--build FOLDER] [--record]

Compares with tests/bench/smoke_limits.json, which --record writes: exits 1 if an
instruction count is over 1.5 times the recorded one, or the system calls are
over their limit.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, CHECKOUT)
sys.dont_write_bytecode = True
from tests.blackbox.harness.process import Process, tool  # noqa: E402
from tests.blackbox.harness.ports import LOOPBACK  # noqa: E402
from tests.blackbox.harness.spfblock import Spfblock  # noqa: E402

LIMITS = os.path.join(CHECKOUT, "tests", "bench", "smoke_limits.json")
MOST_TIMES = 1.5
# Functions of tests/bench/lookup_smoke.cpp, and how often each does its work.
COUNTED = {
    "counted_lookups": ("instructions a lookup", 100_000),
    "counted_conversations": ("instructions a request", 3_000),
    "counted_questions": ("instructions an answer of the door dnsbl", 20_000),
    "counted_building": ("instructions a network built", 20_000),
    "counted_without_notes": ("instructions a request at the policy door", 20_000),
    "counted_with_notes": ("the same, senders noted", 20_000),
    "counted_with_flood": ("the same, each sender a new one", 20_000),
}
# Requests sent at once, system calls a request at most: a request alone costs
# epoll_wait, recv and send.
SYSTEM_CALLS = {1: 3.1, 32: 0.2}
SECONDS = 1
# So many that a connection and a beat of the pulse do not count; a busy machine
# takes some rounds.
ENOUGH = 5000


def instruction_counts(build, folder):
    """Instructions of each counted function with all it calls, a unit."""
    out = os.path.join(folder, "callgrind.out")
    subprocess.run(
        [tool("valgrind"), "--tool=callgrind", f"--callgrind-out-file={out}"]
        + [program(build, "lookup_smoke")],
        check=True,
        stderr=subprocess.DEVNULL,
    )
    told = subprocess.run(
        [tool("callgrind_annotate"), "--inclusive=yes", "--threshold=100", out],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    counts = {}
    for function, (what, units) in COUNTED.items():
        line = re.search(rf"^\s*([\d,]+) .*\b{function}\(", told, re.MULTILINE)
        if line is None:
            sys.exit(f"smoke: callgrind saw no {function}")
        counts[what] = round(int(line[1].replace(",", "")) / units, 1)
    return counts


def program(build, name):
    path = os.path.join(build, name)
    if not os.access(path, os.X_OK):
        sys.exit(f"smoke: no {path}; run scripts/build benches")
    return path


def system_calls(build, folder):
    """System calls a request, by the number of requests sent at once."""
    return {depth: system_calls_at(build, folder, depth) for depth in SYSTEM_CALLS}


def system_calls_at(build, folder, depth):
    server = Spfblock({"action": "REJECT", "networks": [{"network": "192.0.2.0/24"}]})
    out = os.path.join(folder, f"strace.{depth}")
    try:
        tracer = Process(
            [tool("strace"), "-f", "-c", "-o", out, "-p", str(server.pid)]
        )
        try:
            tracer.wait_for_line("attached")
            requests = 0
            while requests < ENOUGH:
                requests += requests_served(build, server, depth)
        finally:
            tracer.send_signal(2)
            tracer.wait(10)
            tracer.end()
    finally:
        server.close()
    with open(out, encoding="ascii") as file:
        total = re.search(r"^100\.00\s+\S+\s+\d+\s+(\d+)", file.read(), re.MULTILINE)
    return round(int(total[1]) / requests, 3)


def requests_served(build, server, depth):
    """All that were answered: those while the load generator warms up, too."""
    before = answered(server)
    subprocess.run(
        [program(build, "load_generator"), "--to", f"{LOOPBACK}:{server.port}"]
        + ["--seconds", str(SECONDS), "--pipeline", str(depth), "--keys", "64"],
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=60,
    )
    return answered(server) - before


def answered(server):
    mark = server.mark()
    server.send_signal(10)
    line = server.wait_for_line("statistics .*", after=mark)[0]
    return sum(int(n) for n in re.findall(r"\b(?:found|not_found)=(\d+)", line))


def report(what, value, limit):
    held = value <= limit
    print(f"| {what} | {value:g} | {limit:g} | {'yes' if held else 'NO'} |")
    return held


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--record", action="store_true", help="writes new numbers")
    parser.add_argument(
        "--build",
        default=os.path.join(CHECKOUT, "build", "release", "tests", "bench"),
        help="where lookup_smoke and load_generator are",
    )
    return parser.parse_args()


def main():
    options = arguments()
    with tempfile.TemporaryDirectory(prefix="spfblock-bench-") as folder:
        counts = instruction_counts(options.build, folder)
        calls = system_calls(options.build, folder)
    if options.record:
        with open(LIMITS, "w", encoding="utf-8") as file:
            json.dump(counts, file, indent=2)
            file.write("\n")
    with open(LIMITS, encoding="utf-8") as file:
        recorded = json.load(file)
    print("| what | counted | at most | held |\n|---|---|---|---|")
    held = [
        report(what, value, round(MOST_TIMES * recorded[what], 1))
        for what, value in counts.items()
    ]
    held += [
        report(f"system calls a request, {depth} at once", calls[depth], most)
        for depth, most in SYSTEM_CALLS.items()
    ]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
