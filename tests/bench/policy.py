#!/usr/bin/python3
"""Measures what one RCPT costs at the policy door: against a bare epoll server of the
same protocol, through Postfix beside the other doors, and beside other policy
servers that are asked the same.

usage: scripts/bench policy [--json FILE] [--rounds N] [--quick] [--seconds S]

A round measures each server once, one right after the other, by processor time; a
figure is the median over the rounds, and a ratio that of the rounds' ratios, so that
a machine that is busy with other things disturbs all sides alike.  Exits 1 if an
answer was wrong.  The other policy servers need a machine of their own (root): where
there is none they are left out.
"""

import contextlib
import os
import statistics
import sys
import tempfile
import time
import unittest

CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, CHECKOUT)
sys.dont_write_bytecode = True
from tests.bench import measure  # noqa: E402
from tests.bench.policy_servers import peers, question  # noqa: E402
from tests.bench.serve import Bench, entries, random_networks  # noqa: E402
from tests.blackbox.harness.own_machine import move_in  # noqa: E402
from tests.blackbox.harness.policy import PolicyClient  # noqa: E402
from tests.blackbox.harness.ports import LOOPBACK, free_port  # noqa: E402
from tests.blackbox.harness.postfix import Postfix  # noqa: E402
from tests.blackbox.harness.process import Process  # noqa: E402
from tests.blackbox.harness.smtp import Smtp  # noqa: E402
from tests.blackbox.harness.spfblock import Spfblock  # noqa: E402
from tests.blackbox.harness.waiting import eventually  # noqa: E402

CONNECTIONS = [1, 50, 500]
MUST = 1.25  # F1: ours / bare epoll
NETWORKS = 10_000
ACTION = "REJECT"
DOORS = ["none", "tcp_table", "policy", "socketmap"]
RECIPIENTS = 50  # of a session
LISTED, ELSEWHERE = "62.1.1.9", "62.1.9.9"


# At the server.


def measure_server(bench):
    """For each number of connections {server: result} of all rounds."""
    networks = random_networks(NETWORKS, 1)
    listed = bench.networks_file(networks)
    port = free_port()
    with contextlib.ExitStack() as ends, measure.pinned(bench.server_processor):
        bare = Process([bench.program("bare_epoll"), str(port), "policy"])
        ends.callback(bare.end)
        ours = Spfblock(
            {
                "listen": [{"door": "policy", "at": f"{LOOPBACK}:{free_port()}"}],
                "action": ACTION,
                "networks": entries(networks),
                "connections": 6000,
                "log": {"level": "notice"},
            }
        )
        ends.callback(ours.close)
        eventually(lambda: _answers(ours.port), "the door answers")
        servers = {
            "bare epoll": (port, bare.pid, {}),
            "spfblock": (ours.port, ours.pid, {"networks": listed, "action": ACTION}),
        }
        return [
            {
                "connections": count,
                "rounds": [
                    {
                        name: bench.load(
                            at,
                            pid,
                            protocol="policy",
                            connections=count,
                            seconds=bench.options.seconds,
                            **more,
                        )
                        for name, (at, pid, more) in servers.items()
                    }
                    for _ in range(bench.options.rounds)
                ],
            }
            for count in CONNECTIONS
        ]


def _answers(port):
    with contextlib.suppress(OSError):
        with PolicyClient(port) as client:
            return bool(client.ask("192.0.2.1", "a@b.example"))
    return False


def print_server(results):
    print("\nProcessor time of the server for one RCPT at the policy door\n")
    rows, worst = [], 0
    for each in results:
        rounds = each["rounds"]
        cost = "server_ns_per_request"
        ratio = statistics.median(
            one["spfblock"][cost] / one["bare epoll"][cost] for one in rounds
        )
        worst = max(worst, ratio)
        rows.append(
            [
                each["connections"],
                f"{measure.median(rounds, 'spfblock', cost) / 1e3:.2f}",
                f"{measure.median(rounds, 'bare epoll', cost) / 1e3:.2f}",
                f"{ratio:.2f}",
                f"{MUST:.2f}",
            ]
        )
    measure.table(["connections", "spfblock us", "bare epoll us", "ratio", "must"], rows)
    return worst


# Through Postfix.


class DoorsPostfix(Postfix):
    """With an smtpd for each of `restrictions`, by name; see `ports`."""

    def __init__(self, restrictions):
        self._restrictions = restrictions
        self.ports = {name: free_port() for name in restrictions}
        super().__init__(0, "smtpd_client_restrictions =\nin_flow_delay = 0\n")

    def _smtpd_service(self):
        return super()._smtpd_service() + "".join(
            f"{LOOPBACK}:{self.ports[name]} inet n - n - 1 smtpd\n"
            f"  -o {{ smtpd_client_restrictions = {restriction} }}\n"
            for name, restriction in self._restrictions.items()
        )

    def smtpds(self):
        """Their process ids."""
        master = int(open(self.in_queue("pid/master.pid"), encoding="ascii").read())
        with open(f"/proc/{master}/task/{master}/children", encoding="ascii") as file:
            children = map(int, file.read().split())
            return [each for each in children if _name_of(each) == "smtpd"]


def _name_of(pid):
    with contextlib.suppress(OSError):
        with open(f"/proc/{pid}/comm", encoding="ascii") as file:
            return file.read().strip()
    return ""


def measure_postfix(options):
    """{door: {smtpd: us, server: us, wrong: count}} of all rounds."""
    at = {door: f"{LOOPBACK}:{free_port()}" for door in DOORS[1:]}
    ours = Spfblock(
        {
            "listen": [{"door": door, "at": each} for door, each in at.items()],
            "action": ACTION,
            "networks": entries(["62.1.1.0/24", *random_networks(NETWORKS, 1)]),
            "log": {"level": "notice"},
        }
    )
    postfix = None
    try:
        postfix = DoorsPostfix(
            {
                "none": "permit",
                "tcp_table": f"check_client_access tcp:{at['tcp_table']}",
                "policy": f"check_policy_service {{ inet:{at['policy']}, "
                "default_action=DUNNO, timeout=20s }",
                "socketmap": f"check_client_access socketmap:inet:{at['socketmap']}:x",
            }
        )
        for door in DOORS:
            rcpts(postfix, ours, door, 1)
        return [
            {door: rcpts(postfix, ours, door, options.sessions) for door in DOORS}
            for _ in range(options.rounds)
        ]
    finally:
        if postfix:
            postfix.close()
        ours.close()


def rcpts(postfix, ours, door, sessions):
    """Half of them of a client that is listed."""
    return rcpts_of(postfix, [ours], door, [LISTED, ELSEWHERE] * sessions, RECIPIENTS)


def rcpts_of(postfix, servers, door, clients, recipients):
    """A session of so many recipients for each client; every second one is not
    listed.  {smtpd_us, server_us of the first of `servers`, others_us, wrong}"""
    wrong = count = 0
    before = _times(postfix, servers)
    for number, address in enumerate(clients):
        expected = 554 if number % 2 == 0 and door != "none" else 250
        with Smtp(postfix.ports[door], timeout=60) as session:
            session.command("EHLO client.invalid")
            session.come_from(address)
            codes = [session.recipient_reply()[0]] + [
                session.command(f"RCPT TO:<user{each}@recipient.invalid>")[0]
                for each in range(recipients - 1)
            ]
            # Read before smtpd ends: it serves one client after the other.
            after = _times(postfix, servers)
            session.command("QUIT")
        count += len(codes)
        wrong += sum(code != expected for code in codes)
    smtpd = sum(after[0].get(each, 0) - before[0].get(each, 0) for each in after[0])
    spent = [after[1][each] - before[1][each] for each in range(len(servers))]
    return {
        "smtpd_us": smtpd / count * 1e6,
        "server_us": spent[0] / count * 1e6,
        "others_us": sum(spent[1:]) / count * 1e6,
        "wrong": wrong,
    }


def _times(postfix, servers):
    smtpds = {}
    for pid in postfix.smtpds():
        with contextlib.suppress(OSError):
            smtpds[pid] = measure.cpu_seconds(pid)
    return smtpds, [measure.cpu_seconds(each.pid) for each in servers]


def print_postfix(rounds):
    print("\nProcessor time of one RCPT through Postfix, above `permit`\n")
    rows = []
    for door in DOORS[1:]:
        smtpd = statistics.median(
            each[door]["smtpd_us"] - each["none"]["smtpd_us"] for each in rounds
        )
        server = statistics.median(
            each[door]["server_us"] - each["none"]["server_us"] for each in rounds
        )
        share = statistics.median(_above(each, door) / _above(each, "tcp_table") for each in rounds)
        rows.append([door, f"{smtpd:.1f}", f"{server:.1f}", f"{smtpd + server:.1f}", f"{share:.2f}"])
    measure.table(["door", "smtpd us", "spfblock us", "sum", "/ tcp_table"], rows)


def _above(each, door):
    return sum(each[door][what] - each["none"][what] for what in ("smtpd_us", "server_us"))


# Beside other policy servers.


def measure_peers(options):
    """{name: {rate, cpu_us, wrong}} of all rounds; None without a machine of its own."""
    try:
        move_in()
    except unittest.SkipTest as reason:
        print(f"policy: without other policy servers: {reason}", file=sys.stderr)
        return None
    with peers() as servers:
        for server in servers.values():
            eventually(lambda server=server: server.is_right(), f"{server.name} answers")
        return [
            {name: _load(server, options.seconds) for name, server in servers.items()}
            for _ in range(options.rounds)
        ]


def _load(server, seconds):
    """One request after the other over one connection."""
    count = wrong = 0
    cpu, begin = server.cpu_seconds(), time.monotonic()
    while time.monotonic() < begin + seconds:
        wrong += not server.is_right()
        count += 1
    return {
        "rate": count / (time.monotonic() - begin),
        "cpu_us": (server.cpu_seconds() - cpu) / count * 1e6,
        "wrong": wrong,
    }


def print_peers(rounds):
    print(f"\nThe same question, one after the other: {question(0).count(chr(10)) - 1} attributes\n")
    rows = [
        [
            name,
            f"{measure.median(rounds, name, 'rate'):,.0f}",
            f"{measure.median(rounds, name, 'cpu_us'):,.0f}",
            f"{statistics.median(each['spfblock']['rate'] / each[name]['rate'] for each in rounds):,.1f}",
            f"{statistics.median(each[name]['cpu_us'] / each['spfblock']['cpu_us'] for each in rounds):,.0f}",
        ]
        for name in rounds[0]
    ]
    measure.table(
        ["server", "requests/s", "its processor time, us", "spfblock's rate / its", "its time / spfblock's"],
        rows,
    )


def main():
    parser = measure.parser_of(__doc__, rounds=7)
    parser.add_argument("--seconds", type=float, default=1, help="of one run")
    parser.add_argument("--sessions", type=int, default=4, help="of each client in a run")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds, options.sessions = 1, 0.3, 1
    with tempfile.TemporaryDirectory(prefix="spfblock-bench-") as folder:
        bench = Bench(options, folder)
        server = measure_server(bench)
    worst = print_server(server)
    rounds = measure_postfix(options)
    print_postfix(rounds)
    beside = measure_peers(options)  # the last: it moves to another machine
    if beside:
        print_peers(beside)
    wrong = bench.faults + sum(
        figures["wrong"] for each in [*rounds, *(beside or [])] for figures in each.values()
    )
    print(f"\n{wrong} answers wrong; F1: {worst:.2f} (must: {MUST:.2f})")
    measure.write_json(options.json, {"server": server, "postfix": rounds, "peers": beside})
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
