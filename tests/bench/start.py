#!/usr/bin/python3
"""Measures how soon after its start spfblock gives the first right answer.

usage: scripts/bench start [--json FILE] [--rounds N] [--quick]

The networks come from a state file; the name servers are silent, as on the
morning after a power failure.  The time runs from exec to the first right reply
for a listed address.  A figure is the median over the rounds.  Many more listed
and unlisted addresses are asked for after that; exits 1 if a reply is wrong.
"""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time

CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, CHECKOUT)
sys.dont_write_bytecode = True
from tests.bench import measure, state_files  # noqa: E402
from tests.blackbox.harness.ports import LOOPBACK, free_port  # noqa: E402
from tests.blackbox.harness.spfblock import program  # noqa: E402
from tests.blackbox.harness.tcp_table import TableClient  # noqa: E402

COUNTS = [1000, 10_000, 100_000, 1_000_000]
QUICK_COUNTS = [1000, 100_000]
NETWORKS_OF_A_DOMAIN = 1000
KEYS = 2000  # asked for after the first answer
TIMEOUT_S = 30


def generated(count):
    """Networks by domain: every other /28, so that which is listed is plain."""
    domains = {}
    for number in range(count):
        first = (20 << 24) + number * 32
        network = socket.inet_ntoa(first.to_bytes(4, "big")) + "/28"
        name = f"d{number // NETWORKS_OF_A_DOMAIN}.test"
        domains.setdefault(name, []).append(network)
    return domains


def random_keys(count, seed):
    """[(address, whether it is listed)], the first one listed."""
    chance = random.Random(seed)
    keys = [((20 << 24) + (count - 1) * 32, True)]
    for _ in range(KEYS):
        offset = chance.randrange(count * 32)
        keys.append(((20 << 24) + offset, offset % 32 < 16))
    return [(socket.inet_ntoa(key.to_bytes(4, "big")), hit) for key, hit in keys]


class Start:
    """A state file with so many networks, and the configuration for it."""

    def __init__(self, folder, count):
        self.count = count
        self.port = free_port()
        self.silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.silent.bind((LOOPBACK, 0))
        domains = generated(count)
        self.state = os.path.join(folder, f"{count}.state")
        self.kept = self.state + ".kept"
        state_files.write(self.kept, domains)
        self.file = os.path.join(folder, f"{count}.json")
        with open(self.file, "w", encoding="utf-8") as file:
            json.dump(self._configuration(list(domains)), file)

    def _configuration(self, names):
        server = f"{LOOPBACK}:{self.silent.getsockname()[1]}"
        return {
            "listen": [f"{LOOPBACK}:{self.port}"],
            "admin": "",
            "state_file": self.state,
            "allow": {"reserved": False, "providers": False},
            "resolver": {"servers": [server]},
            "log": {"level": "error"},
            "domains": names,
        }

    def measure(self, seed):
        """{"seconds", "cpu_seconds", "wrong"} of one start."""
        restore(self.kept, self.state)
        keys = random_keys(self.count, seed)
        begin = time.monotonic()
        child = subprocess.Popen([program(), "serve", "-c", self.file])
        try:
            first_answer(self.port, keys[0][0])
            seconds = time.monotonic() - begin
            cpu = measure.cpu_seconds(child.pid)
            with TableClient(self.port) as client:
                replies = client.get_all([key for key, _ in keys])
        finally:
            child.send_signal(signal.SIGTERM)
            child.wait(TIMEOUT_S)
        wrong = sum(
            (reply.code == 200) != hit for reply, (_, hit) in zip(replies, keys)
        )
        return {"seconds": seconds, "cpu_seconds": cpu, "wrong": wrong}


def restore(kept, to):
    """A copy in the page cache, as the file is just after it was written."""
    with open(kept, "rb") as source, open(to, "wb") as file:
        file.write(source.read())


def first_answer(port, key):
    """Asks for the key, as soon as the port is open, until it is listed."""
    deadline = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline:
        try:
            with TableClient(port, timeout=TIMEOUT_S) as client:
                while client.get(key).code != 200:
                    pass
                return
        except ConnectionRefusedError:
            time.sleep(0.0005)
    sys.exit("start: no answer")


def main():
    options = measure.parser_of(__doc__, rounds=5).parse_args()
    if options.quick:
        options.rounds = 1
    results = []
    with tempfile.TemporaryDirectory(prefix="spfblock-bench-") as folder:
        counts = QUICK_COUNTS if options.quick else COUNTS
        starts = [Start(folder, each) for each in counts]
        for start in starts:
            rounds = [start.measure(number) for number in range(options.rounds)]
            megabytes = os.path.getsize(start.kept) / 1e6
            results.append(
                {"networks": start.count, "megabytes": megabytes, "rounds": rounds}
            )
    show(results)
    told = measure.Verdicts()
    seconds = measure.median(results[-1]["rounds"], "seconds")
    what = f"s from exec to the first right answer, {counts[-1]:,} networks"
    told.add("D1", what, seconds, 1.0, 0.3)
    told.show()
    wrong = sum(each["wrong"] for one in results for each in one["rounds"])
    print(f"\n{wrong} replies wrong")
    measure.write_json(options.json, {"starts": results, "verdicts": told.rows})
    return 1 if wrong else 0


def show(results):
    print("\nStart with a state file\n")
    measure.table(
        ["networks", "state file MB", "first answer s", "processor s"],
        [
            [f"{each['networks']:,}", f"{each['megabytes']:.1f}"]
            + [
                f"{measure.median(each['rounds'], name):.3f}"
                for name in ("seconds", "cpu_seconds")
            ]
            for each in results
        ],
    )


if __name__ == "__main__":
    sys.exit(main())
