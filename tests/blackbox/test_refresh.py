"""A refresh in which nothing changed publishes nothing and writes nothing; one
in which a question fails strikes whom it strikes at a receiver."""

import json
import os

from .harness import admin
from .harness.case import BlackBoxCase
from .harness.dns_message import REFUSED, SERVFAIL, encode_answer
from .harness.ports import LOOPBACK, free_port
from .harness.scripted_dns import ScriptedDns
from .harness.spfblock import run
from .harness.waiting import eventually

DOMAIN = "spam.test"
# More of them, a second each, than it takes from a change to the state file.
REFRESHES = 9


def record(text):
    return {(DOMAIN, "TXT"): [f"v=spf1 {text} -all"]}


class RefreshTest(BlackBoxCase):
    def setUp(self):
        self.dns = self.closing(ScriptedDns(record("ip4:45.120.196.1")))
        self.state = os.path.join(self.directory(), "state.json")
        self.server = self.serve(
            {
                "domains": [DOMAIN],
                "resolver": {"servers": [self.dns.server]},
                "refresh": {"interval": "1s", "minimum": "1s"},
                "state_file": self.state,
            }
        )
        self.wait_until_listed(self.server.port, "45.120.196.1")
        eventually(lambda: os.path.exists(self.state), "the state is saved")

    def wait_for_refreshes(self, count):
        asked = self.dns.asked[DOMAIN, "TXT"] + count
        eventually(
            lambda: self.dns.asked[DOMAIN, "TXT"] >= asked,
            f"{count} refreshes",
        )

    def written(self):
        """Changes with each write: a new file takes the name."""
        file = os.stat(self.state)
        return file.st_ino, file.st_mtime_ns

    def test_without_a_change_nothing_is_published_or_written(self):
        self.server.wait_for_line("table published")
        published = len(self.server.matching("table published"))
        written = self.written()
        self.wait_for_refreshes(REFRESHES)
        self.assertEqual(len(self.server.matching("table published")), published)
        self.assertEqual(self.written(), written)
        self.assertEqual(self.server.matching("listing changed")[1:], [])

        mark = self.server.mark()
        self.dns.records = record("ip4:45.120.196.2")
        self.wait_until_listed(self.server.port, "45.120.196.2")
        self.server.wait_for_line("table published", after=mark)
        eventually(lambda: self.written() != written, "the change is saved")

    def test_the_same_networks_by_other_terms_publish_nothing(self):
        self.server.wait_for_line("table published")
        before = len(self.server.matching("table published"))
        self.dns.records = record("ip4:45.120.196.1/32 ip4:45.120.196.1")
        written = self.written()
        self.wait_for_refreshes(2)
        # What `explain` says has changed, so that is saved.
        eventually(lambda: self.written() != written, "the terms are saved")
        self.assertEqual(len(self.server.matching("table published")), before)


class FailingDns(ScriptedDns):
    """Answers SERVFAIL to some questions: (name, type)."""

    failing = frozenset()

    def answer(self, question):
        if (question.name, question.kind) in self.failing:
            return encode_answer(question, rcode=SERVFAIL)
        return super().answer(question)


class Undecided(BlackBoxCase):
    """Whom a failing name server leaves undecided, and nobody else."""

    DEAD = "dead.test"

    def start(self, records, keep_stale, failing=(), **settings):
        self.dns = self.closing(FailingDns(records, ttl=1))
        self.dns.failing = frozenset(failing)
        self.server = self.serve(
            {
                "domains": [DOMAIN],
                "resolver": {"servers": [self.dns.server], "timeout": "10s"},
                "refresh": {
                    "interval": "1s",
                    "minimum": "1s",
                    "retry": "1s",
                    "keep_stale": keep_stale,
                },
                **settings,
            }
        )

    def wait_for_looks(self, count):
        asked = self.dns.asked[DOMAIN, "TXT"] + count
        eventually(
            lambda: self.dns.asked[DOMAIN, "TXT"] >= asked, f"{count} looks more"
        )

    def status(self):
        done = run("status", "-c", self.server.file, "--json")
        return json.loads(done.stdout)["domains"][0]

    def test_an_include_that_fails_hides_nothing_before_it(self):
        self.start(record(f"ip4:45.120.196.0/24 include:{self.DEAD}"), "2s",
                   failing=[(self.DEAD, "TXT")])
        self.wait_until_listed(self.server.port, "45.120.196.1")
        self.wait_for_looks(6)
        self.assert_listed(self.server.port, "45.120.196.1")
        self.assertEqual(self.server.matching("networks_removed=[1-9]"), [])
        self.assertEqual(
            len(self.server.matching("record not listed in full .*undecided for all other "
                                     f"clients: {self.DEAD} TXT: ")), 1)

    def test_ipv4_needs_no_answer_about_ipv6(self):
        host = f"h.{DOMAIN}"
        self.start({**record(f"a:{host}"), (host, "A"): ["45.120.196.1"]}, "2s",
                   failing=[(host, "AAAA")])
        self.wait_until_listed(self.server.port, "45.120.196.1")
        self.wait_for_looks(4)
        self.assert_listed(self.server.port, "45.120.196.1")

    def test_who_is_undecided_goes_after_keep_stale_and_nobody_else(self):
        self.start({**record(f"ip4:45.120.196.0/24 include:{self.DEAD}"),
                    (self.DEAD, "TXT"): ["v=spf1 ip4:45.120.197.0/24 -all"]}, "6s")
        self.wait_until_listed(self.server.port, "45.120.197.1")
        self.dns.rcodes = {self.DEAD: REFUSED}
        self.server.wait_for_line("domain failing .*networks_kept=1")
        self.assert_listed(self.server.port, "45.120.197.1")
        self.wait_until_not_listed(self.server.port, "45.120.197.1")
        self.wait_for_looks(2)
        self.assert_listed(self.server.port, "45.120.196.1")
        self.assertEqual(len(self.server.matching("stale listing dropped")), 1)

        self.dns.rcodes = {}
        self.wait_until_listed(self.server.port, "45.120.197.1")


class Waiting(BlackBoxCase):
    """A friend's name server is dead when the server starts."""

    def start(self, retry, **changes):
        self.dns = self.closing(
            ScriptedDns(
                {
                    (DOMAIN, "TXT"): ["v=spf1 ip4:45.120.196.0/24 -all"],
                    ("friend.test", "TXT"): ["v=spf1 ip4:45.120.196.1 -all"],
                    ("other.test", "TXT"): ["v=spf1 ip4:45.120.197.1 -all"],
                }
            )
        )
        self.dns.rcodes["friend.test"] = SERVFAIL
        return self.serve(
            {
                "domains": [DOMAIN],
                "networks": [{"network": "45.120.198.1"}],
                "allow": {"domains": ["friend.test"]},
                "resolver": {"servers": [self.dns.server]},
                "refresh": {"retry": retry, "minimum": "1s"},
                **changes,
            }
        )

    def test_a_new_listing_waits_for_the_friend_and_nothing_else_does(self):
        server = self.start("10s")
        self.assert_listed(server.port, "45.120.198.1")  # by hand, from the start
        server.wait_for_line("allowed domain unknown")
        self.assert_not_listed(server.port, "45.120.196.2")
        self.dns.rcodes.clear()
        self.wait_until_listed(server.port, "45.120.196.2")
        # The friend is looked at again when the wait is about to end.
        self.wait_until_not_listed(server.port, "45.120.196.1")

    def test_it_waits_for_retry_at_most(self):
        server = self.start("2s")
        self.wait_until_listed(server.port, "45.120.196.2")

    def test_what_the_state_knows_does_not_wait(self):
        state = os.path.join(self.directory(), "state.json")
        first = self.start("2s", state_file=state)
        self.wait_until_listed(first.port, "45.120.196.2")
        first.stop()
        again = self.start("1h", state_file=state, domains=[DOMAIN, "other.test"])
        self.wait_until_listed(again.port, "45.120.196.2")
        eventually(
            lambda: self.dns.asked["other.test", "TXT"], "the new domain is looked at"
        )
        self.assert_not_listed(again.port, "45.120.197.1")
        # What else changes is published.
        self.dns.rcodes.clear()
        again.reload(allow={})
        self.wait_until_listed(again.port, "45.120.197.1")


class ZoneFile(BlackBoxCase):
    def test_whatever_takes_its_place_the_former_one_answers_and_nothing_waits(self):
        text = f'{DOMAIN}. 60 TXT "v=spf1 ip4:62.1.1.0/24 -all"\n'
        zone = self.file("a.zone", text)
        at = f"{LOOPBACK}:{free_port()}"
        server = self.serve(
            {
                "admin": at,
                "domains": [DOMAIN],
                "resolver": {"zone_file": zone},
                "refresh": {"interval": "1s", "minimum": "1s", "follow_ttl": False},
            }
        )
        self.wait_until_listed(server.port, "62.1.1.1")
        for make, reason in (
            (os.mkfifo, "not a regular file"),
            (os.mkdir, "not a regular file"),
            (lambda path: None, "No such file or directory"),
            (lambda path: os.symlink(path, path), "Too many levels"),
            (lambda path: write(path, "a b c\n"), "line 1: "),
        ):
            with self.subTest(reason):
                remove(zone)
                before = server.mark()
                make(zone)
                server.wait_for_line(
                    f"zone file refused, former one kept .*{reason}", after=before
                )
                self.assertEqual(admin.ask(at, "/healthz").status, 200)
                self.assert_listed(server.port, "62.1.1.1")
        write(zone, text.replace("62.1.1.", "62.1.2."))
        self.wait_until_listed(server.port, "62.1.2.1")


def write(path, text):
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".new", path)


def remove(path):
    if os.path.isdir(path):
        os.rmdir(path)
    elif os.path.lexists(path):
        os.unlink(path)
