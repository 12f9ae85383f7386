"""A DNS server over UDP that answers what a test tells it to, and counts."""

import collections
import socket
import threading

from .dns_message import NOERROR, NXDOMAIN, decode_question, encode_answer
from .ports import LOOPBACK, free_port


class ScriptedDns:
    """Answers from `records`: {(name, type): [values]}; counts each question.

    Follows CNAMEs as a resolver does.  A name without any record is NXDOMAIN.
    The attributes may be changed while it runs:
      records   as above
      rcodes    {name: RCODE}: answer with that instead
      silent    names whose questions are not answered at all
      asked     Counter of (name, type); a datagram that is sent again, since the
                machine was busy, counts once
      received  the same, but every datagram counts
    """

    def __init__(self, records, ttl=300, address=LOOPBACK, port=None):
        self.records = dict(records)
        self.rcodes = {}
        self.silent = set()
        self.asked = collections.Counter()
        self.received = collections.Counter()
        self._last = {}  # identifier by (name, type)
        self._ttl = ttl
        self.port = port or free_port()
        self.server = f"[{address}]:{self.port}" if ":" in address else (
            f"{address}:{self.port}"
        )
        (family, kind, _, _, place), *_ = socket.getaddrinfo(
            address, self.port, type=socket.SOCK_DGRAM
        )
        self._socket = socket.socket(family, kind)
        self._socket.bind(place)
        self._socket.settimeout(0.05)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self):
        self._closing.set()
        self._thread.join()
        self._socket.close()

    def respond(self, question, client):
        """Answers one question; a subclass may do worse."""
        if question.name not in self.silent:
            self.send(self.answer(question), client)

    def answer(self, question):
        """The honest response."""
        if question.name in self.rcodes:
            return encode_answer(question, rcode=self.rcodes[question.name])
        aliases = self._aliases(question.name)
        name = aliases[-1] if aliases else question.name
        values = self.records.get((name, question.kind), ())
        exists = any(owner == name for owner, _ in self.records)
        rcode = NOERROR if exists else NXDOMAIN
        return encode_answer(question, values, rcode, self._ttl, aliases)

    def _aliases(self, name):
        """The names that CNAMEs lead to, up to the end or once around."""
        aliases = []
        while (name, "CNAME") in self.records and name not in aliases[:-1]:
            name = self.records[name, "CNAME"][0]
            aliases.append(name)
        return aliases

    def send(self, message, client):
        self._socket.sendto(message, client)

    def _serve(self):
        while not self._closing.is_set():
            try:
                message, client = self._socket.recvfrom(4096)
            except TimeoutError:
                continue
            question = decode_question(message)
            self._count(question)
            self.respond(question, client)

    def _count(self, question):
        asked = question.name, question.kind
        self.received[asked] += 1
        if self._last.get(asked) != question.identifier:
            self._last[asked] = question.identifier
            self.asked[asked] += 1
