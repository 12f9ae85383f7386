#!/usr/bin/env python3
"""What a mail from a listed client meets at each door, and how long it takes,
through a real Postfix: the table of docs/doors.md.

Run as root, from the checkout: `python3 -m tests.bench.doors`; SPFBLOCK_PROGRAM
names the program.  Where a hang costs minutes it is left out.
"""

import os
import signal
import time

from ..blackbox.harness.door_kills import kill_again_and_again
from ..blackbox.harness.ports import LOOPBACK, free_port
from ..blackbox.harness.postfix import Postfix
from ..blackbox.harness.smtp import Smtp
from ..blackbox.harness.spfblock import Spfblock
from ..blackbox.harness.waiting import eventually

LISTED, ELSEWHERE = "62.1.1.9", "62.1.9.9"
KILLS = 20
NETWORKS = [{"network": "62.1.1.0/24", "action": "REJECT"}]
OPTIONS = "default_action=DUNNO, timeout=2s"
SOCKET = "spfblock/door"

ASKS = {
    "tcp_table": "check_client_access tcp:{0}",
    "policy": "check_policy_service {{ {0}, " + OPTIONS + " }}",
    "socketmap": "check_client_access socketmap:{0}:spfblock",
}
WAYS = [
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
        self.door, self.is_unix = door, way != "inet"
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

    def serve(self, mode="0666"):
        listener = {"door": self.door, "at": self.at}
        if self.is_unix:
            listener["mode"] = mode
        self.spfblock = Spfblock({"listen": [listener], "networks": NETWORKS})

    def two_recipients(self):
        """Of one session, each as "CODE after SECONDS s"."""
        with Smtp(self.postfix.port, timeout=60) as session:
            session.command("EHLO client.invalid")
            session.come_from(LISTED)
            return ", ".join(
                (self.timed(session.recipient_reply), self.timed(session.command))
            )

    @staticmethod
    def timed(ask):
        begin = time.monotonic()
        code = (
            ask("RCPT TO:<other@recipient.invalid>")
            if ask.__name__ == "command"
            else ask()
        )[0]
        return f"{code} after {time.monotonic() - begin:.2f} s"

    def outcomes(self):
        yield "no permission", self.without_permission()
        self.serve()
        eventually(lambda: self.two_recipients().startswith("554"), "it is listed")
        yield "up", self.two_recipients()
        yield "restarted at once", self.restarted()
        yield f"killed {KILLS} times under load", self.killed()
        yield "hangs", self.hanging()
        self.spfblock.kill()
        yield "dead", self.two_recipients()

    def without_permission(self):
        if not self.is_unix:
            return "-"
        self.serve(mode="0600")
        try:
            return self.two_recipients()
        finally:
            self.spfblock.stop()

    def restarted(self):
        """Within a session, whose smtpd holds a connection."""
        with Smtp(self.postfix.port, timeout=60) as session:
            session.command("EHLO client.invalid")
            session.come_from(LISTED)
            first = self.timed(session.recipient_reply)
            self.spfblock.kill()
            self.serve()
            return f"{first}, {self.timed(session.command)}"

    def killed(self):
        """Then, too, sessions hold connections."""
        clients = {LISTED: True, ELSEWHERE: False}
        made = kill_again_and_again(self.postfix, self.spfblock, clients, KILLS)
        self.serve()
        return made

    def hanging(self):
        if self.door != "policy":
            return "minutes"
        self.spfblock.suspend()
        try:
            return self.two_recipients()
        finally:
            self.spfblock.send_signal(signal.SIGCONT)

    def close(self):
        self.postfix.close()
        if self.spfblock:
            self.spfblock.close()


def main():
    for door, name in WAYS:
        way = Way(door, name)
        try:
            for state, outcome in way.outcomes():
                print(f"| {door} | {name} | {state} | {outcome} |", flush=True)
        finally:
            way.close()


if __name__ == "__main__":
    main()
