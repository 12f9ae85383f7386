"""A child process whose output is read line by line."""

import os
import re
import shutil
import signal
import subprocess
import threading
import time

from .waiting import PATIENCE_S, eventually


def tool(name):
    """The path of a program that the tests need, or a failure that helps."""
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if path is None:
        raise AssertionError(f"{name} is not installed; run scripts/setup")
    return path


class Process:
    """A child; its stdout and stderr are kept as one list of lines.

    The kernel ends it with SIGTERM should the test itself die (setpriv), so
    nothing is left behind even when ctest kills the test for its time limit.
    It inherits the descriptors `pass_fds`.
    """

    def __init__(self, arguments, cwd=None, pass_fds=()):
        self.name = os.path.basename(arguments[0])
        self._lines = []
        self._changed = threading.Condition()
        self._closed = False
        self._child = subprocess.Popen(
            [tool("setpriv"), "--pdeathsig", "TERM", "--", *arguments],
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=pass_fds,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self):
        return self._child.pid

    @property
    def returncode(self):
        """The exit status, or None while it runs."""
        return self._child.poll()

    @property
    def lines(self):
        """What it has said so far."""
        with self._changed:
            return list(self._lines)

    def mark(self):
        """A place in the output: pass it as `after` to see later lines only."""
        return len(self.lines)

    def matching(self, pattern, after=0):
        """The lines so far in which the regular expression is found."""
        return [line for line in self.lines[after:] if re.search(pattern, line)]

    def wait_for_line(self, pattern, timeout=PATIENCE_S, after=0):
        """The first match of a line, now or within `timeout` seconds."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                for line in self._lines[after:]:
                    if match := re.search(pattern, line):
                        return match
                left = deadline - time.monotonic()
                if left <= 0 or self._closed:
                    raise AssertionError(
                        f"{self.name} did not say /{pattern}/ within "
                        f"{timeout:g} s, but:\n" + "\n".join(self._lines)
                    )
                self._changed.wait(left)

    def send_signal(self, number):
        self._child.send_signal(number)

    def suspend(self):
        """Stops all its threads; kill(2) returns before they have stopped."""
        self.send_signal(signal.SIGSTOP)
        eventually(self._is_suspended, "every thread has stopped")

    def resume(self):
        self.send_signal(signal.SIGCONT)

    def _is_suspended(self):
        tasks = f"/proc/{self.pid}/task"
        for each in os.listdir(tasks):
            with open(f"{tasks}/{each}/stat", encoding="ascii") as file:
                if file.read().rpartition(")")[2].split()[0] != "T":
                    return False
        return True

    def wait(self, timeout):
        """The exit status; AssertionError if it runs for longer."""
        try:
            status = self._child.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(
                f"{self.name} still runs after {timeout:g} s; it said:\n"
                + "\n".join(self.lines)
            ) from None
        self._reader.join(5)
        return status

    def end(self):
        """Ends it, whatever it takes; for clean-up."""
        if self.returncode is None:
            self.send_signal(signal.SIGTERM)
            try:
                self._child.wait(5)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()
        self._reader.join(5)
        self._child.stdout.close()

    def _read(self):
        for raw in self._child.stdout:
            line = raw.decode("utf-8", "backslashreplace").rstrip("\n")
            with self._changed:
                self._lines.append(line)
                self._changed.notify_all()
        with self._changed:
            self._closed = True
            self._changed.notify_all()
