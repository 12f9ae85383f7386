"""`spfblock diff`: what a refresh would change, without changing anything."""

import json
import os

from .harness.case import BlackBoxCase
from .harness.ports import free_port
from .harness.spfblock import run

OK, NEGATIVE, UNAVAILABLE, CONFIG = 0, 1, 69, 78

# Is allowed.
NOTHING = {"reserved": False, "providers": False}

BEFORE = 'spam.test. 300 IN TXT "v=spf1 ip4:62.1.1.0/24 ip4:62.1.2.0/24 -all"\n'
AFTER = 'spam.test. 300 IN TXT "v=spf1 ip4:62.1.1.0/24 ip4:62.1.3.0/24 -all"\n'
CHANGE = """\
spam.test: 1 network added, 1 removed
  + 62.1.3.0/24
  - 62.1.2.0/24

1 of 1 listing changes: 1 network added, 1 removed
"""


class Diff(BlackBoxCase):
    def setUp(self):
        self.zone = self.file("diff.zone", BEFORE)
        self.state = os.path.join(self.directory(), "state.json")
        self.configuration = {
            "domains": ["spam.test"],
            "resolver": {"zone_file": self.zone},
            "refresh": {"interval": "1h", "follow_ttl": False},
            "admin": f"127.0.0.1:{free_port()}",
            "state_file": self.state,
        }

    def publish(self, zone):
        with open(self.zone, "w", encoding="ascii") as file:
            file.write(zone)

    def configured(self, **changes):
        allow = NOTHING
        text = json.dumps({"allow": allow, **self.configuration, **changes})
        return self.file("edited.json", text)

    def started(self):
        server = self.serve(self.configuration)
        self.wait_until_listed(server.port, "62.1.2.1")
        return server

    def diff(self, file):
        return run("diff", "-c", file)

    def test_shows_what_a_refresh_would_change_and_changes_nothing(self):
        server = self.started()
        self.assertEqual(self.diff(server.file).stdout, "1 listing, no change\n")

        self.publish(AFTER)
        mark = server.mark()
        done = self.diff(server.file)
        self.assertEqual((done.returncode, done.stdout), (OK, CHANGE), done.stderr)
        self.assert_listed(server.port, "62.1.2.1")
        self.assert_not_listed(server.port, "62.1.3.1")
        self.assertEqual(server.matching("table published|listing changed", mark), [])

    def test_shows_what_an_edited_configuration_would_change(self):
        self.started()
        done = self.diff(
            self.configured(
                domains=[],
                networks=[{"network": "62.1.1.0/24", "action": "REJECT"}],
                allow={
                    "networks": ["62.1.1.128/25"],
                    "reserved": False,
                    "providers": False,
                },
            )
        )
        self.assertEqual(
            done.stdout,
            "62.1.1.0/24: 1 network added\n"
            "  + 62.1.1.0/25\n"
            "\n"
            "spam.test (configured no more): 2 networks removed\n"
            "  - 62.1.1.0/24\n"
            "  - 62.1.2.0/24\n"
            "\n"
            "2 of 2 listings change: 1 network added, 2 removed\n",
            done.stderr,
        )

    def test_shows_which_actions_change(self):
        self.configuration.update(
            action="WARN {domain} {network}",
            networks=[{"network": "62.1.9.0/24", "action": "WARN by hand"}],
        )
        server = self.started()
        self.assertEqual(self.diff(server.file).stdout, "2 listings, no change\n")
        done = self.diff(
            self.configured(
                action="REJECT {domain}",
                networks=[{"network": "62.1.9.0/24", "action": "REJECT by hand"}],
            )
        )
        self.assertEqual(
            (done.returncode, done.stdout),
            (
                OK,
                "62.1.9.0/24: another action\n"
                "  < WARN by hand\n"
                "  > REJECT by hand\n"
                "\n"
                "spam.test: another action\n"
                "  < WARN spam.test 62.1.1.0/24\n"
                "  > REJECT spam.test\n"
                "\n"
                "2 of 2 listings change: 2 listings with another action\n",
            ),
            done.stderr,
        )

    def test_exits_1_on_request_if_something_would_change(self):
        server = self.started()
        self.assertEqual(run("diff", "--exit-code", "-c", server.file).returncode, OK)
        for change in (
            {"action": "REJECT other"},
            {"allow": {**NOTHING, "networks": ["62.1.1.1"]}},
            {"domains": [], "networks": []},
        ):
            with self.subTest(change=change):
                file = self.configured(**change)
                done = run("diff", "--exit-code", "-c", file)
                self.assertEqual(done.returncode, NEGATIVE, done.stderr)
                self.assertEqual(run("diff", "-c", file).returncode, OK)

    def test_compares_with_the_state_file_where_no_server_runs(self):
        self.started().stop()
        self.publish(AFTER)
        done = self.diff(self.configured())
        self.assertEqual((done.returncode, done.stdout), (OK, CHANGE), done.stderr)
        self.assertIn("reading", done.stderr)
        self.assertIn("no state tells of actions", done.stderr)

    def test_compares_with_nothing_where_nothing_is_known(self):
        done = self.diff(self.configured())
        self.assertEqual(
            done.stdout,
            "spam.test: 2 networks added\n"
            "  + 62.1.1.0/24\n"
            "  + 62.1.2.0/24\n"
            "\n"
            "1 of 1 listing changes: 2 networks added\n",
        )
        self.assertIn("comparing with an empty table", done.stderr)

    def test_judges_growth_by_what_the_server_knows(self):
        self.started().stop()
        self.publish('spam.test. 300 IN TXT "v=spf1 ip4:62.16.0.0/17 -all"\n')
        done = self.diff(self.configured(limits={"growth_floor": 256}))
        self.assertRegex(
            done.stdout,
            r"^spam\.test: 2 networks removed\n(  - .*\n){2}"
            r"  ! limit growth: found 32768, allowed 2048; 1 network held",
        )

    def test_without_a_state_file_judges_by_what_the_server_lists(self):
        self.configuration["state_file"] = ""
        server = self.started()
        self.publish(AFTER.replace("62.1.3.0/24", "62.16.0.0/17"))
        grown = self.diff(server.file)
        self.assertRegex(
            grown.stdout,
            r"^spam\.test: 1 network removed\n  - 62.1.2.0/24\n  ! limit growth: ",
        )
        self.publish("")
        gone = self.diff(server.file)
        self.assertRegex(gone.stdout, r"^spam\.test: no change\n  ! no SPF record; ")

    def test_exits_69_where_the_dns_fails_for_all(self):
        silent = f"127.0.0.1:{free_port()}"
        self.started().stop()
        done = self.diff(
            self.configured(
                resolver={"servers": [silent], "timeout": "1s", "attempts": 1}
            )
        )
        self.assertEqual(done.returncode, UNAVAILABLE)
        self.assertRegex(done.stdout, r"^spam\.test: no change\n  ! DNS failed: ")

    def test_a_faulty_configuration_exits_78(self):
        self.assertEqual(self.diff(self.file("x.json", "{}")).returncode, CONFIG)
