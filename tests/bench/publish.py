#!/usr/bin/python3
"""Measures what one RCPT costs through a cdb that spfblock publishes, beside one that
postmap makes of the exported text, and beside the door tcp_table.

usage: scripts/bench publish [--json FILE] [--rounds N] [--quick]

A round measures each once, one right after the other, by processor time; a figure is
the median over the rounds, and a ratio that of the rounds' ratios.  A copy of
postmap's cdb is measured as well: how far its ratio is from 1 is the noise.  What is
exact are the instructions that Postfix's own code takes to find an address in either
file, counted by valgrind.  Also how long both take to make the file, by wall time.
Exits 1 if an answer was wrong.
"""

import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, CHECKOUT)
sys.dont_write_bytecode = True
from tests.bench import measure  # noqa: E402
from tests.bench.policy import ACTION, DoorsPostfix, rcpts  # noqa: E402
from tests.bench.serve import entries, random_networks  # noqa: E402
from tests.blackbox.harness.ports import LOOPBACK, free_port  # noqa: E402
from tests.blackbox.harness.process import tool  # noqa: E402
from tests.blackbox.harness.spfblock import Spfblock  # noqa: E402

MUST = 1.0  # F3: published / postmap's
NETWORKS = 10_000
TABLES = ["published", "postmap", "copy", "tcp_table"]
CLIENTS = 3000  # whose instructions are counted
WAYS = ["none", *TABLES]


def timed(action):
    begin = time.monotonic()
    action()
    return time.monotonic() - begin


def postmap(folder):
    """Makes FOLDER/access.cdb of FOLDER/access; returns the seconds that takes."""
    file = os.path.join(folder, "access")
    with open(os.path.join(folder, "main.cf"), "w", encoding="ascii") as out:
        out.write("compatibility_level = 3.6\n")
    return timed(
        lambda: subprocess.run(
            [tool("postmap"), "-c", folder, f"cdb:{file}"], check=True, timeout=600
        )
    )


def found(folder, name, keys):
    """Those of the keys that FOLDER/NAME.cdb has."""
    told = subprocess.run(
        [tool("postmap"), "-c", folder, "-q", "-", f"cdb:{folder}/{name}"],
        input="".join(f"{each}\n" for each in keys),
        stdout=subprocess.PIPE,
        text=True,
        timeout=600,
    )
    return {line.split("\t", 1)[0] for line in told.stdout.splitlines()}


def asked_by_smtpd(clients, known):
    """The keys that smtpd looks up: shorter and shorter ones, until one is found."""
    for client in clients:
        octets = client.split(".")
        for length in (4, 3, 2, 1):
            key = ".".join(octets[:length])
            yield key
            if key in known:
                break


def instructions(folder, name, keys):
    done = subprocess.run(
        [tool("valgrind"), "--tool=callgrind", "--callgrind-out-file=/dev/null"]
        + [tool("postmap"), "-c", folder, "-q", "-", f"cdb:{folder}/{name}"],
        input="".join(f"{each}\n" for each in keys),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        timeout=600,
    )
    return int(re.search(r"Collected : (\d+)", done.stderr)[1])


def count(folder, networks):
    """{name: instructions of Postfix's code to look up a client}."""
    chance = random.Random(3)
    listed = [each.split("/")[0] for each in chance.choices(networks, k=CLIENTS // 2)]
    clients = listed + [
        ".".join(str(chance.randrange(1, 224)) for _ in range(4))
        for _ in range(CLIENTS // 2)
    ]
    keys = set(asked_by_smtpd(clients, set()))
    counted = {}
    for name in ("published", "access"):
        asked = list(asked_by_smtpd(clients, found(folder, name, keys)))
        spent = instructions(folder, name, asked) - instructions(folder, name, [])
        counted[name] = spent / CLIENTS
    return counted


def measure_tables(options, folder):
    """([{way: {smtpd_us, server_us, wrong}} of all rounds], {what: octets or s})."""
    networks = random_networks(NETWORKS, 1)
    published, text = (os.path.join(folder, each) for each in ("published.cdb", "access"))
    made = {}
    ours = Spfblock(
        {
            "listen": [f"{LOOPBACK}:{free_port()}"],
            "admin": f"{LOOPBACK}:{free_port()}",
            "action": ACTION,
            "networks": entries(["62.1.1.0/24", *networks]),
            "publish": [
                {"format": "cdb", "file": published},
                {"format": "access", "file": text},
            ],
            "log": {"level": "info"},
        }
    )
    postfix = None
    try:
        for each in (published, text):
            ours.wait_for_line(f"file published file={each}", timeout=600)
        made["postmap_s"] = postmap(folder)
        shutil.copyfile(f"{folder}/access.cdb", f"{folder}/copy.cdb")
        made["instructions"] = count(folder, networks)
        made["published_octets"] = os.path.getsize(published)
        made["postmap_octets"] = os.path.getsize(os.path.join(folder, "access.cdb"))
        postfix = DoorsPostfix(
            {
                "none": "permit",
                "published": f"check_client_access cdb:{folder}/published",
                "postmap": f"check_client_access cdb:{folder}/access",
                "copy": f"check_client_access cdb:{folder}/copy",
                "tcp_table": f"check_client_access tcp:{LOOPBACK}:{ours.port}",
            }
        )
        for way in WAYS:
            rcpts(postfix, ours, way, 1)
        rounds = [
            {
                way: rcpts(postfix, ours, way, options.sessions)
                for way in rotated(WAYS, number)
            }
            for number in range(options.rounds)
        ]
        return rounds, made
    finally:
        if postfix:
            postfix.close()
        ours.close()


def rotated(ways, number):
    """In an order that changes: the first of a round finds caches cold."""
    return [ways[(number + i) % len(ways)] for i in range(len(ways))]


def cost(each, way):
    return each[way]["smtpd_us"] + each[way]["server_us"]


def above(each, way):
    """What it costs above `permit`."""
    return cost(each, way) - cost(each, "none")


def print_tables(rounds, made):
    print("Processor time of one RCPT through Postfix\n")
    rows = []
    for way in TABLES:
        rows.append(
            [
                way,
                f"{statistics.median(cost(each, way) for each in rounds):.1f}",
                f"{statistics.median(above(each, way) for each in rounds):.1f}",
                f"{statistics.median(cost(each, way) / cost(each, 'postmap') for each in rounds):.2f}",
            ]
        )
    measure.table(["table", "us", "above `permit`, us", "/ postmap's cdb"], rows)
    print(
        f"\nThe file: {made['published_octets']:,} octets, "
        f"postmap's {made['postmap_octets']:,} in {made['postmap_s']:.2f} s"
    )
    counted = made["instructions"]
    print(
        f"Instructions to look up a client: {counted['published']:,.0f}, in postmap's "
        f"{counted['access']:,.0f}: {counted['published'] / counted['access']:.3f}"
    )
    return statistics.median(
        cost(each, "published") / cost(each, "postmap") for each in rounds
    )


def main():
    parser = measure.parser_of(__doc__, rounds=7)
    parser.add_argument("--sessions", type=int, default=4, help="of each client in a run")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.sessions = 1, 1
    with tempfile.TemporaryDirectory(prefix="spfblock-bench-") as folder:
        os.chmod(folder, 0o755)
        rounds, made = measure_tables(options, folder)
    ratio = print_tables(rounds, made)
    wrong = sum(figures["wrong"] for each in rounds for figures in each.values())
    print(f"\n{wrong} answers wrong; F3: {ratio:.2f} (must: {MUST:.2f})")
    measure.write_json(options.json, {"tables": rounds, "made": made})
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
