"""allow.providers: the innocent by default, through the program."""

import json

from .harness import admin
from .harness.case import BlackBoxCase
from .harness.ports import LOOPBACK, free_port
from .harness.scripted_dns import ScriptedDns
from .harness.spfblock import CHECKOUT, run
from .harness.tcp_table import ask_once
from .harness.waiting import eventually

OK, NEGATIVE, CONFIG = 0, 1, 78

# Google's record as it is; and a provider of our own with hosts.
GOOGLE = """\
_spf.google.com.        300 IN TXT "v=spf1 include:_netblocks.google.com ~all"
_netblocks.google.com.  300 IN TXT "v=spf1 ip4:64.233.160.0/19 ip4:74.125.0.0/16 ~all"
alias.example.          300 IN CNAME _spf.google.com.
mail.google.example.    300 IN A   74.125.1.1
in.google.example.      300 IN MX  10 mail.google.example.
"""
SPAM = "62.1.1.0/24"  # the spammer's own
INNOCENT = ("64.233.160.1", "74.125.1.1", "74.125.200.200")


def zone(record):
    return GOOGLE + f'spam.example. 300 IN TXT "{record}"\n'


class Providers(BlackBoxCase):
    def start(self, record, **changes):
        """The smallest configuration, and what tests need of a server."""
        return self.serve(
            {
                "domains": ["spam.example"],
                "allow": {"providers": True},
                "admin": f"{LOOPBACK}:{free_port()}",
                "resolver": {"zone_file": self.file("test.zone", zone(record))},
                **changes,
            }
        )

    def assert_innocent(self, server):
        self.wait_until_listed(server.port, "62.1.1.1")
        for address in INNOCENT:
            self.assert_not_listed(server.port, address)

    def test_no_way_to_name_its_networks_lists_any_of_them(self):
        for record in (
            f"v=spf1 ip4:{SPAM} include:_spf.google.com -all",
            f"v=spf1 ip4:{SPAM} redirect=_spf.google.com",
            f"v=spf1 ip4:{SPAM} include:_netblocks.google.com -all",
            f"v=spf1 ip4:{SPAM} include:alias.example -all",
            f"v=spf1 ip4:{SPAM} ip4:64.233.160.0/20 ip4:74.125.0.0/17 -all",
            f"v=spf1 ip4:{SPAM} a:mail.google.example/24 mx:in.google.example/24 -all",
        ):
            with self.subTest(record=record):
                server = self.start(record)
                self.assert_innocent(server)
                server.close()

    def test_without_them_the_record_is_followed(self):
        server = self.start(
            f"v=spf1 ip4:{SPAM} include:_spf.google.com -all",
            allow={"providers": False},
        )
        self.wait_until_listed(server.port, "62.1.1.1")
        for address in INNOCENT:
            self.assert_listed(server.port, address)

    def test_commands_name_the_provider(self):
        server = self.start(
            f"v=spf1 ip4:{SPAM} include:_spf.google.com ip4:74.125.1.1 -all"
        )
        self.assert_innocent(server)
        server.wait_for_line("providers known known=1 configured=")
        done = run("explain", "-c", server.file, "74.125.1.1")
        self.assertEqual(done.returncode, NEGATIVE)
        self.assertIn("allowed by provider _spf.google.com\n", done.stdout)
        done = run("expand", "-c", server.file, "spam.example")
        self.assertIn("not followed: a provider (allow.providers)", done.stdout)
        done = run("expand", "-c", server.file, "_spf.google.com")
        self.assertIn("74.125.0.0/16", done.stdout)

    def test_those_without_a_record_are_no_alarm(self):
        server = self.start(f"v=spf1 ip4:{SPAM} -all")
        self.wait_until_listed(server.port, "62.1.1.1")
        server.wait_for_line("providers known known=1 configured=")
        done = run("status", "-c", server.file)
        self.assertEqual(done.returncode, OK, done.stdout)
        self.assertRegex(done.stdout, r"\nproviders: 1 of \d\d+ known\n\n")
        self.assertNotIn("google", done.stdout)
        count = json.loads(run("status", "-c", server.file, "--json").stdout)
        self.assertEqual(count["providers"]["known"], 1)
        self.assertEqual(len(count["domains"]), 1)
        endpoint = server.configuration["admin"]
        self.assertEqual(admin.ask(endpoint, "/healthz").body, "ok\n")
        metrics = admin.metrics(endpoint)
        self.assertEqual(metrics.value("spfblock_providers_known"), 1)
        self.assertEqual(
            metrics.value("spfblock_providers"), count["providers"]["configured"]
        )
        self.assertEqual(
            server.matching("domain failing|role=allowed|record not listed in full"), []
        )

    def test_networks_that_are_shipped_hold_while_the_dns_is_dead(self):
        record = f"v=spf1 ip4:{SPAM} ip4:74.125.0.0/24 -all"
        dns = self.closing(ScriptedDns({("spam.example", "TXT"): [record]}))
        dns.silent.add("_spf.google.com")
        server = self.start(
            "v=spf1 -all",
            allow={"providers": [self.file("p.txt", "_spf.google.com # theirs\n")]},
            resolver={"servers": [dns.server], "timeout": "1s", "attempts": 1},
        )
        self.wait_until_listed(server.port, "62.1.1.1")
        self.assert_not_listed(server.port, "74.125.0.1")

    def test_a_file_is_read_instead_and_its_faults_are_told(self):
        names = self.file("mine.txt", "# mine\n_netblocks.google.com\n")
        server = self.start(
            "v=spf1 ip4:62.1.1.0/24 ip4:74.125.0.0/24 include:_spf.google.com "
            "include:sendgrid.net -all",
            allow={"providers": [names]},
        )
        self.assert_innocent(server)
        bad = self.file("bad.txt", "ok.example\n*.example\n")
        server.write({**server.configuration, "allow": {"providers": [bad]}})
        done = run("check", "-c", server.file)
        self.assertEqual(done.returncode, CONFIG)
        self.assertIn(f"{bad}:2: ", done.stderr)

    def test_one_that_is_listed_on_purpose_is_listed_by_its_entry_alone(self):
        watch = {"name": "_spf.google.com", "action": "WARN google"}
        server = self.start(
            f"v=spf1 ip4:{SPAM} include:_spf.google.com ip4:74.125.200.0/24 -all",
            domains=["spam.example", watch],
        )
        eventually(
            lambda: all(ask_once(server.port, each).code == 200 for each in INNOCENT),
            "the provider is listed",
        )
        self.wait_until_listed(server.port, "62.1.1.1")
        for address in INNOCENT:
            self.assertEqual(ask_once(server.port, address).text, "WARN google")
        server.wait_for_line("provider listed on purpose domain=_spf.google.com")
        done = run("check", "-c", server.file)
        self.assertEqual((done.returncode, done.stderr), (OK, ""))
        self.assertIn("_spf.google.com is a provider: listed on purpose\n", done.stdout)

    def test_a_list_of_others_lists_none_and_one_line_says_so(self):
        lines = self.file("others.txt", "spam.example\n_spf.google.com\n")
        entries = self.file("others.json", '{"domains": ["alias.example"]}')
        server = self.start(
            f"v=spf1 ip4:{SPAM} -all",
            domains=[],
            domain_files=[lines],
            entry_files=[entries],
        )
        self.assert_innocent(server)
        told = server.matching("is a provider: not listed")
        self.assertEqual(len(told), 1, told)
        self.assertIn(f"{lines}:2", told[0])

    def test_the_demo_is_answered_though_its_zone_has_no_provider(self):
        done = run("expand", "-c", f"{CHECKOUT}/etc/demo/spfblock.json", "toramaki.net")
        self.assertEqual(done.returncode, OK)
        with open(f"{CHECKOUT}/etc/demo/demo.zone", encoding="utf-8") as file:
            demo = self.file("demo.zone", file.read())
        server = self.start("", domains=["toramaki.net"], resolver={"zone_file": demo})
        self.wait_until_listed(server.port, "45.120.197.160")
        server.wait_for_line("providers known known=0 configured=")
