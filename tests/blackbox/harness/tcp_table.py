"""A tcp_table(5) client that looks at every byte."""

import re
import socket
import struct
import typing
import urllib.parse

from .ports import LOOPBACK
from .waiting import PATIENCE_S

# Three digits, a space, and a text of printable ASCII in which % stands only
# before two hexadecimal digits; one LF and no CR.
_REPLY = re.compile(rb"([245][0-9]{2}) ((?:[ -$&-~]|%[0-9A-Fa-f]{2})+)\n")
_LONGEST_REPLY = 4096


class Reply(typing.NamedTuple):
    code: int
    text: str  # decoded


def parse_reply(raw):
    """The reply in `raw`, which must be exactly one well-formed line."""
    match = _REPLY.fullmatch(raw)
    if not match or len(raw) > _LONGEST_REPLY:
        raise AssertionError(f"malformed reply: {raw[:200]!r}")
    return Reply(int(match[1]), urllib.parse.unquote(match[2].decode()))


class Closed(AssertionError):
    """The server closed the connection where a reply was due."""


class TableClient:
    """One connection to a tcp_table port."""

    def __init__(self, port, host=LOOPBACK, timeout=PATIENCE_S):
        self._socket = socket.create_connection((host, port), timeout)
        self._timeout = timeout
        self._received = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._socket.close()

    def send(self, data):
        self._socket.sendall(data)

    def send_without_blocking(self, data):
        """Sends as much as the connection takes while nothing is read."""
        self._socket.settimeout(0.5)
        try:
            self._socket.sendall(data)
        except TimeoutError:
            pass
        finally:
            self._socket.settimeout(self._timeout)

    def reset(self):
        """Closes so that the server gets an RST."""
        linger = struct.pack("ii", 1, 0)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._socket.close()

    def finish_sending(self):
        self._socket.shutdown(socket.SHUT_WR)

    def get(self, key):
        """Asks for a key (str, or bytes sent as they are)."""
        raw = key if isinstance(key, bytes) else key.encode()
        self.send(b"get " + raw + b"\n")
        return self.reply()

    def get_all(self, keys):
        """Asks for many keys, some on the way at once; the replies in order."""
        replies = []
        for first in range(0, len(keys), 256):
            some = keys[first : first + 256]
            self.send("".join(f"get {key}\n" for key in some).encode())
            replies += [self.reply() for _ in some]
        return replies

    def ask(self, line):
        """Sends a line as it is, LF added, and returns the reply."""
        self.send(line + b"\n")
        return self.reply()

    def reply(self):
        """The next reply."""
        while b"\n" not in self._received:
            piece = self._socket.recv(65536)
            if not piece:
                raise Closed(
                    f"connection closed by the server after {self._received!r}"
                )
            self._received += piece
        raw, _, self._received = self._received.partition(b"\n")
        return parse_reply(raw + b"\n")

    def receive(self):
        """What one recv() brings; b"" at the end of the connection."""
        return self._socket.recv(65536)

    def receive_all(self):
        """Everything up to the end of the connection, which must come."""
        pieces, self._received = [self._received], b""
        while True:
            try:
                piece = self._socket.recv(65536)
            except ConnectionResetError:
                break
            if not piece:
                break
            pieces.append(piece)
        return b"".join(pieces)

    def is_quiet(self, seconds):
        """Whether neither a byte nor the end arrives for so long."""
        if self._received:
            return False
        self._socket.settimeout(seconds)
        try:
            self._socket.recv(1, socket.MSG_PEEK)
            return False
        except TimeoutError:
            return True
        finally:
            self._socket.settimeout(self._timeout)


def ask_once(port, key, host=LOOPBACK):
    """The reply to one key on a connection of its own."""
    with TableClient(port, host) as client:
        return client.get(key)


def code_of(port, key):
    """200 or 500: the quickest way to poll."""
    return ask_once(port, key).code


def refuses_connections(port, host=LOOPBACK):
    """Whether nobody listens there."""
    try:
        socket.create_connection((host, port), PATIENCE_S).close()
        return False
    except ConnectionRefusedError:
        return True


