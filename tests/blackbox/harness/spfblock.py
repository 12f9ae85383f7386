"""The program under test."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile

from .ports import LOOPBACK, free_port
from .process import Process
from .waiting import PATIENCE_S

CHECKOUT = os.path.abspath(
    os.path.join(os.path.dirname(__file__), os.pardir, os.pardir, os.pardir)
)

# How long the contract gives it to stop.
STOP_S = 5.0

_SANITIZER = re.compile(
    r"(Address|Leak|Thread|UndefinedBehavior)Sanitizer|runtime error:"
)


def program():
    """The path of the built program."""
    path = os.environ.get(
        "SPFBLOCK_PROGRAM", os.path.join(CHECKOUT, "build", "release", "spfblock")
    )
    if not os.access(path, os.X_OK):
        raise AssertionError(f"no program at {path}; run scripts/build")
    return os.path.abspath(path)


def run(*arguments, stdin="", cwd=None, timeout=2 * PATIENCE_S):
    """Runs the program to its end; returns subprocess.CompletedProcess."""
    done = subprocess.run(
        [program(), *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        cwd=cwd,
        timeout=timeout,
    )
    if done.returncode < 0 or _SANITIZER.search(done.stderr):
        raise AssertionError(f"{arguments} crashed: {done.returncode}\n{done.stderr}")
    return done


class Spfblock:
    """`spfblock serve`, listening on a free port unless `listen` says where.

    The constructor returns as soon as each port is open, which is before the
    first expansion ends.  `through` is a command that starts the program, as
    ("prlimit", "--nofile=100"), and becomes it by exec; `pass_fds` are
    descriptors that it inherits.  `text` stands in the file instead of the
    configuration; of the latter only `listen` counts then.
    """

    def __init__(self, configuration, cwd=None, through=(), pass_fds=(), text=None):
        self.configuration = dict(configuration)
        if "listen" not in self.configuration:
            self.configuration["listen"] = [f"{LOOPBACK}:{free_port()}"]
        self.ports = [
            port_of(place_of(each)) for each in self.configuration["listen"]
        ]
        self.port = self.ports[0]
        self._directory = tempfile.mkdtemp(prefix="spfblock-serve-")
        self.file = os.path.join(self._directory, "spfblock.json")
        self.write(self.configuration if text is None else text)
        self._killed = False
        self._process = Process(
            [*through, program(), "serve", "-c", self.file], cwd, pass_fds
        )
        try:
            for each in self.configuration["listen"]:
                self.wait_for_line(listening(place_of(each)))
        except AssertionError:
            self._process.end()
            shutil.rmtree(self._directory, ignore_errors=True)
            raise

    # What it says.

    @property
    def lines(self):
        return self._process.lines

    @property
    def pid(self):
        return self._process.pid

    @property
    def running(self):
        return self._process.returncode is None

    def mark(self):
        return self._process.mark()

    def matching(self, pattern, after=0):
        return self._process.matching(pattern, after)

    def wait_for_line(self, pattern, timeout=PATIENCE_S, after=0):
        return self._process.wait_for_line(pattern, timeout, after)

    # What it is told.

    def write(self, configuration):
        """Replaces the configuration file (dict, or text as it is).

        A dict has no admin port and no state file unless it names one, since
        tests run side by side, and may list reserved space and asks for no
        providers unless it says so, since tests live there.
        """
        text = (
            configuration
            if isinstance(configuration, str)
            else json.dumps(_for_tests(configuration), indent=2)
        )
        with open(self.file + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(self.file + ".new", self.file)  # never read half-written

    def reload(self, **changes):
        """Changes top-level settings and reloads; waits until it is in force."""
        self.configuration.update(changes)
        self.write(self.configuration)
        before = self.hang_up()
        self.wait_for_line("configuration reloaded", after=before)

    def hang_up(self):
        """SIGHUP; returns the place in the output before it."""
        before = self.mark()
        self._process.send_signal(signal.SIGHUP)
        return before

    def suspend(self):
        self._process.suspend()

    def send_signal(self, number):
        self._process.send_signal(number)

    def wait(self, timeout=STOP_S):
        return self._process.wait(timeout)

    def stop(self, number=signal.SIGTERM):
        """Stops it by a signal; it must exit 0 within the contract's time."""
        self.send_signal(number)
        status = self.wait()
        if status != 0:
            raise AssertionError(f"exit status {status}:\n" + "\n".join(self.lines))

    def kill(self):
        """kill -9; returns when it is gone."""
        self._killed = True
        self.send_signal(signal.SIGKILL)
        self.wait(PATIENCE_S)

    def close(self):
        """Clean-up; AssertionError if it crashed, or does not stop well."""
        try:
            if self.running:
                self.stop()
            status = self._process.returncode
        finally:
            self._process.end()
            shutil.rmtree(self._directory, ignore_errors=True)
        said = "\n".join(self.lines)
        killed = self._killed and status == -signal.SIGKILL
        if (status != 0 and not killed) or _SANITIZER.search(said):
            raise AssertionError(f"spfblock ended with status {status}:\n{said}")


def _for_tests(configuration):
    return {
        "admin": "",
        "state_file": "",
        **configuration,
        "allow": {
            "reserved": False,
            "providers": False,
            **configuration.get("allow", {}),
        },
    }


def listening(endpoint):
    """The pattern of the log line that says that a port is open."""
    return r"listening address=" + re.escape(endpoint) + r"(\s|$)"


def place_of(listener):
    """Where an element of `listen` is: ADDRESS:PORT or unix:/PATH."""
    return listener if isinstance(listener, str) else listener["at"]


def port_of(address):
    """None of a UNIX socket."""
    if address.startswith("unix:"):
        return None
    return int(address.rpartition(":")[2])
