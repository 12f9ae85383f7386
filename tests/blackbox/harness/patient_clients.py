"""Clients that ask without pause and, as Postfix does (dict_tcp(3)), connect
again and ask again when a connection ends before the reply."""

import selectors
import socket
import threading
import time

from .ports import LOOPBACK
from .tcp_table import parse_reply
from .waiting import PATIENCE_S


class PatientClients:
    """`count` connections, each with one question on its way, until stop().

    `expected` is {key: reply}.  Unlike Postfix they do not wait a second before
    they connect again: a port that is closed for a moment is noticed.

    refused  connections that nobody took
    wrong    [(key, reply)]
    closed   connections that ended before a reply
    longest_wait_s  of all questions: from the first attempt to the reply
    longest_gap_s   in which none of them got a reply
    """

    def __init__(self, port, expected, count):
        self.refused = self.closed = self.answered = 0
        self.wrong = []
        self.longest_wait_s = self.longest_gap_s = 0.0
        self.unanswered = 0
        self._port = port
        self._expected = list(expected.items())
        self._answered_at = time.monotonic()
        self._selector = selectors.DefaultSelector()
        self._stopping = threading.Event()
        self._clients = [_Client(place) for place in range(count)]
        for client in self._clients:
            client.asked_at = time.monotonic()
            self._connect(client)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self, patience_s=PATIENCE_S):
        """Waits for the replies to what was asked, and no longer than that."""
        self._until = time.monotonic() + patience_s
        self._stopping.set()
        self._thread.join()
        self.unanswered = len(self._clients)

    def close(self):
        if self._thread.is_alive():
            self.stop(0)
        for client in self._clients:
            client.socket.close()
        self._selector.close()

    def _run(self):
        while self._clients:
            if self._stopping.is_set() and time.monotonic() > self._until:
                return
            for ready, _ in self._selector.select(0.1):
                self._read(ready.data)

    def _connect(self, client):
        while True:
            client.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            try:
                client.socket.connect((LOOPBACK, self._port))
                break
            except ConnectionError:
                self.refused += 1
                client.socket.close()
                time.sleep(0.01)
        self._selector.register(client.socket, selectors.EVENT_READ, client)
        self._send(client)

    def _send(self, client):
        key, _ = self._expected[client.place % len(self._expected)]
        try:
            client.socket.sendall(f"get {key}\n".encode())
        except ConnectionError:
            pass  # the end is read, too

    def _read(self, client):
        try:
            piece = client.socket.recv(4096)
        except ConnectionError:
            piece = b""
        client.received += piece
        if not piece:
            self.closed += 1
            self._selector.unregister(client.socket)
            client.socket.close()
            client.received = b""
            self._connect(client)
        elif client.received.endswith(b"\n"):
            self._judge(client)

    def _judge(self, client):
        now = time.monotonic()
        key, right = self._expected[client.place % len(self._expected)]
        reply = parse_reply(client.received)
        if reply != right:
            self.wrong.append((key, reply))
        self.answered += 1
        self.longest_wait_s = max(self.longest_wait_s, now - client.asked_at)
        self.longest_gap_s = max(self.longest_gap_s, now - self._answered_at)
        self._answered_at = now
        client.received = b""
        client.place += 1
        client.asked_at = now
        if self._stopping.is_set():
            self._selector.unregister(client.socket)
            client.socket.close()
            self._clients.remove(client)
        else:
            self._send(client)


class _Client:
    def __init__(self, place):
        self.place = place
        self.received = b""
        self.asked_at = 0.0
        self.socket = None
