"""A scripted DNS server that can be slow, or keep answers back."""

import threading
import time

from .scripted_dns import ScriptedDns


class HeldDns(ScriptedDns):
    """Answers each question after `pause` seconds; those for held names later.

    An answer that is kept back says what was true when the question came.
    """

    def __init__(self, records, pause=0.0, **rest):
        self._pause = pause
        self._held = set()
        self._kept = []
        self._lock = threading.Lock()
        super().__init__(records, **rest)

    def hold(self, *names):
        with self._lock:
            self._held.update(names)

    def kept(self, name):
        """How many answers for the name are kept back."""
        with self._lock:
            return sum(question.name == name for question, _, _ in self._kept)

    def release(self):
        """Sends what was kept back, and holds nothing any more."""
        with self._lock:
            kept, self._kept = self._kept, []
            self._held.clear()
        for _, message, client in kept:
            self.send(message, client)

    def respond(self, question, client):
        if self._pause:
            time.sleep(self._pause)
        with self._lock:
            if question.name in self._held:
                self._kept.append((question, self.answer(question), client))
                return
        super().respond(question, client)
