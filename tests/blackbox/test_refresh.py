"""A refresh in which nothing changed publishes nothing and writes nothing."""

import os

from .harness.case import BlackBoxCase
from .harness.scripted_dns import ScriptedDns
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
        published = len(self.server.matching("table published"))
        written = self.written()
        self.wait_for_refreshes(REFRESHES)
        self.assertEqual(len(self.server.matching("table published")), published)
        self.assertEqual(self.written(), written)
        self.assertEqual(self.server.matching("listing changed")[1:], [])

        self.dns.records = record("ip4:45.120.196.2")
        self.wait_until_listed(self.server.port, "45.120.196.2")
        self.assertGreater(len(self.server.matching("table published")), published)
        eventually(lambda: self.written() != written, "the change is saved")

    def test_the_same_networks_by_other_terms_publish_nothing(self):
        before = len(self.server.matching("table published"))
        self.dns.records = record("ip4:45.120.196.1/32 ip4:45.120.196.1")
        written = self.written()
        self.wait_for_refreshes(2)
        # What `explain` says has changed, so that is saved.
        eventually(lambda: self.written() != written, "the terms are saved")
        self.assertEqual(len(self.server.matching("table published")), before)
