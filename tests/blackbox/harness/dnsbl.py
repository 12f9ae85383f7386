"""DNSBLs that serve exported files, and a client that asks them (RFC 5782)."""

import ipaddress
import os
import re
import shutil
import socket
import struct
import tempfile

from .dns_message import NOERROR, TYPES, encode_question
from .nsd import Nsd
from .ports import LOOPBACK, free_port
from .process import Process, tool
from .waiting import PATIENCE_S

APEX = "bl.example"


class ZoneFileNsd(Nsd):
    """NSD, serving a whole zone file as it is."""

    def __init__(self, text):
        self._text = text
        super().__init__({APEX: []})

    def _write_zone(self, apex):
        self._serial = int(re.search(r"^@ SOA \S+ \S+ (\d+) ", self._text, re.M)[1])
        self._write(self._path(f"{apex}.zone"), self._text)


class Rbldnsd:
    """rbldnsd, serving a data set of type "combined"."""

    def __init__(self, text):
        self.port = free_port()
        self._directory = tempfile.mkdtemp(prefix="spfblock-rbldnsd-")
        os.chmod(self._directory, 0o755)  # as root it becomes another user
        with open(os.path.join(self._directory, "data"), "w") as file:
            file.write(text)
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        self._process = Process(
            [tool("rbldnsd"), "-n", *user, "-b", f"{LOOPBACK}/{self.port}"]
            + ["-w", self._directory, f"{APEX}:combined:data"]
        )
        self._process.wait_for_line("started")

    @property
    def pid(self):
        return self._process.pid

    @property
    def lines(self):
        return self._process.lines

    def close(self):
        self._process.end()
        shutil.rmtree(self._directory, ignore_errors=True)


class DnsblClient:
    """Asks for addresses one after another."""

    def __init__(self, port):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(PATIENCE_S)
        self._socket.connect((LOOPBACK, port))
        self._identifier = 0

    def close(self):
        self._socket.close()

    def reason(self, address):
        """The TXT for an address, or None where it has no A 127.0.0.2."""
        found = self._ask(address, "A")
        if not found:
            return None
        if found != [bytes((127, 0, 0, 2))]:
            raise AssertionError(f"{address}: {found}")
        (text,) = self._ask(address, "TXT")
        return text[1:].decode()

    def _ask(self, address, kind):
        self._identifier = (self._identifier + 1) % 65536
        name = reversed_name(address)
        self._socket.send(encode_question(self._identifier, name, kind))
        answer = self._socket.recv(4096)
        while answer[:2] != struct.pack("!H", self._identifier):
            answer = self._socket.recv(4096)
        return data_of(answer, kind)


def reversed_name(address, apex=APEX):
    pointer = ipaddress.ip_address(address).reverse_pointer
    return pointer.removesuffix(".in-addr.arpa").removesuffix(".ip6.arpa") + "." + apex


def data_of(answer, kind):
    """What the records of the type ("A") hold in the answer section."""
    flags, _, count = struct.unpack_from("!3H", answer, 2)
    at = _behind_name(answer, 12) + 4
    found = []
    for _ in range(count if flags & 0xF == NOERROR else 0):
        at = _behind_name(answer, at)
        number, _, _, size = struct.unpack_from("!HHIH", answer, at)
        at += 10
        if number == TYPES[kind]:
            found.append(answer[at : at + size])
        at += size
    return found


def _behind_name(message, at):
    while message[at]:
        if message[at] >= 0xC0:
            return at + 2
        at += 1 + message[at]
    return at + 1
