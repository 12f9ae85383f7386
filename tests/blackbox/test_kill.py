"""kill -9 at any moment: the next process goes on with what was saved, at once."""

import os
import random
import signal
import statistics
import time

from .harness.case import BlackBoxCase
from .harness.held_dns import HeldDns
from .harness.load import Load
from .harness.ports import LOOPBACK, free_port
from .harness.process_memory import is_sanitized
from .harness.processor_time import processor_seconds
from .harness.spammers import Spammers, listed
from .harness.spfblock import Spfblock
from .harness.tcp_table import ask_once
from .harness.waiting import PATIENCE_S


class Killed(BlackBoxCase):
    # Of the processor, from exec to the first reply: the quickest quarter, since
    # a busy machine only adds to it.  That it waits for nothing is shown by a
    # DNS that is silent until then.
    QUICK_START_S = 0.2

    # Of a refresh here, which begins with the process.
    REFRESH_S = 0.2

    def setUp(self):
        self.spammers = Spammers()
        self.dns = self.closing(HeldDns(self.spammers.records(), pause=0.001))
        self.state = os.path.join(self.directory(), "state.json")
        self.starts = []
        self.states = set()
        self.cut_writes = set()
        self.answered = 0
        seed = random.randrange(2**32)
        self.random = random.Random(seed)
        self.addCleanup(self._tell, seed)

    def _tell(self, seed):
        if self.starts:
            print(
                f"\n{len(self.starts)} starts (seed {seed}): first reply after "
                f"{statistics.median(self.starts) * 1000:.0f} ms of processor time, "
                f"at most {max(self.starts) * 1000:.0f} ms; "
                f"{self.answered} replies; "
                f"{len(self.states)} states, {len(self.cut_writes)} cut short"
            )

    def start(self):
        """The next process, with a new version of the records to find."""
        self.spammers.version += 1
        self.dns.records = self.spammers.records()
        knows = os.path.exists(self.state)  # not the very first one
        if knows:
            self.dns.hold(*self.spammers.names)
        spfblock = Spfblock(
            {
                "listen": [f"{LOOPBACK}:{free_port()}"],
                "action": "REJECT {domain}",
                "domains": self.spammers.names,
                "resolver": {"servers": [self.dns.server]},
                "state_file": self.state,
            }
        )
        try:
            first = ask_once(spfblock.port, "62.0.0.1")
            if knows:
                self.starts.append(processor_seconds(spfblock.pid))
                self.assertEqual(first, listed("d0.example"))
                self.dns.release()
        except BaseException:
            spfblock.close()
            raise
        return spfblock

    def know_all(self):
        """A first process, that stops in peace; returns how long that takes."""
        spfblock = self.closing(self.start())
        for address in ("62.0.0.1", *self.spammers.newest()):
            self.wait_until_listed(spfblock.port, address)
        begin = time.monotonic()
        spfblock.stop()
        return time.monotonic() - begin

    def live(self, die):
        """One process from its start to its death under a load.

        Returns whether it is built with a sanitizer.
        """
        spfblock = self.start()
        try:
            sanitized = is_sanitized(spfblock.pid)
            load = Load(spfblock.port, self.spammers.expected(), clients=2)
            try:
                die(spfblock)
                spfblock.kill()
                load.wait_for_end()
            finally:
                load.close()
            said = "\n".join(spfblock.lines)
        finally:
            spfblock.close()
        self.assertEqual(load.wrong[:5], [], said)
        self.assertRegex(said, "state loaded .*domains=20")
        self.assertNotRegex(said, "put aside|state unreadable")
        self.answered += load.answered
        self._look_at_the_folder()
        return sanitized

    def _look_at_the_folder(self):
        with open(self.state, "rb") as file:
            self.states.add(file.read())
        try:
            left = os.stat(self.state + ".new")
            self.cut_writes.add((left.st_ino, left.st_mtime_ns))
        except FileNotFoundError:
            pass

    def test_100_times_amid_a_refresh_or_a_save_under_load(self):
        stop_s = self.know_all()

        def amid_a_refresh(_):
            time.sleep(self.random.uniform(0, self.REFRESH_S))

        def amid_a_save(spfblock):
            amid_a_refresh(spfblock)
            spfblock.send_signal(signal.SIGTERM)
            time.sleep(self.random.uniform(0, 2 * stop_s))  # some are complete

        sanitized = False
        for number in range(100):
            sanitized = self.live(amid_a_save if number % 2 == 0 else amid_a_refresh)

        self.assertGreater(self.answered, 1000, "there was no load")
        self.assertGreater(len(self.states), 1, "no state was saved meanwhile")
        if not sanitized:
            quick, _, _ = statistics.quantiles(self.starts, n=4)
            self.assertLess(quick, self.QUICK_START_S)

    def test_at_the_moment_when_it_saves_what_a_refresh_found(self):
        self.know_all()

        def when_the_file_appears(_):
            left = _inode(self.state + ".new")
            before = _inode(self.state)
            deadline = time.monotonic() + PATIENCE_S
            while _inode(self.state + ".new") == left and _inode(self.state) == before:
                self.assertLess(time.monotonic(), deadline, "nothing was saved")
                time.sleep(0.0001)
            time.sleep(self.random.uniform(0, 0.002))

        for _ in range(2):
            self.live(when_the_file_appears)
        self.live(lambda _: None)  # what they left can be read


def _inode(path):
    """Of the file there; None if there is none."""
    try:
        return os.stat(path).st_ino
    except FileNotFoundError:
        return None
