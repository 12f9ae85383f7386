"""Those who ask a DNSBL without pause, and what they are told."""

import collections
import ipaddress
import socket
import struct
import threading
import time

from .dns_message import NOERROR, NXDOMAIN, SERVFAIL, encode_question
from .dnsbl import data_of, reversed_name
from .ports import LOOPBACK

_LISTED = [bytes((127, 0, 0, 2))]


class Askers:
    """Threads that ask for addresses of `networks`, {network: whether it is listed},
    in turn and each address once, by UDP at a port.

    right    answered as it has to be
    nothing  no answer within `patience`, a closed port, or SERVFAIL
    wrong    what else there was: (address, what was said)
    slowest  seconds that one was kept waiting, whatever he was told
    """

    def __init__(self, port, zone, networks, patience=1.0, threads=4):
        self._server = (LOOPBACK, port)
        self._zone = zone
        self._patience = patience
        self._lock = threading.Lock()
        self._clients = [
            (iter(ipaddress.ip_network(each).hosts()), is_listed)
            for each, is_listed in networks.items()
        ]
        self.counts = collections.Counter()
        self.wrong = []
        self.slowest = 0.0
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask_on) for _ in range(threads)]
        for each in self._threads:
            each.start()

    def close(self):
        self._over.set()
        for each in self._threads:
            each.join()

    def _ask_on(self):
        number = 0
        while not self._over.is_set():
            number = (number + 1) % 65536
            with self._lock:
                hosts, is_listed = self._clients[number % len(self._clients)]
                address = str(next(hosts))
            begin = time.monotonic()
            said = _meaning(self._answer(number, address))
            self.slowest = max(self.slowest, time.monotonic() - begin)
            self._note(address, is_listed, said)
            if said is None:
                time.sleep(0.05)  # or all addresses are gone at once

    def _answer(self, number, address):
        """None: there is none."""
        question = encode_question(number, reversed_name(address, self._zone), "A")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(self._patience)
            try:
                client.connect(self._server)
                client.send(question)
                return client.recv(4096)
            except (ConnectionRefusedError, TimeoutError):
                return None

    def _note(self, address, is_listed, said):
        if said is None:
            self.counts["nothing"] += 1
        elif said == is_listed:
            self.counts["right"] += 1
        else:
            self.wrong.append((address, said))


def _meaning(answer):
    """Whether it says "listed", or the opposite; None of no answer, "?" of others."""
    if answer is None:
        return None
    rcode = struct.unpack_from("!H", answer, 2)[0] & 0xF
    if rcode == NXDOMAIN:
        return False
    if rcode == NOERROR and data_of(answer, "A") == _LISTED:
        return True
    return None if rcode == SERVFAIL else "?"
