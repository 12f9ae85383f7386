"""Clients that ask a tcp_table port without pause and judge every reply."""

import threading
import time

from .tcp_table import Closed, TableClient
from .waiting import eventually

# Between two rounds, so that the load does not starve what it watches.
_PAUSE_S = 0.001


class Load:
    """Connections that ask for all keys at once, again and again, until stop().

    `expected` is {key: replies}: any of these is right.  It may be replaced
    while the load runs, by other replies for the same keys.

    wrong   [(key, reply or what came instead)]
    closed  connections that the server closed, or that broke
    pause   a context: within it nothing is asked, and nothing is owed

    A server that falls silent ends the load: what it owes is unanswered().
    """

    def __init__(self, port, expected, clients=4):
        self.expected = expected
        self.wrong = []
        self.pause = threading.Lock()
        self._keys = list(expected)
        self._batch = "".join(f"get {key}\n" for key in self._keys).encode()
        self._connections = [_Connection(port) for _ in range(clients)]
        self._rounds = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)
        self._thread.start()

    @property
    def closed(self):
        return sum(each.broken for each in self._connections)

    @property
    def answered(self):
        return sum(each.answered for each in self._connections)

    def unanswered(self, before=float("inf")):
        """Requests sent before that moment (time.monotonic()) without reply."""
        return sum(
            each.asked - each.answered
            for each in self._connections
            if each.asked_at < before
        )

    def wait_for_round(self):
        """Returns when each connection got a whole round of replies anew."""
        target = self._rounds + 2
        eventually(
            lambda: self._rounds >= target or not self._thread.is_alive(), "a round"
        )
        if self._rounds < target:
            raise AssertionError(f"{self.closed} connections closed, or no replies")

    def stop(self):
        """Ends after the replies to what was asked."""
        self._stopping.set()
        self.wait_for_end()

    def wait_for_end(self):
        """Returns when stopped, or when no connection is left."""
        self._thread.join()

    def close(self):
        self.stop()
        for each in self._connections:
            each.client.close()

    def _ask(self):
        while not self._stopping.wait(_PAUSE_S):
            alive = [each for each in self._connections if not each.broken]
            if not alive:
                return
            try:
                with self.pause:
                    for each in alive:
                        each.ask(self._batch, len(self._keys))
                    for each in alive:
                        self._read(each)
            except TimeoutError:
                return
            self._rounds += 1

    def _read(self, connection):
        for key in self._keys:
            try:
                reply = connection.client.reply()
            except TimeoutError:
                raise
            except (Closed, OSError):
                connection.broken = True
                return
            except AssertionError as malformed:
                self.wrong.append((key, str(malformed)))
                connection.broken = True
                return
            connection.answered += 1
            if reply not in self.expected[key]:
                self.wrong.append((key, reply))


class _Connection:
    def __init__(self, port):
        self.client = TableClient(port)
        self.asked = 0
        self.answered = 0
        self.asked_at = float("-inf")  # when the last batch had been sent
        self.broken = False

    def ask(self, batch, count):
        try:
            self.client.send(batch)
        except OSError:
            self.broken = True  # what was sent of it, nobody promised to answer
            return
        self.asked_at = time.monotonic()
        self.asked += count
