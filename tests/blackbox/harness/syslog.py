"""A syslog daemon for one process: what it writes to /dev/log is kept here."""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import typing

from .process import tool
from .waiting import PATIENCE_S

# In a mount namespace of its own the process has a /dev with nothing in it but
# our socket, as long as there is one; "$1" is its folder, the rest the command.
_SCRIPT = """
mount -t tmpfs tmpfs /dev && mkdir /dev/ours && mount --bind "$1" /dev/ours &&
    ln -s ours/log /dev/log || exit 125
shift
exec "$@"
"""

_MESSAGE = re.compile(
    r"<(?P<priority>\d+)>(?P<time>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) "
    r"(?P<tag>[^:\[]+)\[(?P<pid>\d+)\]: (?P<text>.*)",
    re.DOTALL,
)


class Message(typing.NamedTuple):
    facility: int
    severity: int
    time: str
    tag: str
    pid: int
    text: str

    @property
    def in_a_file(self):
        """The line of it in a log file, as syslogd writes it."""
        return f"{self.time} mx1 {self.tag}[{self.pid}]: {self.text}"


class Syslog:
    """Receives the messages of a process that is started `through` it.

    The daemon is there from the beginning, or not until `appear`.
    """

    def __init__(self, is_there=True):
        self._directory = tempfile.mkdtemp(prefix="spfblock-syslog-")
        self._path = os.path.join(self._directory, "log")
        self._socket = self._reader = None
        self.through = (*_namespace(), "sh", "-c", _SCRIPT, "sh", self._directory)
        self._messages = []
        self._changed = threading.Condition()
        if is_there:
            self.appear()

    def appear(self, reads=True):
        """The daemon starts; if not `reads` it hangs."""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self._path)
        if reads:
            self._reader = threading.Thread(
                target=self._read, args=(self._socket,), daemon=True
            )
            self._reader.start()

    def vanish(self):
        """The daemon ends, if there is one."""
        if self._socket is None:
            return
        self._socket.shutdown(socket.SHUT_RDWR)
        if self._reader is not None:
            self._reader.join(5)
        self._socket.close()
        os.unlink(self._path)
        self._socket = self._reader = None

    def close(self):
        self.vanish()
        shutil.rmtree(self._directory, ignore_errors=True)

    @property
    def messages(self):
        with self._changed:
            return list(self._messages)

    def wait_for(self, pattern, timeout=PATIENCE_S):
        """The first message whose text has the regular expression."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                for message in self._messages:
                    if re.search(pattern, message.text):
                        return message
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(
                        f"/{pattern}/ not within {timeout:g} s, but:\n"
                        + "\n".join(map(str, self._messages))
                    )
                self._changed.wait(left)

    def _read(self, from_socket):
        while raw := from_socket.recv(65536):
            with self._changed:
                self._messages.append(_parsed(raw.decode("ascii")))
                self._changed.notify_all()


def unavailable():
    """Why no process can have a /dev/log of its own here, or None."""
    done = subprocess.run(
        [*_namespace(), "mount", "-t", "tmpfs", "tmpfs", "/dev"],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    return done.stderr.strip() if done.returncode else None


def _namespace():
    as_root = ["--map-root-user"] if os.geteuid() != 0 else []
    return (tool("unshare"), "--mount", *as_root, "--")


def _parsed(text):
    match = _MESSAGE.fullmatch(text.removesuffix("\n").removesuffix("\0"))
    if not match:
        raise AssertionError(f"not as syslog(3) writes it: {text!r}")
    facility, severity = divmod(int(match["priority"]), 8)
    return Message(
        facility=facility,
        severity=severity,
        time=match["time"],
        tag=match["tag"],
        pid=int(match["pid"]),
        text=match["text"],
    )
