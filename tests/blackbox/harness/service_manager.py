"""What systemd is to a service: it listens to sd_notify(3), and holds sockets
that it hands over, sd_listen_fds(3)."""

import os
import socket
import sys
import tempfile
import threading
import time

from .waiting import PATIENCE_S

# Becomes the program that follows on its command line: descriptors from 3 on,
# and the process id that only the new process knows.
_HAND_OVER = """
import os, sys
count, *rest = sys.argv[1:]
descriptors, command = rest[:int(count)], rest[int(count):]
for place, descriptor in enumerate(descriptors):
    os.dup2(int(descriptor), 100 + place)
for place in range(len(descriptors)):
    os.dup2(100 + place, 3 + place)
    os.close(100 + place)
if descriptors:
    os.environ["LISTEN_PID"] = str(os.getpid())
os.execvp(command[0], command)
"""


class ServiceManager:
    """Start the program with through= and pass_fds= of it.

    `sockets` is {name: socket}: each is handed over.  They stay open, and what
    listens there goes on to listen, whatever becomes of the program.
    """

    def __init__(self, sockets=None, watchdog_s=None):
        self.sockets = dict(sockets or {})
        self._directory = tempfile.TemporaryDirectory(prefix="spfblock-manager-")
        path = os.path.join(self._directory.name, "notify")
        self._notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notify.bind(path)
        self._environment = [f"NOTIFY_SOCKET={path}"]
        if watchdog_s is not None:
            self._environment.append(f"WATCHDOG_USEC={int(watchdog_s * 1e6)}")
        if self.sockets:
            self._environment += [
                f"LISTEN_FDS={len(self.sockets)}",
                "LISTEN_FDNAMES=" + ":".join(self.sockets),
            ]
        self._told = []
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pass_fds(self):
        return tuple(each.fileno() for each in self.sockets.values())

    @property
    def through(self):
        descriptors = [str(each) for each in self.pass_fds]
        interpreter = [sys.executable, "-I", "-S", "-c", _HAND_OVER]
        return (
            "env",
            *self._environment,
            *interpreter,
            str(len(descriptors)),
            *descriptors,
        )

    @property
    def told(self):
        """[(seconds, assignment)] so far, as (12.5, "READY=1")."""
        with self._changed:
            return list(self._told)

    def values(self, name, after=0):
        """What was assigned to that name, in order."""
        return [
            text.partition("=")[2]
            for _, text in self.told[after:]
            if text.partition("=")[0] == name
        ]

    def settle(self):
        """Returns when all that was sent before is in `told`."""
        after = len(self.told)
        self._tell(b"SETTLED=1")
        self.wait_until_told("SETTLED=1", after)

    def wait_for(self, condition, what, timeout=PATIENCE_S):
        """Returns what condition() returns as soon as it is true."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                outcome = condition()
                if outcome:
                    return outcome
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(
                        f"not within {timeout:g} s: {what}; told: {self._told}"
                    )
                self._changed.wait(left)

    def wait_until_told(self, assignment, after=0, timeout=PATIENCE_S):
        """Returns the place behind it in `told`."""

        def place():
            for at, (_, text) in enumerate(self.told[after:], after):
                if text == assignment:
                    return at + 1
            return None

        return self.wait_for(place, assignment, timeout)

    def close(self):
        # Wakes the reader: an empty datagram is the end.
        self._tell(b"")
        self._reader.join()
        self._notify.close()
        for each in self.sockets.values():
            each.close()
        self._directory.cleanup()

    def _tell(self, text):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(text, self._notify.getsockname())

    def _read(self):
        while datagram := self._notify.recv(4096):
            now = time.monotonic()
            with self._changed:
                self._told += [(now, line) for line in datagram.decode().split("\n")]
                self._changed.notify_all()


def listening_socket(port, host="127.0.0.1"):
    """As a .socket unit opens it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.bind((host, port))
    opened.listen(4096)
    return opened
