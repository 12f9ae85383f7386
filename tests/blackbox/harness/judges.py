"""SPF implementations that others wrote, asked about many clients at once."""

import json
import os
import subprocess
import threading

from .habits import MAIL_SPF, MAIL_SPF_MAIL, PYSPF, PYSPF_MAIL
from .process import tool
from .spfblock import CHECKOUT

_HERE = os.path.dirname(os.path.abspath(__file__))
_OWN_JUDGE = os.path.join(CHECKOUT, "build", "release", "tests", "mail_judge")


class Judge:
    """One implementation, its DNS questions going to the server given.

    It runs in batch processes: `program` gets host, port and a file of hopeless
    questions as arguments and [ADDRESS, SENDER, HELO] a line on stdin, as JSON,
    and prints a result for each.  The file has "NAME TYPE" a line; it waits for
    no answer to those, since there is none that is any good.

    habits       that matter whoever the sender is
    mail_habits  those that matter where a mail decides
    """

    def __init__(self, name, interpreter, program, habits, mail_habits, processes=1):
        self.name = name
        self._processes = processes
        self.habits = habits
        self.mail_habits = mail_habits
        self._command = [interpreter, os.path.join(_HERE, program)]

    def start(self, server, hopeless, mails):
        """A Hearing of the mails."""
        host, _, port = server.rpartition(":")
        command = [*self._command, host, port, hopeless]
        share = -(-len(mails) // self._processes)
        return Hearing(
            [
                _Batch(command, mails[first : first + share])
                for first in range(0, len(mails), share)
            ]
        )


def judges():
    return [
        Judge("pyspf", "/usr/bin/python3", "pyspf_judge.py", PYSPF, PYSPF_MAIL),
        # The slow one.
        Judge(
            "Mail::SPF",
            tool("perl"),
            "mail_spf_judge.pl",
            MAIL_SPF[_version_of_mail_spf()],
            MAIL_SPF_MAIL,
            processes=2,
        ),
    ]


def _version_of_mail_spf():
    """Its first number: 2 on Debian 12, 3 on Debian 13."""
    done = subprocess.run(
        [tool("perl"), "-MMail::SPF", "-e", "print Mail::SPF->VERSION"],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout.removeprefix("v").partition(".")[0])


def own_hearing(server, mails):
    """Our own check_host() as one more judge, at work."""
    program = os.environ.get("SPFBLOCK_MAIL_JUDGE", _OWN_JUDGE)
    return Hearing([_Batch([program, server], mails)])


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

    def __init__(self, command, mails):
        self._name = " ".join(map(os.path.basename, command[:2]))
        self._expected = len(mails)
        self._child = subprocess.Popen(
            [tool("setpriv"), "--pdeathsig", "TERM", "--", *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        text = "".join(json.dumps(mail) + "\n" for mail in mails)
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
