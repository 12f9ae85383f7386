"""A name server that fails where its zone says so, and else is another one.

It stands before a sound server, whose answers it hands on, over UDP and TCP.
"""

import functools
import socket
import socketserver
import struct
import threading

from . import hostile_messages
from .dns_message import REFUSED, SERVFAIL, decode_question, encode_answer
from .hostile_dns import FORGED_RECORD
from .ports import LOOPBACK, free_port

_NOTIMP, _UNASSIGNED = 4, 15
_LARGEST_DATAGRAM = 65535


def _code(rcode):
    return functools.partial(encode_answer, rcode=rcode)


# How a question may fail, and what is answered to it then; None: nothing.
FAILURES = {
    "SERVFAIL": _code(SERVFAIL),
    "REFUSED": _code(REFUSED),
    "NOTIMP": _code(_NOTIMP),
    "an unassigned code": _code(_UNASSIGNED),
    "silence": lambda question: None,
    "noise": hostile_messages.noise,
    "all ones": hostile_messages.all_ones,
    "an answer that is cut": hostile_messages.cut_in_a_record,
    "counts that are too high": hostile_messages.counts_too_high,
    "a record over the end": hostile_messages.rdlength_over_the_end,
}

# Whoever reads as much as can be read finds these texts in some of them.
LEGIBLE = {
    "noise": (),
    "an answer that is cut": (),
    "counts that are too high": (FORGED_RECORD,),
    "a record over the end": (FORGED_RECORD,),
}


def random_failures(rng, zone, domains):
    """{(name, type): one of FAILURES} for some questions about a zone: of one
    type of a name, or of all."""
    listed = set(domains)
    failures = {}
    for name in sorted(zone.names()):
        if rng.random() >= (0.01 if name in listed else 0.06):
            continue
        kinds = ["A", "AAAA", "MX", "TXT"]
        if rng.random() < 0.6:
            kinds = [rng.choice([kind for kind in kinds if zone.has(name, kind)] or kinds)]
        for kind in kinds:
            failures[name, kind] = rng.choice(list(FAILURES))
    return failures


def random_mail_failures(rng, zone, domains):
    """The same for questions of one mail: those about clients, too.  Answers that
    are damaged are left to the others."""
    listed = set(domains)
    failures = {}
    for name in sorted(zone.names()):
        if rng.random() >= (0.01 if name in listed else 0.04):
            continue
        kinds = [kind for kind in ("A", "AAAA", "MX", "TXT", "PTR") if zone.has(name, kind)]
        for kind in kinds:
            failures[name, kind] = rng.choice(
                ["SERVFAIL", "SERVFAIL", "REFUSED", "NOTIMP", "an unassigned code", "silence"]
            )
    return failures


class FailingDns:
    """Answers for `zone` as the server at `truth_port` does, but where
    zone.failure() says otherwise."""

    def __init__(self, zone, truth_port):
        self._zone = zone
        self._truth = LOOPBACK, truth_port
        self.port = free_port()
        self.server = f"{LOOPBACK}:{self.port}"
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self._udp.bind((LOOPBACK, self.port))
        self._udp.settimeout(0.05)
        self._asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._asking.connect(self._truth)
        self._asking.settimeout(5)
        self._closing = threading.Event()
        self._tcp = _TcpServer((LOOPBACK, self.port), self._answer_stream)
        self._threads = [
            threading.Thread(target=each, daemon=True)
            for each in (self._serve_udp, self._tcp.serve_forever)
        ]
        for thread in self._threads:
            thread.start()

    def close(self):
        self._closing.set()
        self._tcp.shutdown()
        self._tcp.server_close()
        for thread in self._threads:
            thread.join()
        self._udp.close()
        self._asking.close()

    def _serve_udp(self):
        while not self._closing.is_set():
            try:
                message, client = self._udp.recvfrom(4096)
            except TimeoutError:
                continue
            answer = self._answer(message, self._truth_over_udp)
            if answer is not None:
                self._udp.sendto(answer, client)

    def _answer(self, message, truth):
        try:
            question = decode_question(message)
        except UnicodeDecodeError:  # no name of the zone
            return truth(message)
        failure = self._zone.failure(question.name, question.kind)
        if failure is None:
            return truth(message)
        return FAILURES[failure](question)

    def _truth_over_udp(self, message):
        self._asking.send(message)
        while True:
            answer = self._asking.recv(_LARGEST_DATAGRAM)
            if answer[:2] == message[:2]:
                return answer

    def _truth_over_tcp(self, message):
        with socket.create_connection(self._truth, timeout=5) as asking:
            asking.sendall(struct.pack("!H", len(message)) + message)
            with asking.makefile("rb") as answers:
                return _read_message(answers)

    def _answer_stream(self, stream):
        """One question of a connection after the other."""
        while message := _read_message(stream.rfile):
            answer = self._answer(message, self._truth_over_tcp)
            if answer is not None:
                stream.wfile.write(struct.pack("!H", len(answer)) + answer)


class _TcpServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, address, serve):
        class Stream(socketserver.StreamRequestHandler):
            def handle(self):
                serve(self)

        super().__init__(address, Stream)


def _read_message(file):
    """A message behind its length; an empty one at the end."""
    length = file.read(2)
    return file.read(int.from_bytes(length, "big")) if len(length) == 2 else b""
