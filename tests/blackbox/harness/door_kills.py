"""kill -9 of the daemon behind a door, again and again, while sessions of many
recipients go on through a real Postfix."""

import collections
import ipaddress
import itertools
import threading
import time

from .smtp import Smtp
from .spfblock import Spfblock
from .waiting import eventually

RECIPIENTS = 50  # of a session
_ANSWERS = 10  # of each client between two kills


class Outcomes:
    """What became of each RCPT.

    right        as it has to be for this client
    deferred     450 or 451
    let_through  though he is listed
    rejected     though he is not
    slowest      in seconds
    """

    def __init__(self):
        self._counts = collections.Counter()
        self.answered = collections.Counter()  # by client
        self.slowest = 0.0

    def note(self, client, is_listed, code, seconds):
        self._counts[_outcome(is_listed, code)] += 1
        self.answered[client] += 1
        self.slowest = max(self.slowest, seconds)

    def __getattr__(self, name):
        if name in ("right", "deferred", "let_through", "rejected"):
            return self._counts[name]
        raise AttributeError(name)

    def __str__(self):
        return (
            f"{self.right} right, {self.deferred} deferred, {self.let_through} let "
            f"through, {self.rejected} rejected, slowest {self.slowest:.2f} s"
        )


def _outcome(is_listed, code):
    if code in (450, 451):
        return "deferred"
    if is_listed:
        return "right" if code == 554 else "let_through"
    return "right" if code == 250 else "rejected"


def kill_again_and_again(postfix, spfblock, clients, times, recipients=RECIPIENTS):
    """Outcomes of sessions while the daemon is killed and started at once.

    @param clients {network or address: whether it is listed}; a session at a time
                   of each, of a network each session from its next address
    @param recipients of a session
    """
    outcomes, over = Outcomes(), threading.Event()
    senders = [
        threading.Thread(
            target=_send, args=(postfix, each, is_listed, recipients, outcomes, over)
        )
        for each, is_listed in clients.items()
    ]
    for each in senders:
        each.start()
    running = spfblock
    try:
        for _ in range(times):
            _wait_for_answers(outcomes, clients)
            running.kill()
            if running is not spfblock:
                running.close()
            running = Spfblock(spfblock.configuration)
        _wait_for_answers(outcomes, clients)
    finally:
        over.set()
        for each in senders:
            each.join()
        if running is not spfblock:
            running.close()
    return outcomes


def _wait_for_answers(outcomes, clients):
    """Of each client: one try of a request may meet no other kill."""
    before = outcomes.answered.copy()
    for each in clients:
        eventually(
            lambda each=each: outcomes.answered[each] > before[each] + _ANSWERS,
            "mail goes on",
        )


def _send(postfix, client, is_listed, recipients, outcomes, over):
    addresses = itertools.cycle(ipaddress.ip_network(client))
    while not over.is_set():
        with Smtp(postfix.port, timeout=120) as session:
            session.command("EHLO client.invalid")
            session.come_from(str(next(addresses)))
            for number in range(recipients):
                begin = time.monotonic()
                if number == 0:
                    code, _ = session.recipient_reply()
                else:
                    code, _ = session.command(f"RCPT TO:<user{number}@recipient.invalid>")
                outcomes.note(client, is_listed, code, time.monotonic() - begin)
            session.command("QUIT")
