"""A DNS server that means harm: what it does depends on the name asked.

A question for any name in `BEHAVIOUR.hostile.test`, over UDP or TCP, is
answered by the behaviour of that name; any other from `records`, honestly and
over UDP.
The behaviours are in hostile_transport, hostile_answers and hostile_changes.
"""

import collections
import concurrent.futures
import dataclasses
import itertools
import socket
import struct
import threading
import time
import typing

from .dns_message import NOERROR, NXDOMAIN, Question, decode_question, encode_answer
from .ports import LOOPBACK, free_port

APEX = "hostile.test"

# What a forger would like to see listed.
FORGED_ADDRESS = "66.6.6.6"
FORGED_RECORD = "v=spf1 ip4:66.6.6.0/24 -all"

# Of the program, where nothing but a time-out ends a query.
SHORT_TIMEOUT_S = 2

# No behaviour answers one query for longer, whatever the other side does.
LIFE_S = 6.0

_LARGEST_DATAGRAM = 1232  # what the program offers by EDNS
_TC = 0x02
_WORKERS = 64


@dataclasses.dataclass(frozen=True)
class Behaviour:
    """What the hostile server does, and what a sound program makes of it."""

    name: str
    claim: str
    act: typing.Callable  # takes a Query; may return {type: values} to answer
    number: int
    lists: typing.Optional[bool]  # its own network, in the end; None: may or not
    says: str  # a pattern in what the log says of the domain
    unlisted: tuple  # addresses that are not listed for it
    entry: dict  # settings of the domain
    attempts: int  # of the resolver
    silent: bool  # somebody must wait for a time-out

    @property
    def domain(self):
        return f"{self.name}.{APEX}"

    @property
    def timeout_s(self):
        """The resolver's: ample where an answer comes."""
        return SHORT_TIMEOUT_S if self.silent else 20

    @property
    def network(self):
        """One that no other behaviour has."""
        return f"62.66.{self.number}.0/24"

    @property
    def address(self):
        return f"62.66.{self.number}.1"


_all = {}
_numbers = itertools.count()


class Behaviours(dict):
    """Some behaviours by name.  Called, it registers one: a decorator."""

    def __call__(
        self, *, lists=False, says="", unlisted=(), entry=None, attempts=1, silent=False
    ):
        def register(act):
            name = act.__name__.replace("_", "-")
            self[name] = _all[name] = Behaviour(
                name, act.__doc__, act, next(_numbers), lists, says,
                (FORGED_ADDRESS, *unlisted), entry or {}, attempts,
                silent or says == "timeout",
            )  # fmt: skip
            return act

        return register


def spf(terms):
    """The records of a name that has an SPF record of these terms."""
    return {"TXT": [f"v=spf1 {terms}"]}


class Query:
    """One query that was received, and the means to answer it.

    nth    how often its question was received so far
    look   the same, but a datagram that is sent again counts once
    """

    def __init__(self, server, message, behaviour, send_octets, way):
        self.question = decode_question(message)
        self.kind = self.question.kind
        self.over_tcp = isinstance(way, socket.socket)
        self.has_edns = message[10:12] != b"\0\0"
        self.domain = behaviour.domain
        self.network = behaviour.network
        self.prefix = self.question.name.removesuffix(behaviour.domain).rstrip(".")
        self.send_octets = send_octets
        self.nth, self.look = server.count(self.question, behaviour)
        self._closing = server.closing
        self._way = way  # over TCP the connection, over UDP the client's address
        self._ends = time.monotonic() + LIFE_S

    # Messages.

    def truth(self):
        """The message that authorises the behaviour's own network."""
        return self.answer([f"v=spf1 ip4:{self.network} -all"])

    def forgery(self):
        return self.answer([FORGED_RECORD])

    def answer(self, values=(), **rest):
        """A well-formed message to this question; see encode_answer()."""
        return encode_answer(self.question, values, **rest)

    # What is done.

    def send(self, message):
        """One message, whatever its size."""
        prefix = struct.pack("!H", len(message)) if self.over_tcp else b""
        self.send_octets(prefix + message)

    def send_fitting(self, message):
        """As an honest server does: over UDP what does not fit is truncated."""
        if self.over_tcp or len(message) <= _LARGEST_DATAGRAM:
            self.send(message)
        else:
            self.truncate()

    def send_from_elsewhere(self, message):
        """One datagram, from a port that was not asked."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind((LOOPBACK, 0))
            other.sendto(message, self._way)

    def truncate(self):
        message = bytearray(self.answer())
        message[2] |= _TC
        self.send(bytes(message))

    def wait(self, seconds):
        self._closing.wait(min(seconds, LIFE_S))

    def lives(self):
        """False when it is time to give up."""
        return not self._closing.is_set() and time.monotonic() < self._ends

    def hang(self):
        """Keeps the connection until the other side closes it."""
        self._way.settimeout(0.05)
        while self.lives():
            try:
                if not self._way.recv(4096):
                    return
            except TimeoutError:
                pass

    def reset(self):
        """The connection will end with an RST."""
        linger = struct.pack("ii", 1, 0)
        self._way.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


class HostileDns:
    """The server.

    asked    Counter of the queries received, by behaviour
    closing  set when everybody should come to an end
    """

    def __init__(self, records):
        self.closing = threading.Event()
        self.asked = collections.Counter()
        self._records = records
        self._received = collections.Counter()
        self._looks = collections.defaultdict(list)  # ids by question
        self._lock = threading.Lock()
        self._faults = []
        self._behaviours = dict(_all)
        self.port = free_port()
        self.server = f"{LOOPBACK}:{self.port}"
        self._datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._datagrams.bind((LOOPBACK, self.port))
        self._listener = socket.create_server((LOOPBACK, self.port), backlog=1024)
        self._workers = concurrent.futures.ThreadPoolExecutor(_WORKERS)
        self._receivers = [
            threading.Thread(target=receive, daemon=True)
            for receive in (self._receive_datagrams, self._accept_connections)
        ]
        for receiver in self._receivers:
            receiver.start()

    def close(self):
        """AssertionError if a behaviour was at fault itself."""
        self.closing.set()
        for receiver in self._receivers:
            receiver.join()
        self._workers.shutdown()
        self._datagrams.close()
        self._listener.close()
        if self._faults:
            raise AssertionError("a behaviour failed") from self._faults[0]

    def looks(self, name, kind="TXT"):
        """How often one question was asked, repeated datagrams aside."""
        with self._lock:
            return len(self._looks[name, kind])

    def questions(self, behaviour):
        """How many questions, names with a type, were asked about it."""
        with self._lock:
            return sum(1 for name, _ in self._looks if name.endswith(behaviour.domain))

    def count(self, question, behaviour=None):
        """Counts a query; returns Query.nth and Query.look."""
        asked = question.name, question.kind
        with self._lock:
            if behaviour is not None:
                self.asked[behaviour.name] += 1
            self._received[asked] += 1
            if self._looks[asked][-1:] != [question.identifier]:
                self._looks[asked].append(question.identifier)
            return self._received[asked], len(self._looks[asked])

    def _receive_datagrams(self):
        self._datagrams.settimeout(0.05)
        while not self.closing.is_set():
            try:
                message, client = self._datagrams.recvfrom(4096)
            except TimeoutError:
                continue
            self._workers.submit(self._answer_datagram, message, client)

    def _answer_datagram(self, message, client):
        def send(octets):
            self._datagrams.sendto(octets, client)

        self._answer(message, send, client)

    def _accept_connections(self):
        self._listener.settimeout(0.05)
        while not self.closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            self._workers.submit(self._answer_connection, connection)

    def _answer_connection(self, connection):
        with connection:
            connection.settimeout(LIFE_S)
            try:
                (size,) = struct.unpack("!H", _receive(connection, 2))
                message = _receive(connection, size)
            except OSError:
                return
            self._answer(message, connection.sendall, connection)

    def _answer(self, message, send_octets, way):
        try:
            question = decode_question(message)
            behaviour = self._behaviour_of(question.name)
            if behaviour is None:
                self.count(question)
                send_octets(self._honest_answer(question))
                return
            query = Query(self, message, behaviour, send_octets, way)
            records = behaviour.act(query)
            if records is not None:
                query.send_fitting(query.answer(records.get(query.kind, ())))
        except OSError:
            pass  # the other side has had enough
        except Exception as fault:  # pylint: disable=broad-exception-caught
            self._faults.append(fault)

    def _behaviour_of(self, name):
        labels = name.split(".")
        if ".".join(labels[-2:]) != APEX or len(labels) < 3:
            return None
        return self._behaviours.get(labels[-3])

    def _honest_answer(self, question: Question):
        values = self._records.get((question.name, question.kind), ())
        exists = any(owner == question.name for owner, _ in self._records)
        return encode_answer(question, values, NOERROR if exists else NXDOMAIN)


def _receive(connection, size):
    received = b""
    while len(received) < size:
        piece = connection.recv(size - len(received))
        if not piece:
            raise ConnectionError("closed")
        received += piece
    return received
