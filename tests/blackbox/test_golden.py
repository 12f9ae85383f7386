"""What `expand`, `status`, `explain` and `diff` print for people, to the letter.

SPFBLOCK_WRITE_GOLDEN=1 writes tests/blackbox/golden/*.txt anew; look at what has
changed, on a terminal of 80 columns.
"""

import json
import os
import pty
import re
import subprocess

from .harness.case import BlackBoxCase
from .harness.ports import free_port
from .harness.spam_world import LONG, SpamWorld
from .harness.spfblock import CHECKOUT, program, run
from .harness.waiting import eventually

OK, NEGATIVE, USAGE = 0, 1, 64

GOLDEN = os.path.join(CHECKOUT, "tests", "blackbox", "golden")
WIDTH = 80
INDENT = 14  # at most, before a word
PATIENCE_S = 60

# What the log says when each domain that changes has been looked at again.
SECOND_LOOK = (
    "domain failing domain=failing.example",
    "record gone, .* domain=gone.example",
    "refused by a limit domain=grows.example",
    "refused by a limit domain=six.example",
    "domain failing domain=never.example",
    "domain failing domain=lost.example",
)

LISTED = (
    "45.120.197.160",  # through an include
    "62.4.0.1",  # by hand, and by a domain
    "2a02:6::1",  # by a domain that fails now
    "62.11.8.1",  # by names longer than a line
)
KEPT_OFF = (
    "103.58.71.129",  # allow.networks
    "62.4.0.130",  # allow.domains
    "62.80.0.1",  # a listing that grows too fast
    "62.1.1.1",  # a term that is too wide
    "2a02:12::1",  # a total over its limit
)

# What differs from run to run, and what stands for it, equally wide.
VARIES = [
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:PORT"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC"), "YYYY-MM-DD hh:mm UTC"),
    (re.compile(r"\b\d+s ago"), "Ns ago"),
    (re.compile(r"(?m)(?: \d|\d\d)s(?=  +(?:now|\d+h)(?:$|  ))"), " Ns"),
]


def normal(text):
    for pattern, instead in VARIES:
        text = pattern.sub(instead, text)
    return text


def too_wide(text):
    """The lines over 80 columns, but for those of words that are too long."""
    return [
        line
        for line in text.splitlines()
        if len(line) > WIDTH and max(map(len, line.split())) < WIDTH - INDENT
    ]


def on_a_terminal(*arguments):
    """What the program says on standard error where that is a terminal."""
    ours, theirs = pty.openpty()
    try:
        with subprocess.Popen(
            [program(), *arguments], stdout=subprocess.DEVNULL, stderr=theirs
        ) as process:
            process.wait(PATIENCE_S)
        os.close(theirs)
        said = b""
        try:
            while piece := os.read(ours, 4096):
                said += piece
        except OSError:  # the end of what was said
            pass
        return said.decode("ascii")
    finally:
        os.close(ours)


class Golden(BlackBoxCase):
    def setUp(self):
        self.dns = self.closing(SpamWorld())

    def assert_golden(self, name, text):
        path = os.path.join(GOLDEN, name + ".txt")
        if os.environ.get("SPFBLOCK_WRITE_GOLDEN"):
            with open(path, "w", encoding="ascii") as file:
                file.write(normal(text))
        with open(path, encoding="ascii") as file:
            self.assertEqual(normal(text), file.read(), name)

    def configured(self):
        return self.dns.configuration(
            admin=f"127.0.0.1:{free_port()}",
            state_file=os.path.join(self.directory(), "state.json"),
        )

    def started(self, configuration):
        """For the first time: what is new waits for lost.example, not long."""
        refresh = {**configuration["refresh"], "retry": "2s"}
        server = self.serve({**configuration, "refresh": refresh})
        for address in LISTED:
            self.wait_until_listed(server.port, address, PATIENCE_S)
        return server

    def with_a_second_look(self):
        """A server that has seen the world change."""
        configuration = self.configured()
        self.started(configuration).stop()
        self.dns.change()
        server = self.serve(configuration)
        for sign in SECOND_LOOK:
            server.wait_for_line(sign, PATIENCE_S)
        self.wait_until_listed(server.port, "62.9.1.1", PATIENCE_S)
        eventually(
            lambda: run("history", "-c", server.file, "62.9.1.1").returncode == 0,
            "the history has the second look",
        )
        return server

    def shown(self, file, *commands):
        """What the commands print, each below its own line."""
        text = ""
        for expected, command, *arguments in commands:
            done = run(command, "-c", file, *arguments)
            self.assertEqual((done.returncode, done.stderr), (expected, ""), command)
            self.assertEqual(too_wide(done.stdout), [])
            text += f"$ spfblock {' '.join([command, *arguments])}\n{done.stdout}\n"
        return text

    def test_status(self):
        file = self.with_a_second_look().file
        self.assert_golden("status", self.shown(file, (NEGATIVE, "status")))

    def test_explain(self):
        file = self.with_a_second_look().file
        self.assert_golden(
            "explain",
            self.shown(
                file,
                *((OK, "explain", address) for address in LISTED),
                *((NEGATIVE, "explain", address) for address in KEPT_OFF),
            ),
        )

    def test_diff(self):
        server = self.started(self.configured())
        self.dns.change()
        self.assert_golden("diff", self.shown(server.file, (OK, "diff")))

    def test_expand(self):
        file = self.file("c.json", json.dumps(self.dns.configuration()))
        some = ("broken.example", "everyone.example", "moved.example", "six.example")
        self.assert_golden(
            "expand",
            self.shown(
                file,
                (OK, "expand", "toramaki.example"),
                (OK, "expand", *some),
                (OK, "expand", LONG),
                (OK, "expand", "nothing.example", "never.example"),
            ),
        )

    def test_help_fits_the_terminal(self):
        commands = ("check", "diff", "expand", "explain", "export", "query")
        for command in ([], *([each] for each in commands), ["serve"], ["status"]):
            with self.subTest(command=command):
                done = run(*command, "--help")
                self.assertEqual(done.returncode, OK)
                self.assertEqual(too_wide(done.stdout), [])

    def test_a_wrong_command_line_is_told_in_words(self):
        for arguments, told in (
            (["nonsense"], "unknown command: nonsense"),
            (["--bad"], "unknown option: --bad"),
            (["check", "[a\x1b"], "[a\\x1b"),
            (["explain"], "ADDRESS is required"),
        ):
            with self.subTest(arguments=arguments):
                done = run(*arguments)
                self.assertEqual((done.returncode, done.stdout), (USAGE, ""))
                self.assertRegex(done.stderr, rf"^spfblock: .*{re.escape(told)}\n")

    def test_work_over_a_second_shows_its_progress_on_a_terminal(self):
        self.dns.silent = {"moved.example"}
        configuration = self.dns.configuration()
        configuration["resolver"] |= {"timeout": "2s", "attempts": 1}
        file = self.file("c.json", json.dumps(configuration))
        told = on_a_terminal("expand", "-c", file, "six.example", "moved.example")
        self.assertRegex(  # none after a second, on a busy machine
            told,
            r"\A(\r0 of 2 domains expanded)?"
            r"\r1 of 2 domains expanded\r2 of 2 domains expanded\r\x1b\[K\Z",
        )

    def test_quick_work_shows_no_progress(self):
        file = self.file("c.json", json.dumps(self.dns.configuration()))
        # On a busy machine it may take a second, but hardly each time.
        self.assertIn(
            "",
            (on_a_terminal("expand", "-c", file, "six.example") for _ in range(10)),
        )
