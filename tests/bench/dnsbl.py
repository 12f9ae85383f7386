#!/usr/bin/python3
"""Measures the door dnsbl beside NSD and rbldnsd, which serve what the same table is
exported as: answers a second on one processor, and processor time for an answer.

usage: scripts/bench dnsbl [--json FILE] [--rounds N] [--quick] [--seconds S]
                           [--under-way N] [--former PROGRAM]

dnsperf asks by UDP from another processor, half of it about what is listed.  A round
measures each server once, one right after the other; a figure is the median over the
rounds, and a ratio that of the rounds' ratios, so that a machine that is busy with
other things disturbs all sides alike; a former build of spfblock may be one of them.
Exits 1 if the servers do not say the same.
"""

import contextlib
import ipaddress
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile

CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, CHECKOUT)
sys.dont_write_bytecode = True
from tests.bench import measure  # noqa: E402
from tests.bench.serve import entries, random_networks  # noqa: E402
from tests.blackbox.harness.dnsbl import (  # noqa: E402
    APEX,
    DnsblClient,
    Rbldnsd,
    ZoneFileNsd,
    reversed_name,
)
from tests.blackbox.harness.ports import LOOPBACK, free_port  # noqa: E402
from tests.blackbox.harness.process import tool  # noqa: E402
from tests.blackbox.harness.spfblock import Spfblock, run  # noqa: E402
from tests.blackbox.harness.waiting import eventually  # noqa: E402

NETWORKS = 10_000
QUESTIONS = 20_000
SAMPLE = 500  # compared one by one
# F2: NSD's and rbldnsd's processor time for an answer / ours.
MUST = {"NSD": 0.8, "rbldnsd": 1.0}


def addresses(networks):
    """Half of them in one of the networks, so that all servers do the same."""
    chance = random.Random(2)
    parsed = [ipaddress.ip_network(each) for each in networks]
    listed = [
        str(each[chance.randrange(each.num_addresses)])
        for each in chance.choices(parsed, k=QUESTIONS // 2)
    ]
    others = [
        str(ipaddress.ip_address(chance.randrange(1 << 24, 224 << 24)))
        for _ in range(QUESTIONS // 2)
    ]
    both = listed + others
    chance.shuffle(both)
    return both


@contextlib.contextmanager
def program_at(path):
    """The harness starts this one meanwhile."""
    before = os.environ.get("SPFBLOCK_PROGRAM")
    os.environ["SPFBLOCK_PROGRAM"] = path
    try:
        yield
    finally:
        del os.environ["SPFBLOCK_PROGRAM"]
        if before is not None:
            os.environ["SPFBLOCK_PROGRAM"] = before


def door(networks):
    return Spfblock(
        {
            "listen": [
                {"door": "dnsbl", "at": f"{LOOPBACK}:{free_port()}", "zone": APEX}
            ],
            "admin": f"{LOOPBACK}:{free_port()}",
            "networks": entries(networks),
            "log": {"level": "notice"},
        }
    )


@contextlib.contextmanager
def all_servers(processor, former):
    """{name: (port, the ids of its processes)}."""
    networks = random_networks(NETWORKS, 1)
    with contextlib.ExitStack() as ends, measure.pinned(processor):
        ours = door(networks)
        ends.callback(ours.close)

        def exported(form):
            return eventually(
                lambda: run("export", "-c", ours.file, "--format", form).stdout,
                "the table can be had",
            )

        nsd = ZoneFileNsd(exported("dnsbl-zone"))
        ends.callback(nsd.close)
        rbldnsd = Rbldnsd(exported("rbldnsd"))
        ends.callback(rbldnsd.close)
        servers = {"spfblock": ours, "NSD": nsd, "rbldnsd": rbldnsd}
        if former:
            with program_at(former):
                servers["former"] = door(networks)
            ends.callback(servers["former"].close)
        yield networks, {
            name: (each.port, family(each.pid)) for name, each in servers.items()
        }


def family(pid):
    """A process and those that it has started."""
    found = [pid]
    for each in found:
        with open(f"/proc/{each}/task/{each}/children", encoding="ascii") as file:
            found += map(int, file.read().split())
    return found


def differences(servers, asked):
    """Addresses about which they do not say the same."""
    told = {}
    for name, (port, _) in servers.items():
        client = DnsblClient(port)
        told[name] = [client.reason(each) is not None for each in asked]
        client.close()
    return sum(len(set(each)) > 1 for each in zip(*told.values()))


def load(port, pids, questions, options):
    """What dnsperf gets from a server, and what that costs it."""
    before = sum(map(measure.cpu_seconds, pids))
    done = subprocess.run(
        [tool("dnsperf"), "-s", LOOPBACK, "-p", str(port), "-d", questions]
        + ["-l", str(options.seconds), "-q", str(options.under_way), "-c", "4"],
        capture_output=True,
        text=True,
        check=True,
    )
    spent = sum(map(measure.cpu_seconds, pids)) - before
    answers = int(re.search(r"Queries completed:\s+(\d+)", done.stdout)[1])
    codes = re.search(r"Response codes:\s+(.*)", done.stdout)[1]
    return {
        "rate": float(re.search(r"Queries per second:\s+([\d.]+)", done.stdout)[1]),
        "cpu_us": spent / answers * 1e6,
        "lost": int(re.search(r"Queries lost:\s+(\d+)", done.stdout)[1]),
        "strange": len(re.findall(r"SERVFAIL|REFUSED|FORMERR", codes)),
    }


def ratio(rounds, what, above, below):
    return statistics.median(each[above][what] / each[below][what] for each in rounds)


def show(rounds):
    print(f"\nQuestions by UDP, {NETWORKS:,} networks, one processor\n")
    measure.table(
        ["server", "answers/s", "its processor time, us", "spfblock's rate / its"]
        + ["its time / spfblock's", "must"],
        [
            [
                name,
                f"{measure.median(rounds, name, 'rate'):,.0f}",
                f"{measure.median(rounds, name, 'cpu_us'):.2f}",
                f"{ratio(rounds, 'rate', 'spfblock', name):.2f}",
                f"{ratio(rounds, 'cpu_us', name, 'spfblock'):.2f}",
                MUST.get(name, ""),
            ]
            for name in rounds[0]
        ],
    )


def main():
    parser = measure.parser_of(__doc__, rounds=7)
    parser.add_argument("--seconds", type=int, default=2, help="of one run")
    parser.add_argument("--under-way", type=int, default=100, help="questions")
    parser.add_argument("--former", help="another build of spfblock")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds = 1, 1
    server_processor, load_processor = measure.processors()
    with tempfile.TemporaryDirectory(prefix="spfblock-bench-") as folder:
        with all_servers(server_processor, options.former) as (networks, servers):
            asked = addresses(networks)
            questions = os.path.join(folder, "questions")
            with open(questions, "w", encoding="ascii") as file:
                file.writelines(f"{reversed_name(each)} A\n" for each in asked)
            wrong = differences(servers, asked[:SAMPLE])
            with measure.pinned(load_processor):
                rounds = [
                    {
                        name: load(port, pids, questions, options)
                        for name, (port, pids) in servers.items()
                    }
                    for _ in range(options.rounds)
                ]
    show(rounds)
    wrong += sum(each["strange"] for one in rounds for each in one.values())
    worst = {
        name: ratio(rounds, "cpu_us", name, "spfblock") for name in MUST
    }
    print(
        f"\n{wrong} answers wrong; F2: "
        + ", ".join(f"{name} {worst[name]:.2f} (must: {MUST[name]})" for name in MUST)
    )
    measure.write_json(options.json, {"rounds": rounds})
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
