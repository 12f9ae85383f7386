#!/usr/bin/python3
"""What a mail from a listed client meets at each door, how long it takes, and what
processor time, through a real Postfix: the table of docs/doors.md.

usage: scripts/bench doors [--json FILE] [--rounds N] [--quick] [--door NAME]...
       [--only times|outcomes]

Needs root.  A table whose server hangs is waited for as long as Postfix waits, 17
minutes; that goes on for all ways at once, in the end, and not with --quick.
"""

import ipaddress
import itertools
import os
import signal
import statistics
import sys
import threading
import time

CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, CHECKOUT)
sys.dont_write_bytecode = True
from tests.bench import measure  # noqa: E402
from tests.bench.policy import (  # noqa: E402
    DoorsPostfix,
    measure_postfix,
    print_postfix,
    rcpts_of,
)
from tests.blackbox.harness import own_machine  # noqa: E402
from tests.blackbox.harness.door_kills import (  # noqa: E402
    RECIPIENTS,
    kill_again_and_again,
)
from tests.blackbox.harness.ports import LOOPBACK, free_port  # noqa: E402
from tests.blackbox.harness.postfix import Postfix  # noqa: E402
from tests.blackbox.harness.smtp import Smtp  # noqa: E402
from tests.blackbox.harness.spfblock import Spfblock  # noqa: E402
from tests.blackbox.harness.unbound import Unbound  # noqa: E402
from tests.blackbox.harness.waiting import eventually  # noqa: E402

# A resolver remembers what it was told: each session has another client.
LISTED, LISTED_UNDER_LOAD, ELSEWHERE = "62.1.0.0/16", "62.2.0.0/16", "62.3.0.0/16"
KILLS = 20
NETWORKS = [
    {"network": each, "action": "REJECT"} for each in (LISTED, LISTED_UNDER_LOAD)
]
OPTIONS = "default_action=DUNNO, timeout=2s"
SOCKET = "spfblock/door"
ZONE = "bl.mx.example.org"
LONGEST_HANG_S = 1200  # of dict_tcp.c: ten times 100 s, and a second between two

ASKS = {
    "tcp_table": "check_client_access tcp:{0}",
    "policy": "check_policy_service {{ {0}, " + OPTIONS + " }}",
    "socketmap": "check_client_access socketmap:{0}:spfblock",
    "dnsbl": f"reject_rbl_client {ZONE}=127.0.0.2",
}
BY_TCP, BY_UDP = "through unbound, by TCP", "through unbound, by UDP"
WAYS = [
    ("dnsbl", BY_TCP),
    ("dnsbl", BY_UDP),
    ("tcp_table", "inet"),
    ("policy", "inet"),
    ("policy", "unix"),
    ("policy", "unix, chroot"),
    ("socketmap", "inet"),
    ("socketmap", "unix"),
    ("socketmap", "unix, chroot"),
]


class Way:
    """A Postfix that asks a door in one way."""

    def __init__(self, door, way):
        self.door, self.way, self.is_unix = door, way, way.startswith("unix")
        port = free_port()
        host = f"{LOOPBACK}:{port}"
        place = host if door == "tcp_table" else f"inet:{host}"
        asked = ASKS[door].format(f"unix:{SOCKET}" if self.is_unix else place)
        self.postfix = Postfix(
            0, f"smtpd_client_restrictions = {asked}\n", way.endswith("chroot")
        )
        os.mkdir(self.postfix.in_queue("spfblock"))
        self.at = f"unix:{self.postfix.in_queue(SOCKET)}" if self.is_unix else host
        self.spfblock = None
        self.unbound = None
        if door == "dnsbl":
            stub = Unbound.STUB if way == BY_TCP else ""
            self.unbound = Unbound(ZONE, port, stub=stub)
        self._listed = iter(ipaddress.ip_network(LISTED))

    def serve(self, mode="0666"):
        listener = {"door": self.door, "at": self.at}
        if self.is_unix:
            listener["mode"] = mode
        if self.door == "dnsbl":
            listener["zone"] = ZONE
        self.spfblock = Spfblock({"listen": [listener], "networks": NETWORKS})

    def session(self, count=2, meanwhile=None):
        """The replies to so many RCPTs, each as "CODE after SECONDS s", of a
        listed client; `meanwhile` is called behind the first."""
        with Smtp(self.postfix.port, timeout=LONGEST_HANG_S) as session:
            session.command("EHLO client.invalid")
            session.come_from(str(next(self._listed)))
            session.command("MAIL FROM:<sender@client.invalid>")
            said = []
            for number in range(count):
                if number == 1 and meanwhile:
                    meanwhile()
                begin = time.monotonic()
                code, _ = session.command(f"RCPT TO:<user{number}@recipient.invalid>")
                said.append(f"{code} after {time.monotonic() - begin:.2f} s")
            return ", ".join(said)

    def outcomes(self):
        if self.is_unix:
            self.serve(mode="0600")
            yield "no permission", self.session()
            self.spfblock.stop()
        self.serve()
        eventually(lambda: self.session().startswith("554"), "it is listed")
        yield "up", self.session()
        yield "restarted at once", self.restarted()
        yield f"killed {KILLS} times under load", self.killed()
        self.spfblock.kill()
        yield "dead", ", ".join(self.session() for _ in range(2))
        if self.door == "dnsbl":  # unbound is one for all
            self.serve_anew()
            yield "hangs", self.hanging()

    def serve_anew(self):
        """And the resolver forgets that it was away."""
        self.serve()
        if self.unbound:
            self.unbound.close()
            stub = Unbound.STUB if self.way == BY_TCP else ""
            self.unbound = Unbound(ZONE, self.spfblock.port, stub=stub)
        eventually(lambda: self.session().startswith("554"), "it is listed")

    def restarted(self):
        """Within a session, whose smtpd holds a connection; then in another."""

        def restart():
            self.spfblock.kill()
            self.serve()

        return f"{self.session(2, restart)}; then {self.session()}"

    def killed(self):
        clients = {LISTED_UNDER_LOAD: True, ELSEWHERE: False}
        # Behind a resolver the first RCPT of a session is all that asks.
        recipients = 1 if self.door == "dnsbl" else RECIPIENTS
        made = kill_again_and_again(
            self.postfix, self.spfblock, clients, KILLS, recipients
        )
        self.serve()
        return made

    def hanging(self):
        """Of a table one RCPT says it all, and takes minutes."""
        self.spfblock.suspend()
        try:
            is_table = self.door in ("tcp_table", "socketmap")
            return self.session(1 if is_table else 3)
        finally:
            self.spfblock.send_signal(signal.SIGCONT)

    def close(self):
        self.postfix.close()
        if self.unbound:
            self.unbound.close()
        if self.spfblock:
            self.spfblock.close()


class Outcomes:
    """Rows of a table, shown as they come."""

    def __init__(self):
        self.rows = []
        measure.table(["door", "way", "spfblock", "a session"], [])

    def add(self, way, state, outcome):
        self.rows.append([way.door, way.way, state, str(outcome)])
        print(f"| {way.door} | {way.way} | {state} | {outcome} |", flush=True)


def hang_all(ways, outcomes):
    for way in ways:
        way.serve_anew()
    waiting = [
        threading.Thread(
            target=lambda way=way: outcomes.add(way, "hangs", way.hanging())
        )
        for way in ways
    ]
    for each in waiting:
        each.start()
    for each in waiting:
        each.join()


def measure_outcomes(options):
    outcomes, made = Outcomes(), []
    try:
        for door, name in WAYS:
            if options.door and door not in options.door:
                continue
            way = Way(door, name)
            made.append(way)
            for state, outcome in way.outcomes():
                outcomes.add(way, state, outcome)
            if door == "dnsbl":
                made.pop().close()
        if not options.quick:
            hang_all(made, outcomes)
    finally:
        for way in made:
            way.close()
    return outcomes.rows


def measure_dnsbl(options):
    """{none or dnsbl: as rcpts_of()} of all rounds: each client is a new one, so
    that the resolver asks the door for each."""
    port = free_port()
    ours = Spfblock(
        {
            "listen": [{"door": "dnsbl", "at": f"{LOOPBACK}:{port}", "zone": ZONE}],
            "networks": NETWORKS,
            "log": {"level": "notice"},
        }
    )
    unbound = Unbound(ZONE, port)
    postfix = DoorsPostfix({"none": "permit", "dnsbl": ASKS["dnsbl"]})
    try:
        pairs = zip(ipaddress.ip_network(LISTED).hosts(), ipaddress.ip_network(ELSEWHERE).hosts())
        clients = map(str, itertools.chain.from_iterable(pairs))

        def some(door, count=2 * options.sessions):
            new = list(itertools.islice(clients, count))
            return rcpts_of(postfix, [ours, unbound], door, new, 1)

        for door in ("none", "dnsbl"):
            some(door, 2)
        return [
            {door: some(door) for door in ("none", "dnsbl")}
            for _ in range(options.rounds)
        ]
    finally:
        postfix.close()
        unbound.close()
        ours.close()


def print_dnsbl(rounds):
    print("\nProcessor time of a client's first RCPT through the door dnsbl, above `permit`\n")
    measure.table(
        ["smtpd us", "spfblock us", "unbound us"],
        [
            [
                f"{statistics.median(each['dnsbl'][what] - each['none'][what] for each in rounds):.0f}"
                for what in ("smtpd_us", "server_us", "others_us")
            ]
        ],
    )


def main():
    parser = measure.parser_of(__doc__, rounds=5)
    parser.add_argument("--door", action="append", choices=ASKS, help="this one; all unless given")
    parser.add_argument("--only", choices=("times", "outcomes"))
    parser.add_argument("--sessions", type=int, default=4, help="of each client in a run")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.sessions = 1, 1
    own_machine.move_in()  # unbound takes port 53
    times, first, outcomes = [], [], []
    if options.only != "outcomes":
        times = measure_postfix(options)
        print_postfix(times)
        options.sessions *= RECIPIENTS
        first = measure_dnsbl(options)
        print_dnsbl(first)
    if options.only != "times":
        print()
        outcomes = measure_outcomes(options)
    measure.write_json(options.json, {"postfix": times, "dnsbl": first, "outcomes": outcomes})
    wrong = sum(figures["wrong"] for each in [*times, *first] for figures in each.values())
    print(f"\n{wrong} answers wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
