#!/usr/bin/python3
"""Measures what one RCPT costs through a cdb that spfblock publishes, beside one that
postmap makes of the exported text, and beside the door tcp_table.

usage: scripts/bench publish [--json FILE] [--rounds N] [--quick]

A round measures each once, one right after the other, by processor time; a figure is
the median over the rounds, and a ratio that of the rounds' ratios.  Also how long
both take to make the file, by wall time.  Exits 1 if an answer was wrong.
"""

import os
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
TABLES = ["published", "postmap", "tcp_table"]
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


def measure_tables(options, folder):
    """([{way: {smtpd_us, server_us, wrong}} of all rounds], {what: octets or s})."""
    published, text = (os.path.join(folder, each) for each in ("published.cdb", "access"))
    made = {}
    ours = Spfblock(
        {
            "listen": [f"{LOOPBACK}:{free_port()}"],
            "admin": f"{LOOPBACK}:{free_port()}",
            "action": ACTION,
            "networks": entries(["62.1.1.0/24", *random_networks(NETWORKS, 1)]),
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
        made["published_octets"] = os.path.getsize(published)
        made["postmap_octets"] = os.path.getsize(os.path.join(folder, "access.cdb"))
        postfix = DoorsPostfix(
            {
                "none": "permit",
                "published": f"check_client_access cdb:{folder}/published",
                "postmap": f"check_client_access cdb:{folder}/access",
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
