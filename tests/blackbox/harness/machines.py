"""Machines beside this one, on a network of their own: each has its processes, its
/etc, /var and /run, and an address.  What runs there ends with them."""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import unittest

from .own_machine import OWN_FILES
from .process import Process, tool
from .waiting import PATIENCE_S, eventually

# Of the network; this process is its first host.
NETWORK = "198.51.100"
OWN_ADDRESS = f"{NETWORK}.1"

_CLONE_NEWNET = 0x40000000
_LIBC = ctypes.CDLL(None, use_errno=True)

# A machine that nobody ends is gone after that.
_LIFE_S = 900

_FIRST_PROCESS = f"""{OWN_FILES}
mount -t proc proc /proc
echo it is up
exec sleep {_LIFE_S}
"""


def build_network():
    """Moves this process, for good, to a network on which machines can be.

    SkipTest where that may not be, as in a container without the rights.
    """
    if _LIBC.unshare(_CLONE_NEWNET) != 0:
        raise unittest.SkipTest(f"unshare: {os.strerror(ctypes.get_errno())}")
    try:
        _ip("link", "set", "lo", "up")
        _ip("link", "add", "lan", "type", "bridge")
        _ip("addr", "add", f"{OWN_ADDRESS}/24", "dev", "lan")
        _ip("link", "set", "lan", "up")
    except subprocess.CalledProcessError as error:
        raise unittest.SkipTest(error.stderr) from None


def _ip(*arguments):
    subprocess.run(
        [tool("ip"), *arguments], check=True, capture_output=True, text=True
    )


class Machine:
    """The host of the network whose address ends with `host`."""

    def __init__(self, host):
        self.address = f"{NETWORK}.{host}"
        self._link = f"to-{host}"
        # The shell is the machine's first process: with it everything there ends.
        self._holder = Process(
            [tool("unshare"), "--mount", "--net", "--pid", "--fork", "--kill-child"]
            + ["sh", "-ec", _FIRST_PROCESS]
        )
        try:
            self._pid = eventually(
                lambda: _child_of(self._holder.pid), "the machine has a process"
            )
            self._holder.wait_for_line("it is up")
            self._join_network()
        except BaseException:
            self.close()
            raise

    def close(self):
        pid = _child_of(self._holder.pid)
        if pid:
            os.kill(pid, signal.SIGKILL)
        self._holder.end()

    def path(self, name):
        """Where a file of the machine is for this process."""
        return f"/proc/{self._pid}/root{name}"

    def write(self, name, text, mode=0o644):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="ascii") as file:
            file.write(text)
        os.chmod(self.path(name), mode)

    def copy(self, source, name):
        shutil.copyfile(source, self.path(name))

    def run(self, *command):
        """Runs a command there to its end; its output."""
        done = subprocess.run(
            [*self._entering(), *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE_S,
        )
        if done.returncode != 0:
            raise AssertionError(f"{command}: {done.returncode}: {done.stdout}")
        return done.stdout

    def start(self, *command):
        """Starts a program that stays in the foreground."""
        return Service([*self._entering(), *command])

    @contextlib.contextmanager
    def network(self):
        """This thread's sockets are the machine's."""
        with open("/proc/thread-self/ns/net", "rb") as own:
            with open(f"/proc/{self._pid}/ns/net", "rb") as there:
                _set_network(there)
            try:
                yield
            finally:
                _set_network(own)

    def octets(self):
        """What its link has carried so far, both ways."""
        for line in _text("/proc/thread-self/net/dev").splitlines():
            name, _, figures = line.partition(":")
            if name.strip() == self._link:
                received, sent = int(figures.split()[0]), int(figures.split()[8])
                return received + sent
        raise AssertionError(f"no link {self._link}")

    def _entering(self):
        # Its root, too: that of the mounts is another one where this process was
        # started by chroot(8).
        return [tool("nsenter"), "-t", str(self._pid), *"-m -n -p -r -w".split(), "--"]

    def _join_network(self):
        _ip("link", "add", self._link, "type", "veth", "peer", "name", "eth0",
            "netns", str(self._pid))
        _ip("link", "set", self._link, "master", "lan", "up")
        self.run("ip", "addr", "add", f"{self.address}/24", "dev", "eth0")
        self.run("ip", "link", "set", "eth0", "up")


class Service(Process):
    """A program on a machine."""

    def stop(self, number=signal.SIGTERM):
        """Ends it, and returns when it has ended."""
        pid = _child_of(self.pid)
        if pid:
            os.kill(pid, number)
        self.wait(PATIENCE_S)

    def close(self):
        if self.returncode is None:
            self.stop(signal.SIGKILL)
        self.end()


def _child_of(pid):
    try:
        children = _text(f"/proc/{pid}/task/{pid}/children").split()
    except OSError:
        return None
    return int(children[0]) if children else None


def _set_network(file):
    if _LIBC.setns(file.fileno(), _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def _text(name):
    with open(name, encoding="ascii") as file:
        return file.read()
