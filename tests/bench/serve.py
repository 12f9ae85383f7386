#!/usr/bin/python3
"""Measures what a served lookup costs, against a bare epoll server, memcached
and redis, and what rebuilding a large table does to the others' lookups.

usage: scripts/bench serve [--json FILE] [--rounds N] [--seconds S]
           [--build FOLDER] [--skip-rebuild | --only-rebuild]

Prints tables in Markdown.  All servers listen on loopback and are pinned to
one processor, the load generator to another one.  A round measures each server
once, one right after the other; a figure is the median over the rounds, and a
ratio the median of the rounds' ratios, so that a machine that is busy with
other things disturbs both sides alike.  Exits 1 if a reply was wrong or a
connection was closed.
"""

import argparse
import contextlib
import json
import os
import random
import resource
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, CHECKOUT)
sys.dont_write_bytecode = True
from tests.bench.measure import pinned, processors  # noqa: E402
from tests.blackbox.harness.ports import LOOPBACK, free_port  # noqa: E402
from tests.blackbox.harness.process import Process, tool  # noqa: E402
from tests.blackbox.harness.spfblock import Spfblock  # noqa: E402

# Connections, requests sent at once.
SHAPES = [(1, 1), (50, 1), (500, 1), (5000, 1), (50, 32)]
# The least that bare epoll's time / ours may be (B1 to B3).
MUST = {(1, 1): 0.85, (50, 1): 0.85, (500, 1): 0.75, (5000, 1): 0.80, (50, 32): 0.50}
SERVERS = ["bare epoll", "spfblock", "memcached", "redis"]
ACTION = "REJECT"
TABLE_NETWORKS = 10_000
MOST_CLIENTS = 6000
REBUILD_NETWORKS = 1_000_000
REBUILD_RATE = 5000
REBUILD_CONNECTIONS = 50


def random_networks(count, seed):
    """Distinct IPv4 prefixes of the lengths that SPF records have."""
    chance = random.Random(seed)
    lengths = [32] * 45 + [24] * 25 + list(range(25, 32)) * 3 + list(range(16, 24))
    found = {}
    while len(found) < count:
        length = chance.choice(lengths)
        address = chance.randrange(1 << 24, 224 << 24) >> 32 - length << 32 - length
        found[f"{socket.inet_ntoa(address.to_bytes(4, 'big'))}/{length}"] = None
    return list(found)


class Bench:
    """The programs, and the load generator's way to be called."""

    def __init__(self, options, folder):
        self.options = options
        self.folder = folder
        self.server_processor, self.load_processor = processors()
        self.faults = 0

    def program(self, name):
        path = os.path.join(self.options.build, name)
        if not os.access(path, os.X_OK):
            sys.exit(f"serve: no {path}; run scripts/build benches")
        return path

    def networks_file(self, networks):
        path = os.path.join(self.folder, f"{len(networks)}.networks")
        with open(path, "w", encoding="ascii") as file:
            file.writelines(each + "\n" for each in networks)
        return path

    def load(self, port, pid, **options):
        """One run of the load generator; its result."""
        words = ["--to", f"{LOOPBACK}:{port}", "--server-pid", str(pid)]
        for name, value in options.items():
            words += ["--" + name, str(value)]
        with pinned(self.load_processor):
            done = subprocess.run(
                [self.program("load_generator"), *words],
                stdout=subprocess.PIPE,
                text=True,
                timeout=120,
            )
        if not done.stdout:
            sys.exit(f"serve: load_generator failed: {' '.join(words)}")
        result = json.loads(done.stdout)
        self.faults += result["wrong"] + result["closed"]
        return result


class Server:
    """A server under the load: its port, process and protocol."""

    def __init__(self, port, process, protocol, networks):
        self.port, self.process, self.protocol = port, process, protocol
        self.networks = networks
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection((LOOPBACK, port), 1).close()
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def measure(self, bench, shape):
        options = {"networks": self.networks} if self.networks else {}
        return bench.load(
            self.port,
            self.process.pid,
            protocol=self.protocol,
            connections=shape[0],
            pipeline=shape[1],
            seconds=bench.options.seconds,
            action=ACTION,
            **options,
        )


@contextlib.contextmanager
def all_servers(bench):
    """Those that can be compared, by name."""
    networks = random_networks(TABLE_NETWORKS, 1)
    listed = bench.networks_file(networks)
    with contextlib.ExitStack() as ends, pinned(bench.server_processor):

        def start(protocol, listed, command, port):
            process = Process(command)
            ends.callback(process.end)
            return Server(port, process, protocol, listed)

        servers = {}
        port = free_port()
        servers["bare epoll"] = start(
            "tcp_table", None, [bench.program("bare_epoll"), str(port)], port
        )
        ours = start_spfblock(networks)
        ends.callback(ours.close)
        servers["spfblock"] = Server(ours.port, ours, "tcp_table", listed)
        port = free_port()
        servers["memcached"] = start(
            "memcached",
            listed,
            [tool("memcached"), "-t", "1", "-l", LOOPBACK, "-p", str(port)]
            + ["-U", "0", "-c", str(MOST_CLIENTS), "-u", "nobody"],
            port,
        )
        port = free_port()
        servers["redis"] = start(
            "redis",
            listed,
            [tool("redis-server"), "--bind", LOOPBACK, "--port", str(port)]
            + ["--save", "", "--appendonly", "no", "--dir", bench.folder]
            + ["--maxclients", str(MOST_CLIENTS)],
            port,
        )
        yield servers


def start_spfblock(networks):
    ours = Spfblock(
        {
            "action": ACTION,
            "networks": entries(networks),
            "connections": MOST_CLIENTS,
        }
    )
    ours.send_signal(signal.SIGUSR1)
    ours.wait_for_line(rf"statistics .*ipv4_networks={len(networks)}\b")
    return ours


def entries(networks):
    return [{"network": each} for each in networks]


def measure_shapes(bench):
    """For each shape and server the results of all rounds."""
    results = []
    with all_servers(bench) as servers:
        for shape in SHAPES:
            rounds = [
                {name: servers[name].measure(bench, shape) for name in SERVERS}
                for _ in range(bench.options.rounds)
            ]
            results.append({"shape": shape, "rounds": rounds})
            print(f"serve: {shape} done", file=sys.stderr)
    return results


def median(rounds, name, what):
    return statistics.median(each[name][what] for each in rounds)


def ratio(rounds, name, to="bare epoll"):
    """How many times the processor time of `to` this server's goes into."""
    cost = "server_ns_per_request"
    return statistics.median(each[to][cost] / each[name][cost] for each in rounds)


def shape_name(shape):
    connections, pipeline = shape
    return f"{connections:,} x {pipeline}"


def print_shapes(results):
    names = [shape_name(each["shape"]) for each in results]
    print("\nBare epoll's processor time a request / the server's\n")
    print("| server |", " | ".join(names), "|")
    print("|---" * (len(names) + 1) + "|")
    for name in SERVERS:
        row = [f"{ratio(each['rounds'], name):.2f}" for each in results]
        print(f"| {name} |", " | ".join(row), "|")
    row = [f"{MUST[tuple(each['shape'])]:.2f}" for each in results]
    print("| must |", " | ".join(row), "|")
    for name in "memcached", "redis":
        row = [f"{ratio(each['rounds'], 'spfblock', name):.2f}" for each in results]
        print(f"| {name}'s time / spfblock's |", " | ".join(row), "|")
    print("\nspfblock by connections x requests at once\n")
    print("| shape | requests/s | us a request | bare epoll | p50 us | p99 us |")
    print("|---" * 6 + "|")
    for each in results:
        rounds = each["rounds"]
        print(
            f"| {shape_name(each['shape'])} "
            f"| {median(rounds, 'spfblock', 'requests_per_s'):,.0f} "
            f"| {median(rounds, 'spfblock', 'server_ns_per_request') / 1e3:.2f} "
            f"| {median(rounds, 'bare epoll', 'server_ns_per_request') / 1e3:.2f} "
            f"| {median(rounds, 'spfblock', 'p50_us'):.0f} "
            f"| {median(rounds, 'spfblock', 'p99_us'):.0f} |"
        )


class Rebuilding:
    """While it is entered, the server rebuilds its table over and over.

    Each SIGHUP finds a configuration with one network more or less, and is
    sent as soon as the table of the one before was published.
    """

    def __init__(self, server, texts):
        self._server, self._texts = server, texts
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.published = 0

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *unused):
        self._stop.set()
        self._thread.join()

    def _run(self):
        while not self._stop.is_set():
            self.reload(0)
            self.reload(1)

    def reload(self, which):
        os.link(self._texts[which], self._server.file + ".new")
        os.replace(self._server.file + ".new", self._server.file)
        mark = self._server.hang_up()
        self._server.wait_for_line("table published", timeout=120, after=mark)
        self.published += 1


def measure_rebuilding(bench):
    """Latencies of lookups at a constant rate, without and with rebuilding."""
    networks = random_networks(REBUILD_NETWORKS, 2)
    listed = bench.networks_file(networks)
    ours = start_spfblock(networks[:1])
    try:
        texts = configuration_texts(ours, networks)
        Rebuilding(ours, texts).reload(1)
        rounds = []
        for _ in range(bench.options.rounds):
            options = {
                "networks": listed,
                "action": ACTION,
                "connections": REBUILD_CONNECTIONS,
                "rate": REBUILD_RATE,
                "seconds": 3 * bench.options.seconds,
            }
            quiet = bench.load(ours.port, ours.pid, **options)
            with Rebuilding(ours, texts) as rebuilding:
                busy = bench.load(ours.port, ours.pid, **options)
            rounds.append(
                {"quiet": quiet, "busy": busy, "published": rebuilding.published}
            )
        return rounds
    finally:
        ours.close()


def configuration_texts(ours, networks):
    """Files for the server to read: all networks but the last, and all."""
    with open(ours.file, encoding="utf-8") as file:
        configuration = json.load(file)
    paths = []
    for count in len(networks) - 1, len(networks):
        configuration["networks"] = entries(networks[:count])
        paths.append(os.path.join(os.path.dirname(ours.file), f"{count}.json"))
        with open(paths[-1], "w", encoding="utf-8") as file:
            json.dump(configuration, file, separators=(",", ":"))
    return paths


def print_rebuilding(rounds):
    print(f"\n{REBUILD_RATE:,} lookups/s while a table of 1M networks is rebuilt\n")
    print("| | p50 us | p99 us | p99.9 us | max us |")
    print("|---|---|---|---|---|")
    for name in "quiet", "busy":
        row = [
            f"{median(rounds, name, what):.0f}"
            for what in ("p50_us", "p99_us", "p999_us", "max_us")
        ]
        print(f"| {name} |", " | ".join(row), "|")
    times = statistics.median(
        each["busy"]["p99_us"] / each["quiet"]["p99_us"] for each in rounds
    )
    published = sum(each["published"] for each in rounds)
    print(f"\np99 busy / quiet: {times:.2f} (must: 2.00); {published} tables published")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", help="writes all results to this file")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.5, help="of one run")
    parser.add_argument(
        "--build",
        default=os.path.join(CHECKOUT, "build", "release", "tests", "bench"),
        help="where load_generator and bare_epoll are",
    )
    parser.add_argument("--skip-rebuild", action="store_true")
    parser.add_argument("--only-rebuild", action="store_true")
    return parser.parse_args()


def allow_descriptors():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CLIENTS + 1000
    if soft < wanted:
        hard = hard if hard == resource.RLIM_INFINITY else max(hard, wanted)
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def main():
    options = arguments()
    allow_descriptors()
    results = {}
    with tempfile.TemporaryDirectory(prefix="spfblock-bench-") as folder:
        bench = Bench(options, folder)
        if not options.only_rebuild:
            results["shapes"] = measure_shapes(bench)
            print_shapes(results["shapes"])
        if not options.skip_rebuild:
            results["rebuilding"] = measure_rebuilding(bench)
            print_rebuilding(results["rebuilding"])
        print(f"\n{bench.faults} replies wrong or connections closed")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(results, file)
    return 1 if bench.faults else 0


if __name__ == "__main__":
    sys.exit(main())
