#!/usr/bin/python3
"""Measures what many domains cost: memory, files, a restart, who looks and asks.

usage: scripts/bench scale [--json FILE] [--counts N,N...] [--quick] [--build FOLDER]

Each domain has 3.2 questions and 4 networks; NSD answers.  For each number of
domains spfblock starts twice: without a state, and again with the state that it
left.  It has one processor, all else the other; beside each time of the clock
stands processor time, since a busy machine spoils the former.  While domains are
looked at, one lookup after the other is timed, in turns with a bare server.
Exits 1 if a reply was wrong or a command failed.
"""

import contextlib
import http.client
import json
import os
import random
import re
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time

CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, CHECKOUT)
sys.dont_write_bytecode = True
from tests.bench import measure  # noqa: E402
from tests.blackbox.harness.nsd import Nsd  # noqa: E402
from tests.blackbox.harness.ports import LOOPBACK, free_port  # noqa: E402
from tests.blackbox.harness.process import Process  # noqa: E402
from tests.blackbox.harness.process_memory import resident_mib  # noqa: E402
from tests.blackbox.harness.spfblock import program  # noqa: E402
from tests.blackbox.harness.tcp_table import TableClient  # noqa: E402

COUNTS = [10, 1000, 10_000, 100_000]
QUICK_COUNTS = [10, 1000]
APEX = "test"
DOMAINS_OF_A_PROVIDER = 50
DOMAINS_WITH_OWN_INCLUDE = 5  # one in so many: a fifth of a question
KEYS = 500  # asked for to see whether the table is right
BASE_MIB = 40  # what is granted to a server without domains
PAUSE_S = 0.002  # between two lookups that are timed
TIMEOUT_S = 1800
SETTLED_S = 40  # after the last look: saved, and memory given back

_UNDER_WAY = re.compile(r"^spfblock_expansions_under_way (\d+)", re.MULTILINE)


class World:
    """So many domains: their records, and an address that each lists."""

    def __init__(self, count):
        self.count = count
        self.names = [f"d{number}.{APEX}" for number in range(count)]
        self.questions = 3 * count
        self.records = []
        for number in range(count):
            self._add_domain(number)
        for number in range(max(1, count // DOMAINS_OF_A_PROVIDER)):
            self._add_include(f"p{number}", (60 << 24) + number * 512)

    def address(self, number):
        """Of the term `a`."""
        return _text((30 << 24) + number * 16)

    def _add_domain(self, number):
        include = f"p{number // DOMAINS_OF_A_PROVIDER % self._providers()}"
        if number % DOMAINS_WITH_OWN_INCLUDE == 0:
            include = f"i.d{number}"
            self._add_include(include, (70 << 24) + number * 64)
        first, second = _text((40 << 24) + number * 32), _text((50 << 24) + number * 8)
        self.records += [
            f'd{number} IN TXT "v=spf1 ip4:{first}/28 ip4:{second} a'
            f' include:{include}.{APEX} -all"',
            f"d{number} IN A {self.address(number)}",
        ]

    def _providers(self):
        return max(1, self.count // DOMAINS_OF_A_PROVIDER)

    def _add_include(self, name, network):
        self.questions += 1
        self.records.append(f'{name} IN TXT "v=spf1 ip4:{_text(network)}/26 -all"')


def _text(number):
    return ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))


class Asker:
    """Asks one server after the other, one lookup each, and times them."""

    def __init__(self, processors, ports):
        self.slowest = [0.0 for _ in ports]
        self.count = 0
        self._processors, self._ports = processors, ports
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _run(self):
        os.sched_setaffinity(0, self._processors)  # of this thread
        with contextlib.ExitStack() as open_ones:
            clients = [
                open_ones.enter_context(TableClient(port, timeout=TIMEOUT_S))
                for port in self._ports
            ]
            while not self._over.wait(PAUSE_S):
                self.count += 1
                for index, client in enumerate(clients):
                    begin = time.monotonic()
                    client.get("192.0.2.1")
                    took = time.monotonic() - begin
                    self.slowest[index] = max(self.slowest[index], took)


class Server:
    """One life of `spfblock serve`; what it says goes to a file."""

    def __init__(self, bench, folder, world, name_server):
        self.bench, self.world = bench, world
        self.port, self.admin_port = free_port(), free_port()
        self.admin = f"{LOOPBACK}:{self.admin_port}"
        self.state = os.path.join(folder, "state.json")
        self.file = os.path.join(folder, "spfblock.json")
        self.log = os.path.join(folder, "log")
        self.child = None
        with open(os.path.join(folder, "domains.txt"), "w", encoding="ascii") as file:
            file.writelines(name + "\n" for name in world.names)
        with open(self.file, "w", encoding="ascii") as file:
            json.dump(self._configuration(name_server), file)

    def _configuration(self, name_server):
        return {
            "listen": [f"{LOOPBACK}:{self.port}"],
            "admin": self.admin,
            "state_file": self.state,
            "allow": {"reserved": False, "providers": False},
            "resolver": {"servers": [f"{LOOPBACK}:{name_server}"], "in_flight": 256, "timeout": "5s"},
            "domains": [],
            "domain_files": ["domains.txt"],
        }

    def start(self):
        with measure.pinned(self.bench.own_processor), open(self.log, "wb") as log:
            self.child = subprocess.Popen(
                [program(), "serve", "-c", self.file], stderr=log
            )

    def cpu(self):
        return measure.cpu_seconds(self.child.pid)

    def stop(self):
        """Seconds until it is gone."""
        begin = time.monotonic()
        self.child.send_signal(signal.SIGTERM)
        if self.child.wait(TIMEOUT_S) != 0:
            self.bench.complain(f"ended with {self.child.returncode}")
        return time.monotonic() - begin

    def lists(self, number):
        with TableClient(self.port, timeout=TIMEOUT_S) as client:
            return client.get(self.world.address(number)).code == 200

    def await_answer(self, number):
        """Until it lists the domain of that number."""
        _await(lambda: _connects(lambda: self.lists(number)), 0.005)

    def await_quiet(self):
        """Until nothing is looked at."""
        self.await_answer(0)
        pause = max(0.1, self.world.count / 10_000)  # a page of many is dear

        def is_quiet():
            found = _UNDER_WAY.search(self._get("/metrics")[1].decode())
            return found is not None and found[1] == "0"

        _await(lambda: _connects(is_quiet), pause)

    def log_lines(self):
        with open(self.log, "rb") as file:
            return sum(piece.count(b"\n") for piece in iter(lambda: file.read(1 << 20), b""))

    def reload(self):
        """Seconds from SIGHUP until it says that it has reloaded."""
        with open(self.log, "rb") as file:
            file.seek(0, os.SEEK_END)
            begin = time.monotonic()
            self.child.send_signal(signal.SIGHUP)
            said = b""

            def is_said():
                nonlocal said
                said += file.read()
                return b"configuration reloaded" in said

            _await(is_said, 0.005)
            return time.monotonic() - begin

    def run(self, *words):
        """A command about this server: its seconds, its and the server's CPU."""
        before = self.cpu()
        own_before = resource.getrusage(resource.RUSAGE_CHILDREN)
        begin = time.monotonic()
        with measure.pinned(self.bench.other_processor):
            done = subprocess.run(
                [program(), words[0], "-c", self.file, *words[1:]],
                stdout=subprocess.PIPE,
                timeout=TIMEOUT_S,
            )
        seconds = time.monotonic() - begin
        own = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode != 0:
            self.bench.complain(f"{words} ended with {done.returncode}")
        cpu = own.ru_utime + own.ru_stime - own_before.ru_utime - own_before.ru_stime
        return {
            "seconds": seconds,
            "cpu_seconds": cpu,
            "server_cpu_seconds": self.cpu() - before,
            "octets": len(done.stdout),
        }

    def page(self, path):
        before = self.cpu()
        begin = time.monotonic()
        status, body = self._get(path)
        seconds = time.monotonic() - begin
        if status != 200:
            self.bench.complain(f"{path}: {status}")
        return {
            "seconds": seconds,
            "server_cpu_seconds": self.cpu() - before,
            "octets": len(body),
        }

    def _get(self, path):
        connection = http.client.HTTPConnection(self.admin, timeout=TIMEOUT_S)
        with contextlib.closing(connection):
            connection.request("GET", path)
            reply = connection.getresponse()
            return reply.status, reply.read()

    def check(self, seed):
        """Of many domains whether they are listed."""
        chance = random.Random(seed)
        numbers = [chance.randrange(self.world.count) for _ in range(KEYS)]
        with TableClient(self.port, timeout=TIMEOUT_S) as client:
            replies = client.get_all([self.world.address(each) for each in numbers])
        wrong = sum(reply.code != 200 for reply in replies)
        if wrong:
            self.bench.complain(f"{wrong} of {KEYS} replies wrong")


def _await(is_so, pause):
    deadline = time.monotonic() + TIMEOUT_S
    while not is_so():
        if time.monotonic() > deadline:
            sys.exit("scale: it did not come")
        time.sleep(pause)


def _connects(ask):
    try:
        return ask()
    except (ConnectionRefusedError, ConnectionResetError):
        return False


class Bench:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.own_processor, self.other_processor = measure.processors()
        self.faults = 0
        for each in ("bare_epoll", "book_bench"):
            path = os.path.join(options.build, each)
            if not os.access(path, os.X_OK):
                sys.exit(f"scale: no {path}; run scripts/build benches")
        self.bare_port = free_port()
        bare = os.path.join(options.build, "bare_epoll")
        with measure.pinned(self.own_processor):
            self.bare = Process([bare, str(self.bare_port)])

    def complain(self, what):
        print(f"scale: {what}", file=sys.stderr)
        self.faults += 1


def first_life(server):
    """Without a state: the looks, and what a settled server costs."""
    count = server.world.count
    begin = time.monotonic()
    server.start()
    server.await_quiet()
    figures = {
        "refresh_seconds": time.monotonic() - begin,
        "refresh_cpu_seconds": server.cpu(),
        "log_lines": server.log_lines(),
    }
    server.check(count)
    time.sleep(SETTLED_S)
    figures["resident_mib"] = resident_mib(server.child.pid)
    figures["state_octets"] = os.path.getsize(server.state)
    return figures


def questions(server):
    """What it costs to ask a settled server."""
    middle = server.world.count // 2
    figures = {
        "status": server.run("status"),
        "status_of_one": server.run("status", server.world.names[middle]),
        "query": server.run("query", server.world.address(middle)),
        "explain": server.run("explain", server.world.address(middle)),
        "metrics": server.page("/metrics"),
        "status_page": server.page("/status"),
    }
    before = server.cpu()
    figures["reload"] = {"seconds": server.reload()}
    figures["reload"]["server_cpu_seconds"] = server.cpu() - before
    return figures


def second_life(server):
    """With the state: the first answer, and lookups while all is looked at."""
    begin = time.monotonic()
    server.start()
    server.await_answer(server.world.count - 1)
    figures = {
        "restart_seconds": time.monotonic() - begin,
        "restart_cpu_seconds": server.cpu(),
    }
    server.check(server.world.count + 1)
    ports = [server.port, server.bench.bare_port]
    with Asker(server.bench.other_processor, ports) as asker:
        server.await_quiet()
    figures["longest_lookup_s"], figures["longest_bare_s"] = asker.slowest
    figures["lookups"] = asker.count
    time.sleep(SETTLED_S)
    figures["resident_again_mib"] = resident_mib(server.child.pid)
    return figures


def measure_count(bench, count):
    world = World(count)
    folder = os.path.join(bench.folder, str(count))
    os.mkdir(folder)
    with measure.pinned(bench.other_processor):
        nsd = Nsd({APEX: world.records})
    figures = {"domains": count, "questions": world.questions}
    figures["steps"] = steps(bench, count)
    try:
        server = Server(bench, folder, world, nsd.port)
        try:
            figures.update(first_life(server))
            figures.update(questions(server))
            figures["stop_seconds"] = server.stop()
            figures.update(second_life(server))
            figures["stop_again_seconds"] = server.stop()
        finally:
            if server.child is not None and server.child.poll() is None:
                server.child.kill()
    finally:
        nsd.close()
    print(f"scale: {count:,} domains done", file=sys.stderr)
    return figures


def steps(bench, count):
    """What keeping so many domains costs by itself: book_bench's lines."""
    done = subprocess.run(
        [os.path.join(bench.options.build, "book_bench"), str(count)],
        stdout=subprocess.PIPE,
        text=True,
        timeout=TIMEOUT_S,
    )
    if done.returncode != 0:
        bench.complain("book_bench failed")
    return [json.loads(line) for line in done.stdout.splitlines()]


def kib_of_a_domain(figures):
    """Beyond BASE_MIB; none of few domains, of which it says nothing."""
    most = max(figures["resident_mib"], figures["resident_again_mib"])
    return max(0.0, most - BASE_MIB) * 1024 / figures["domains"]


ROWS = [
    ("questions", lambda of: f"{of['questions']:,}"),
    ("first refresh, s (processor)", lambda of: _times(of, "refresh")),
    ("lines of log until then", lambda of: f"{of['log_lines']:,}"),
    ("resident, MiB", lambda of: f"{of['resident_mib']:.1f}"),
    ("after a restart, MiB", lambda of: f"{of['resident_again_mib']:.1f}"),
    ("beyond 40 MiB, KiB a domain", lambda of: f"{kib_of_a_domain(of):.2f}"),
    ("state file, octets", lambda of: f"{of['state_octets']:,}"),
    ("restart to first answer, s (processor)", lambda of: _times(of, "restart")),
    ("`status`, s (its processor, the server's)", lambda of: _command(of["status"])),
    ("`status DOMAIN`", lambda of: _command(of["status_of_one"])),
    ("`query`", lambda of: _command(of["query"])),
    ("`explain`", lambda of: _command(of["explain"])),
    ("SIGHUP to reloaded, s (processor)", lambda of: _page(of["reload"])),
    ("/metrics, s (processor)", lambda of: _page(of["metrics"])),
    ("/metrics, octets", lambda of: f"{of['metrics']['octets']:,}"),
    ("/status, s (processor)", lambda of: _page(of["status_page"])),
    ("/status, octets", lambda of: f"{of['status_page']['octets']:,}"),
    ("longest lookup meanwhile, ms", lambda of: f"{of['longest_lookup_s'] * 1e3:.1f}"),
    ("that of a bare server, ms", lambda of: f"{of['longest_bare_s'] * 1e3:.1f}"),
    ("stop, s", lambda of: f"{max(of['stop_seconds'], of['stop_again_seconds']):.2f}"),
]


def _times(of, name):
    return f"{of[name + '_seconds']:.2f} ({of[name + '_cpu_seconds']:.2f})"


def _command(of):
    times = (of["seconds"], of["cpu_seconds"], of["server_cpu_seconds"])
    return "{:.2f} ({:.2f}, {:.2f})".format(*times)


def _page(of):
    return f"{of['seconds']:.2f} ({of['server_cpu_seconds']:.2f})"


def show(results):
    print("\nDomains and what they cost\n")
    measure.table(
        [""] + [f"{each['domains']:,}" for each in results],
        [[name] + [of(each) for each in results] for name, of in ROWS],
    )


def show_steps(results):
    print("\nProcessor time, us a domain (octets that stay in memory)\n")
    by_step = {}
    for result in results:
        for each in result["steps"]:
            by_step.setdefault(each["step"], []).append(_step(each))
    measure.table(
        [""] + [f"{each['domains']:,}" for each in results],
        [[name] + cells for name, cells in by_step.items()],
    )


def _step(of):
    octets = f"{of['octets_a_domain']:.0f}"
    if "seconds" not in of:
        return octets
    return f"{of['seconds'] / of['domains'] * 1e6:.1f} ({octets})"


def verdicts(of):
    """Of the largest number of domains."""
    told = measure.Verdicts()
    told.add("E1", "KiB a domain beyond 40 MiB", kib_of_a_domain(of), 4, 1.5)
    told.add("E2", "s to the first answer", of["restart_seconds"], 3, 1)
    told.add("E3", "MB of /metrics", of["metrics"]["octets"] / 1e6, 2, 0.2)
    told.add("E4", "s of status", of["status"]["seconds"], 2, 0.5)
    told.add("E4", "s of query", of["query"]["seconds"], 0.3, 0.05)
    told.add("E4", "s of explain", of["explain"]["seconds"], 0.3, 0.05)
    told.add("E4", "s of SIGHUP", of["reload"]["seconds"], 2, 0.5)
    longer = (of["longest_lookup_s"] - of["longest_bare_s"]) * 1e3
    told.add("E4", "ms, the longest lookup beyond a bare server's", longer, 50, 5)
    stop = max(of["stop_seconds"], of["stop_again_seconds"])
    told.add("E4", "s to stop", stop, 5, 1)
    return told


def main():
    parser = measure.parser_of(__doc__, rounds=1)
    parser.add_argument("--counts", help="numbers of domains, with commas")
    options = parser.parse_args()
    counts = QUICK_COUNTS if options.quick else COUNTS
    if options.counts:
        counts = [int(each) for each in options.counts.split(",")]
    with tempfile.TemporaryDirectory(prefix="spfblock-bench-") as folder:
        bench = Bench(options, folder)
        results = []
        try:
            for each in counts:
                results.append(measure_count(bench, each))
        except KeyboardInterrupt:
            print("scale: what was measured until now", file=sys.stderr)
        finally:
            bench.bare.end()
    if not results:
        return 1
    show(results)
    show_steps(results)
    told = verdicts(results[-1])
    told.show()
    measure.write_json(options.json, {"scale": results, "verdicts": told.rows})
    return 1 if bench.faults else 0


if __name__ == "__main__":
    sys.exit(main())
