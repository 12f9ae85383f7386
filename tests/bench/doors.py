#!/usr/bin/env python3
"""What a mail from a listed client meets at each door, and how long it takes,
through a real Postfix: the table of docs/doors.md.

Run as root, from the checkout: `python3 -m tests.bench.doors [NAME...]`;
SPFBLOCK_PROGRAM names the program, a NAME is that of a door (all unless given).  A
table whose server hangs is waited for as long as Postfix waits, 17 minutes; that
goes on for all ways at once, in the end.
"""

import ipaddress
import os
import signal
import sys
import threading
import time

from ..blackbox.harness import own_machine
from ..blackbox.harness.door_kills import RECIPIENTS, kill_again_and_again
from ..blackbox.harness.ports import LOOPBACK, free_port
from ..blackbox.harness.postfix import Postfix
from ..blackbox.harness.smtp import Smtp
from ..blackbox.harness.spfblock import Spfblock
from ..blackbox.harness.unbound import Unbound
from ..blackbox.harness.waiting import eventually

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


def show(way, state, outcome):
    print(f"| {way.door} | {way.way} | {state} | {outcome} |", flush=True)


def hang_all(ways):
    for way in ways:
        way.serve_anew()
    waiting = [
        threading.Thread(target=lambda way=way: show(way, "hangs", way.hanging()))
        for way in ways
    ]
    for each in waiting:
        each.start()
    for each in waiting:
        each.join()


def main():
    own_machine.move_in()  # unbound takes port 53
    made = []
    try:
        for door, name in WAYS:
            if len(sys.argv) > 1 and door not in sys.argv[1:]:
                continue
            way = Way(door, name)
            made.append(way)
            for state, outcome in way.outcomes():
                show(way, state, outcome)
            if door == "dnsbl":
                made.pop().close()
        hang_all(made)
    finally:
        for way in made:
            way.close()


if __name__ == "__main__":
    main()
