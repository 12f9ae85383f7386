"""A client that asks a tcp_table port without pause, and takes notes."""

import threading
import time

from .tcp_table import TableClient
from .waiting import eventually

# Between two questions: some hundred a second, so that the watch itself does
# not slow anything down.
_PAUSE_S = 0.001


class Watch:
    """Asks for `keys`, one after the other, all over again until close().

    `bound` is how long a reply may take, in seconds.

    slow     seconds that each reply over the bound took
    listed   {key: text} of the replies with 200, the last of each key
    """

    def __init__(self, port, keys, bound):
        self.slow = []
        self.listed = {}
        self._keys = keys
        self._bound = bound
        self._rounds = 0
        self._fault = None
        self._closing = threading.Event()
        self._client = TableClient(port)
        self._thread = threading.Thread(target=self._ask, daemon=True)
        self._thread.start()

    def close(self):
        self._closing.set()
        self._thread.join()
        self._client.close()

    def wait_for_round(self):
        """Returns when each key was asked for since the call."""
        target = self._rounds + 2
        eventually(lambda: self._fault or self._rounds >= target, "a round of keys")
        if self._fault:
            raise AssertionError("the port fell silent") from self._fault

    def _ask(self):
        while True:
            for key in self._keys:
                started = time.perf_counter()
                try:
                    reply = self._client.get(key)
                except (OSError, AssertionError) as fault:
                    self._fault = fault
                    return
                took = time.perf_counter() - started
                if took > self._bound:
                    self.slow.append(took)
                if reply.code != 500:
                    self.listed[key] = f"{reply.code} {reply.text}"
                if self._closing.wait(_PAUSE_S):
                    return
            self._rounds += 1
