"""A DNS server over UDP that answers what a test tells it to, and counts."""

import collections
import socket
import threading

from .dns_message import NXDOMAIN, decode_question, encode_answer
from .ports import LOOPBACK, free_port


class ScriptedDns:
    """Answers from `records`: {(name, type): [values]}; counts each question.

    A name without any record is NXDOMAIN.  The attributes may be changed
    while it runs:
      records  as above
      rcodes   {name: RCODE}: answer with that instead
      silent   names whose questions are not answered at all
      asked    Counter of (name, type)
    """

    def __init__(self, records, ttl=300):
        self.records = dict(records)
        self.rcodes = {}
        self.silent = set()
        self.asked = collections.Counter()
        self._ttl = ttl
        self.port = free_port()
        self.server = f"{LOOPBACK}:{self.port}"
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((LOOPBACK, self.port))
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
        values = self.records.get((question.name, question.kind))
        if values:
            return encode_answer(question, values, ttl=self._ttl)
        if any(name == question.name for name, _ in self.records):
            return encode_answer(question)
        return encode_answer(question, rcode=NXDOMAIN)

    def send(self, message, client):
        self._socket.sendto(message, client)

    def _serve(self):
        while not self._closing.is_set():
            try:
                message, client = self._socket.recvfrom(4096)
            except TimeoutError:
                continue
            question = decode_question(message)
            self.asked[question.name, question.kind] += 1
            self.respond(question, client)
