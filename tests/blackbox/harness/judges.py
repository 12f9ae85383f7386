"""SPF implementations that others wrote, asked about many clients at once."""

import os
import subprocess
import threading

from .check_host import HELO
from .habits import MAIL_SPF, PYSPF
from .process import tool

_HERE = os.path.dirname(os.path.abspath(__file__))


class Judge:
    """One implementation, its DNS questions going to the server given.

    It runs in batch processes: `program` gets host, port, HELO and a file of
    hopeless questions as arguments and "ADDRESS DOMAIN" a line on stdin, and
    prints a result for each.  The file has "NAME TYPE" a line; it waits for no
    answer to those, since there is none that is any good.
    """

    def __init__(self, name, interpreter, program, habits, processes=1):
        self.name = name
        self._processes = processes
        self.habits = habits
        self._command = [interpreter, os.path.join(_HERE, program)]

    def start(self, server, hopeless, questions):
        """A Hearing of the questions, pairs of address and domain."""
        host, _, port = server.rpartition(":")
        command = [*self._command, host, port, HELO, hopeless]
        share = -(-len(questions) // self._processes)
        return Hearing(
            [
                _Batch(command, questions[first : first + share])
                for first in range(0, len(questions), share)
            ]
        )


def judges():
    return [
        Judge("pyspf", "/usr/bin/python3", "pyspf_judge.py", PYSPF),
        # The slow one.
        Judge("Mail::SPF", tool("perl"), "mail_spf_judge.pl", MAIL_SPF, processes=2),
    ]


class Hearing:
    """A judge at work."""

    def __init__(self, batches):
        self._batches = batches

    def results(self):
        """One for each question, in order, once it has them all."""
        return [result for batch in self._batches for result in batch.results()]

    def close(self):
        """Ends it if it is still at work."""
        for batch in self._batches:
            batch.close()


class _Batch:
    """A process of a judge."""

    def __init__(self, command, questions):
        self._name = os.path.basename(command[1])
        self._expected = len(questions)
        self._child = subprocess.Popen(
            [tool("setpriv"), "--pdeathsig", "TERM", "--", *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        text = "".join(f"{address} {domain}\n" for address, domain in questions)
        self._output = None
        self._thread = threading.Thread(target=self._communicate, args=(text,))
        self._thread.start()

    def results(self):
        self._thread.join()
        output, errors = self._output
        results = output.splitlines()
        if self._child.returncode != 0 or len(results) != self._expected:
            raise AssertionError(
                f"{self._name} gave {len(results)} results for {self._expected} "
                f"questions; run scripts/setup if it is not installed:\n{errors}"
            )
        return results

    def close(self):
        self._child.kill()
        self._thread.join()

    def _communicate(self, text):
        self._output = self._child.communicate(text)
