"""Faults while it serves: a state that cannot be saved or read, reloads in a row or
amid a refresh, the end amid a refresh.  Nobody gets a wrong answer, none is lost.

Tests also: surroundings.
"""

import os
import re
import resource
import signal
import subprocess
import time

from .harness.case import BlackBoxCase
from .harness.held_dns import HeldDns
from .harness.load import Load
from .harness.process_memory import is_sanitized
from .harness.scripted_dns import ScriptedDns
from .harness.spammers import UNLISTED, listed, record
from .harness.spfblock import STOP_S, program
from .harness.tcp_table import ask_once
from .harness.waiting import eventually, holds_for

EVERY_SECOND = {"interval": "1s", "minimum": "1s", "retry": "1s"}


class FaultCase(BlackBoxCase):
    def load(self, port, expected, clients=4):
        return self.closing(Load(port, expected, clients))

    def assert_nothing_lost(self, load):
        load.wait_for_round()
        load.stop()
        self.assertEqual(load.wrong[:10], [])
        self.assertEqual(load.closed, 0, "connections were closed")
        self.assertEqual(load.unanswered(), 0, "lookups were lost")
        self.assertGreater(load.answered, 0)


class Unsaved(FaultCase):
    """A state that cannot be saved is told once, and stops nothing."""

    # From a change to the attempt to save it, which the second of two rows
    # must have outlived.
    ATTEMPT_S = 6.0

    # By name: how the folder {0} gets into trouble before the program starts
    # ("$@"), how it is mended while that runs, and what it says.
    TROUBLES = {
        "no folder": (
            "rmdir {0}",
            lambda folder, pid: os.mkdir(folder),
            "No such file or directory",
        ),
        "a file instead of a folder": (
            "rmdir {0} && echo text > {0}",
            lambda folder, pid: (os.unlink(folder), os.mkdir(folder)),
            "Not a directory",
        ),
        "a limit of file sizes": (
            "ulimit -S -f 0",
            lambda folder, pid: resource.prlimit(
                pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2
            ),
            "File too large",
        ),
        "a full disk": (
            "mount -t tmpfs -o size=64k none {0}"
            " && ! head -c 100000 /dev/zero 2>/dev/null > {0}/filler",
            lambda folder, pid: os.unlink(f"/proc/{pid}/root{folder}/filler"),
            "No space left on device",
        ),
        "a read-only disk": (
            "mount -t tmpfs -o ro none {0}",
            lambda folder, pid: subprocess.run(
                ["nsenter", "-t", str(pid), "-m", "-r", "mount", "-o", "remount,rw", folder],
                check=True,
            ),
            "Read-only file system",
        ),
    }

    def setUp(self):
        self.dns = self.closing(ScriptedDns({("one.example", "TXT"): record()}))

    def start(self, trouble):
        folder = self.directory()
        script = trouble.format(folder) + ' && exec "$@"'
        through = ["sh", "-c", script, "sh"]
        if "mount" in trouble:  # for itself alone, and gone with it
            through = ["unshare", "--mount", *through]
        spfblock = self.serve(
            {
                "action": "REJECT {domain}",
                "domains": ["one.example"],
                "resolver": {"servers": [self.dns.server]},
                "refresh": EVERY_SECOND,
                "state_file": f"{folder}/state.json",
            },
            through=through,
        )
        return spfblock, folder

    def change(self, network, servers):
        self.dns.records["one.example", "TXT"] = record("62.1.0.0/24", network)
        address = network.replace(".0/24", ".9")
        for spfblock in servers:
            self.wait_until_listed(spfblock.port, address)

    def troubled(self):
        """[(name, server, folder)], without what this machine does not allow."""
        may_mount = subprocess.run(
            ["unshare", "--mount", "true"], stderr=subprocess.DEVNULL, check=False
        )
        if may_mount.returncode != 0:
            print("\nmay not mount here: left out what needs it")
        # ThreadSanitizer writes large files before the program begins.
        may_limit = subprocess.run(
            ["sh", "-c", f"ulimit -S -f 0; exec {program()} --version"],
            stdout=subprocess.DEVNULL,
            check=False,
        )
        return [
            (name, *self.start(cause))
            for name, (cause, _, _) in self.TROUBLES.items()
            if (may_mount.returncode == 0 or "mount" not in cause)
            and (may_limit.returncode == 0 or "ulimit" not in cause)
        ]

    def test_it_serves_on_and_saves_again_when_it_can(self):
        troubled = self.troubled()
        servers = [spfblock for _, spfblock, _ in troubled]
        self.change("62.1.1.0/24", servers)
        loads = [
            self.load(
                each.port,
                {"62.1.0.1": {listed("one.example")}, "62.1.4.0": {UNLISTED}},
            )
            for each in servers
        ]
        for name, spfblock, _ in troubled:
            with self.subTest(name):
                reason = self.TROUBLES[name][2]
                spfblock.wait_for_line(f"state not saved reason=.*{reason}")
        self.change("62.1.2.0/24", servers)
        holds_for(
            lambda: all(len(each.matching("state not saved")) == 1 for each in servers),
            "each has complained once",
            self.ATTEMPT_S,
        )
        for name, spfblock, folder in troubled:
            self.TROUBLES[name][1](folder, spfblock.pid)
        self.change("62.1.3.0/24", servers)
        for (name, spfblock, folder), load in zip(troubled, loads):
            with self.subTest(name):
                spfblock.wait_for_line("state saved again")
                with open(f"/proc/{spfblock.pid}/root{folder}/state.json") as file:
                    self.assertIn("62.1.3.0/24", file.read())
                self.assert_nothing_lost(load)
                self.assertEqual(len(spfblock.matching("state not saved")), 1)
                spfblock.stop()


class Unreadable(FaultCase):
    """A state that this version cannot read is put aside, whole, and stops nothing."""

    def setUp(self):
        self.dns = self.closing(
            ScriptedDns({("one.example", "TXT"): record("62.1.0.0/24")})
        )
        self.state = os.path.join(self.directory(), "state.json")

    def start(self):
        spfblock = self.serve(
            {
                "action": "REJECT {domain}",
                "domains": ["one.example"],
                "resolver": {"servers": [self.dns.server]},
                "state_file": self.state,
            }
        )
        self.wait_until_listed(spfblock.port, "62.1.0.1")
        return spfblock

    def text_of(self, path):
        with open(path, encoding="utf-8") as file:
            return file.read()

    def assert_put_aside(self, text, suffix, line):
        with open(self.state, "w", encoding="utf-8") as file:
            file.write(text)
        spfblock = self.start()
        spfblock.wait_for_line(line)
        spfblock.stop()
        self.assertEqual(self.text_of(self.state + suffix), text)
        os.unlink(self.state + suffix)
        self.assertIn("62.1.0.0/24", self.text_of(self.state))

    def test_it_is_put_aside_by_another_name_for_another_version(self):
        self.start().stop()
        good = self.text_of(self.state)
        version = re.match(r'{"spfblock_state":(\d+),', good)
        of_the_next = good.replace(version[1], str(int(version[1]) + 1), 1)
        self.assert_put_aside(
            of_the_next,
            ".other-version",
            f"state of another version, put aside file={self.state} "
            f"aside={self.state}.other-version$",
        )
        for damaged in (good[:-2], good.replace("62.1.", "62.2.", 1), "[" * 1_000_000):
            self.assert_put_aside(
                damaged,
                ".damaged",
                f"state damaged, put aside file={self.state} reason=",
            )


class Reloaded(FaultCase):
    DOMAINS = ("stays.example", "old.example", "new.example")

    def setUp(self):
        self.dns = self.closing(
            HeldDns(
                {
                    ("stays.example", "TXT"): record("62.1.1.0/24"),
                    ("old.example", "TXT"): record("62.1.2.0/24"),
                    ("new.example", "TXT"): record("62.1.3.0/24"),
                }
            )
        )

    def start(self, **changes):
        spfblock = self.serve(
            {
                "action": "REJECT {domain}",
                "domains": ["stays.example", "old.example"],
                "resolver": {"servers": [self.dns.server], "timeout": "60s"},
                **changes,
            }
        )
        self.wait_until_listed(spfblock.port, "62.1.1.1")
        self.wait_until_listed(spfblock.port, "62.1.2.1")
        return spfblock

    def configure(self, spfblock, number):
        """A configuration that no other number has, but for the domain."""
        spfblock.configuration["domains"] = ["stays.example"]
        spfblock.configuration["networks"] = [
            {"network": f"62.3.{number}.0/24", "action": f"REJECT {number}"},
            {"network": "62.4.0.0/16", "action": f"REJECT {number}"},
        ]
        spfblock.write(spfblock.configuration)
        return spfblock.hang_up()

    def assert_in_force(self, port, number):
        self.assertEqual(ask_once(port, "62.4.0.1"), (200, f"REJECT {number}"))
        for other in range(5):
            found = ask_once(port, f"62.3.{other}.1").code
            self.assertEqual(found, 200 if other == number else 500, other)
        self.assert_listed(port, "62.1.1.1")
        self.assert_not_listed(port, "62.1.2.1")

    def load_of_all(self, spfblock, clients=20):
        right = {(200, f"REJECT {number}") for number in range(5)}
        return self.load(
            spfblock.port,
            {
                "62.1.1.1": {listed("stays.example")},
                "62.4.0.1": {UNLISTED, *right},
                "62.1.0.255": {UNLISTED},
                "62.5.0.0": {UNLISTED},
            },
            clients,
        )

    def test_five_times_at_once_loses_no_lookup_and_ends_with_the_last(self):
        spfblock = self.start()
        load = self.load_of_all(spfblock)
        for number in range(5):
            self.configure(spfblock, number)
        eventually(
            lambda: ask_once(spfblock.port, "62.4.0.1").text == "REJECT 4", "the last"
        )
        self.assert_nothing_lost(load)
        self.assert_in_force(spfblock.port, 4)

    def test_five_times_with_a_faulty_one_among_them(self):
        spfblock = self.start()
        load = self.load_of_all(spfblock)
        for number in range(5):
            if number == 2:
                spfblock.write('{"domains": ["stays.example"], "thread": 1}')
                before = spfblock.hang_up()
                spfblock.wait_for_line("configuration refused", after=before)
            else:
                before = self.configure(spfblock, number)
                spfblock.wait_for_line("configuration reloaded", after=before)
            load.wait_for_round()
            in_force = 1 if number == 2 else number
            eventually(
                lambda: ask_once(spfblock.port, "62.4.0.1").text
                == f"REJECT {in_force}",
                f"configuration {in_force} answers",
            )
        self.assert_nothing_lost(load)
        self.assert_in_force(spfblock.port, 4)

    def test_amid_a_refresh_late_answers_bring_back_nothing_that_was_removed(self):
        spfblock = self.start(refresh=EVERY_SECOND)
        self.dns.hold(*self.DOMAINS)
        self.dns.records["stays.example", "TXT"] = record("62.1.1.0/24", "62.2.1.0/24")
        self.dns.records["old.example", "TXT"] = record("62.1.2.0/24", "62.2.2.0/24")
        for domain in ("stays.example", "old.example"):
            eventually(lambda: self.dns.kept(domain), f"{domain} is looked at")

        spfblock.reload(domains=["stays.example", "new.example"])
        self.wait_until_not_listed(spfblock.port, "62.1.2.1", timeout=30)
        self.assert_listed(spfblock.port, "62.1.1.1")
        eventually(lambda: self.dns.kept("new.example"), "the new one is asked for")
        asked = self.dns.asked["old.example", "TXT"]
        load = self.load(
            spfblock.port,
            {
                "62.1.1.1": {listed("stays.example")},
                "62.1.2.1": {UNLISTED},
                "62.2.2.1": {UNLISTED},
            },
        )
        self.dns.release()
        self.wait_until_listed(spfblock.port, "62.1.3.1")
        self.wait_until_listed(spfblock.port, "62.2.1.1")
        self.assertEqual(self.dns.asked["old.example", "TXT"], asked)
        self.assert_nothing_lost(load)


class Stopped(FaultCase):
    CLIENTS = 100
    # Of each client at once: what a server that forgets them at the signal has
    # not come to yet, and one that does not answers well within its patience.
    REQUESTS, REQUESTS_SANITIZED = 2000, 500

    def test_amid_a_refresh_under_load_it_answers_what_was_sent_before(self):
        dns = self.closing(HeldDns({("one.example", "TXT"): record("62.1.0.0/21")}))
        state = os.path.join(self.directory(), "state.json")
        spfblock = self.serve(
            {
                "action": "REJECT {domain}",
                "domains": ["one.example"],
                "resolver": {"servers": [dns.server], "timeout": "60s"},
                "refresh": EVERY_SECOND,
                "state_file": state,
            }
        )
        self.wait_until_listed(spfblock.port, "62.1.1.1")
        dns.hold("one.example")
        eventually(lambda: dns.kept("one.example"), "a refresh is under way")
        sanitized = is_sanitized(spfblock.pid)
        requests = self.REQUESTS_SANITIZED if sanitized else self.REQUESTS
        expected = {
            f"62.1.{at // 256}.{at % 256}": {listed("one.example")}
            for at in range(requests - 1)
        }
        expected["62.1.8.0"] = {UNLISTED}
        load = self.load(spfblock.port, expected, self.CLIENTS)
        load.wait_for_round()
        # Held still until all have asked, so that it finds their requests and
        # the signal at once.
        with load.pause:
            spfblock.suspend()
            eventually(lambda: _is_stopped(spfblock.pid), "it stands still")
        self.addCleanup(spfblock.send_signal, signal.SIGCONT)
        all_asked = self.CLIENTS * requests
        eventually(lambda: load.unanswered() == all_asked, "all have asked")
        begin = time.monotonic()
        spfblock.send_signal(signal.SIGTERM)
        spfblock.send_signal(signal.SIGCONT)
        self.assertEqual(spfblock.wait(STOP_S), 0)
        load.wait_for_end()
        self.assertEqual(load.wrong[:5], [])
        self.assertEqual(load.closed, self.CLIENTS)
        self.assertEqual(load.unanswered(before=begin), 0, "lookups were lost")
        with open(state, encoding="ascii") as file:
            self.assertIn("62.1.0.0/21", file.read())


def _is_stopped(pid):
    """Whether all threads of the process are."""
    threads = f"/proc/{pid}/task"
    states = set()
    for thread in os.listdir(threads):
        with open(f"{threads}/{thread}/stat", encoding="ascii") as file:
            states.add(file.read().rpartition(")")[2].split()[0])
    return states == {"T"}
