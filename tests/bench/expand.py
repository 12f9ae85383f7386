#!/usr/bin/python3
"""Measures how long it takes to expand many domains, against what the DNS needs.

usage: scripts/bench expand [--json FILE] [--rounds N] [--quick] [--build FOLDER]

Generated domains are served by NSD on loopback; in between, a proxy may delay
and lose datagrams.  `spfblock serve` is measured from its start until the table
with all domains is published, dnsperf at the same server with the very same
questions.  spfblock and dnsperf have one processor, NSD and the proxy another.
A figure is the median over the rounds, each of which measures everything once.
The networks of every domain are compared with those that the generator knows:
exits 1 if one is wrong.
"""

import contextlib
import fcntl
import json
import os
import re
import select
import signal
import statistics
import subprocess
import sys
import tempfile
import time

CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, CHECKOUT)
sys.dont_write_bytecode = True
from tests.bench import measure  # noqa: E402
from tests.bench.generated_domains import APEX, GeneratedDomains  # noqa: E402
from tests.bench.state_files import networks_by_domain  # noqa: E402
from tests.blackbox.harness.nsd import Nsd  # noqa: E402
from tests.blackbox.harness.ports import LOOPBACK, free_port  # noqa: E402
from tests.blackbox.harness.process import Process, tool  # noqa: E402
from tests.blackbox.harness.spfblock import program  # noqa: E402

COUNTS = [10, 100, 1000, 10_000]
QUICK_COUNTS = [10, 1000]
NEAR_IN_FLIGHT = 256
FAR_IN_FLIGHT = 1000
DELAY_MS = 20
LOSSES = {"far": 0.0, "lossy": 0.01}  # of the datagrams, each way
DNSPERF_LEAST = 30_000  # questions a run: fewer say little about a rate
TIMEOUT_S = 60
QUIET_S = 0.3  # after which nothing more is published


class Bench:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.own_processor, self.other_processor = measure.processors()
        self.faults = 0

    def complain(self, what):
        print(f"expand: {what}", file=sys.stderr)
        self.faults += 1


class Proxy:
    """The delay proxy; `counts` after it was closed."""

    def __init__(self, bench, server_port, delay_ms, loss, seed):
        self.port = free_port()
        self.counts = None
        path = os.path.join(bench.options.build, "delay_proxy")
        if not os.access(path, os.X_OK):
            sys.exit(f"expand: no {path}; run scripts/build benches")
        words = [self.port, server_port, delay_ms, loss, seed]
        with measure.pinned(bench.other_processor):
            self._process = Process([path, *map(str, words)])

    def close(self):
        self._process.end()
        self.counts = json.loads(self._process.lines[-1])


def dnsperf(bench, port, questions):
    """Questions/s that it gets answered."""
    path = os.path.join(bench.folder, "questions")
    with open(path, "w", encoding="ascii") as file:
        file.writelines(each + "\n" for each in questions)
    times = -(-DNSPERF_LEAST // len(questions))
    words = ["-s", LOOPBACK, "-p", str(port), "-d", path, "-n", str(times)]
    with measure.pinned(bench.own_processor):
        done = subprocess.run(
            [tool("dnsperf"), *words],
            stdout=subprocess.PIPE,
            text=True,
            timeout=TIMEOUT_S,
        )
    lost = re.search(r"Queries lost: +(\d+)", done.stdout)
    if lost is None or int(lost[1]) > 0:
        bench.complain(f"dnsperf lost questions:\n{done.stdout}")
    return float(re.search(r"Queries per second: +([\d.]+)", done.stdout)[1])


def configuration(generated, port, in_flight, state):
    return {
        "listen": [f"{LOOPBACK}:{free_port()}"],
        "admin": "",
        "state_file": state,
        "allow": {"reserved": False, "providers": False},
        "resolver": {"servers": [f"{LOOPBACK}:{port}"], "in_flight": in_flight},
        "domains": [each.name for each in generated.domains],
    }


def expand(bench, generated, port, in_flight):
    """One run of `spfblock serve`: {"seconds", "cpu_seconds"}."""
    state = os.path.join(bench.folder, "state.json")
    with contextlib.suppress(FileNotFoundError):
        os.unlink(state)
    path = os.path.join(bench.folder, "spfblock.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(configuration(generated, port, in_flight, state), file)
    begin = time.monotonic()
    with measure.pinned(bench.own_processor):
        child = subprocess.Popen(
            [program(), "serve", "-c", path], stderr=subprocess.PIPE
        )
    try:
        fcntl.fcntl(child.stderr, fcntl.F_SETPIPE_SZ, 1 << 20)
        seconds = published_at(child, len(generated.domains)) - begin
        cpu = measure.cpu_seconds(child.pid)
    finally:
        child.send_signal(signal.SIGTERM)
        child.communicate(timeout=TIMEOUT_S)
    compare(bench, generated, state)
    return {"seconds": seconds, "cpu_seconds": cpu}


def published_at(child, count):
    """When it said that a table with all domains is published; after begin.

    Each domain has a line when its networks are known.  After the last one of
    these no more than two tables are published, at once.
    """
    said = b""
    end = None
    deadline = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline:
        patience = None if end is None else QUIET_S
        if not select.select([child.stderr], [], [], patience or TIMEOUT_S)[0]:
            break
        piece = os.read(child.stderr.fileno(), 1 << 20)
        if not piece:
            break
        said += piece
        if b"table published" in piece and said.count(b"listing changed") >= count:
            end = time.monotonic()
    if end is None:
        sys.exit(f"expand: the end did not come:\n{said[-2000:].decode()}")
    return end


def compare(bench, generated, state):
    found = networks_by_domain(state)
    for each in generated.domains:
        if found.get(each.name) != each.networks:
            bench.complain(f"{each.name}: wrong networks {found.get(each.name)}")
            return


def measure_round(bench, generated, nsd, number):
    """dnsperf, then spfblock near the server, far from it, and with loss."""
    figures = {
        "dnsperf": dnsperf(bench, nsd.port, generated.question_lines()),
        "near": expand(bench, generated, nsd.port, NEAR_IN_FLIGHT),
    }
    for name, loss in LOSSES.items():
        proxy = Proxy(bench, nsd.port, DELAY_MS, loss, number)
        try:
            figures[name] = expand(bench, generated, proxy.port, FAR_IN_FLIGHT)
        finally:
            proxy.close()
        figures[name]["proxy"] = proxy.counts
        if proxy.counts["dropped"] > 0:
            print(f"expand: proxy too slow: {proxy.counts}", file=sys.stderr)
    return figures


def measure_count(bench, count):
    """All rounds with so many domains, and what they are compared with."""
    generated = GeneratedDomains(count)
    with measure.pinned(bench.other_processor):
        nsd = Nsd({APEX: generated.zone.lines()})
    try:
        rounds = [
            measure_round(bench, generated, nsd, number)
            for number in range(bench.options.rounds)
        ]
    finally:
        nsd.close()
    for each in rounds:
        add_ratios(each, len(generated.questions), generated.chain)
    print(f"expand: {count:,} domains done", file=sys.stderr)
    return {
        "domains": count,
        "questions": len(generated.questions),
        "chain": generated.chain,
        "rounds": rounds,
    }


def add_ratios(figures, questions, chain):
    """What C1 to C5 are about, of one round."""
    server_s = questions / figures["dnsperf"]
    delay_s = DELAY_MS / 1e3
    far_least_s = max(questions * delay_s / FAR_IN_FLIGHT, server_s) + chain * delay_s
    near, far, lossy = (figures[each] for each in ("near", "far", "lossy"))
    figures["ratios"] = {
        "C1": near["seconds"] / server_s,
        "C2": far["seconds"] / far_least_s,
        "C3": far["proxy"]["queries"] / questions,
        "C4": lossy["seconds"] / far["seconds"],
        "C5": near["cpu_seconds"] / questions * 1e6,
    }


def print_counts(results):
    """How the time grows with the number of domains."""
    print("\nExpansion of generated domains, all networks as expected\n")
    head = ["domains", "questions", "chain", "dnsperf q/s"]
    head += ["0 ms: s", "20 ms: s", "20 ms, 1 % loss: s"]
    head += ["C1", "C2", "C3", "C4", "C5 us"]
    rows = []
    for each in results:
        rounds = each["rounds"]
        row = [f"{each['domains']:,}", f"{each['questions']:,}", each["chain"]]
        row.append(f"{measure.median(rounds, 'dnsperf'):,.0f}")
        for name in "near", "far", "lossy":
            row.append(f"{measure.median(rounds, name, 'seconds'):.3f}")
        row += [
            f"{measure.median(rounds, 'ratios', name):.2f}"
            for name in ("C1", "C2", "C3", "C4", "C5")
        ]
        rows.append(row)
    measure.table(head, rows)


def verdicts(results):
    """The targets hold for the largest number of domains."""
    largest = results[-1]
    of = f"of {largest['domains']:,} domains"
    told = measure.Verdicts()
    for target, what, must, stretch in [
        ("C1", f"expansion {of} / time of dnsperf", 1.6, 1.06),
        ("C2", "20 ms away / the least possible", 1.5, 1.25),
        ("C3", "questions sent / distinct questions", 1.0, 1.0),
        ("C4", "with 1 % loss / without", 1.5, 1.25),
        ("C5", "us of processor time a question", 15, 9),
    ]:
        value = measure.median(largest["rounds"], "ratios", target)
        told.add(target, what, value, must, stretch)
    return told


def evaluation(bench):
    """The evaluation of all domains from memory; no rounds: it repeats itself."""
    path = os.path.join(bench.options.build, "evaluate_bench")
    generated = GeneratedDomains(1000 if bench.options.quick else COUNTS[-1])
    zone = os.path.join(bench.folder, "zone")
    with open(zone, "w", encoding="ascii") as file:
        file.write("$TTL 300\n")
        file.writelines(each + "\n" for each in generated.zone.lines())
    names = os.path.join(bench.folder, "names")
    with open(names, "w", encoding="ascii") as file:
        file.writelines(each.name + "\n" for each in generated.domains)
    with measure.pinned(bench.own_processor):
        done = subprocess.run(
            [path, zone, names], stdout=subprocess.PIPE, check=True, timeout=TIMEOUT_S
        )
    return json.loads(done.stdout)


def growth(results):
    """What tests/bench/plot.py draws."""
    return [
        {
            "domains": each["domains"],
            "seconds": statistics.median(
                one["near"]["seconds"] for one in each["rounds"]
            ),
        }
        for each in results
    ]


def main():
    parser = measure.parser_of(__doc__, rounds=5)
    options = parser.parse_args()
    if options.quick:
        options.rounds = 1
    with tempfile.TemporaryDirectory(prefix="spfblock-bench-") as folder:
        bench = Bench(options, folder)
        os.sched_setaffinity(0, bench.other_processor)
        counts = QUICK_COUNTS if options.quick else COUNTS
        results = [measure_count(bench, each) for each in counts]
        from_memory = evaluation(bench)
    print_counts(results)
    told = verdicts(results)
    told.add(
        "evaluation",
        f"s for {from_memory['domains']:,} domains from memory",
        from_memory["seconds"],
        0.2,
        0.07,
    )
    told.show()
    print(f"\n{bench.faults} faults")
    measure.write_json(
        options.json,
        {
            "counts": results,
            "expansion": growth(results),
            "evaluation": from_memory,
            "verdicts": told.rows,
        },
    )
    return 1 if bench.faults else 0


if __name__ == "__main__":
    sys.exit(main())
