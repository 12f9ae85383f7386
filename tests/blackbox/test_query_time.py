"""Terms of the mail at the policy door: decided for mail that claims the domain,
asked for it alone, never waited for."""

import collections
import ipaddress
import os
import time

from .harness.case import BlackBoxCase
from .harness.dns_message import SERVFAIL
from .harness.policy import PolicyClient
from .harness.ports import LOOPBACK, free_port
from .harness.process_memory import resident_mib
from .harness.scripted_dns import ScriptedDns
from .harness.waiting import PATIENCE_S, eventually

SPAMMER = "62.1.1.9"
SPAMMER_IPV6 = "2a03:b0c0::9"
STRANGER = "62.1.9.9"
REJECT = "REJECT listed in the SPF record of spam.test"
OPEN = "DEFER_IF_PERMIT 4.7.1 sender is being looked up, try again later"


def reverse(address):
    """The name that an address's PTR records are at."""
    return ipaddress.ip_address(address).reverse_pointer


class MailDns(ScriptedDns):
    """A spammer's name servers, who answer about clients below `_x`.

    yes       whom `exists:` authorises: a function of the name asked
    """

    def __init__(self, record, more=()):
        self.yes = lambda name: name.startswith(SPAMMER + ".")
        super().__init__({("spam.test", "TXT"): [record], **dict(more)})

    def answer(self, question):
        if "._x." in question.name and question.kind == "A" and self.yes(question.name):
            self.records[question.name, "A"] = ["127.0.0.2"]
        elif "._x." in question.name:
            self.records.pop((question.name, "A"), None)
        return super().answer(question)

    def asked_about(self):
        """The names below `_x` that were asked for."""
        return {name for name, _ in self.asked if "._x." in name}


class QueryTime(BlackBoxCase):
    RECORD = "v=spf1 exists:%{i}._x.%{d} -all"

    def start(self, record=RECORD, more=(), **settings):
        self.dns = self.closing(MailDns(record, more))
        port = free_port()
        self.spfblock = self.serve(
            {
                "listen": [
                    {"door": "policy", "at": f"{LOOPBACK}:{port}"},
                    f"{LOOPBACK}:{free_port()}",
                ],
                "action": "REJECT listed in the SPF record of {domain}",
                "domains": ["spam.test"],
                "resolver": {
                    "servers": [self.dns.server],
                    "timeout": "2s",
                    "attempts": 1,
                },
                **settings,
            }
        )
        self.client = self.closing(PolicyClient(port))

    def wait_for(self, action, *mail, **more):
        eventually(
            lambda: self.client.ask(*mail, **more) == action,
            f"{mail}: {action}",
            PATIENCE_S,
        )

    def wait_until_asked_about(self, address):
        """Mail of a client that claims the domain comes until he is asked about."""

        def is_asked_about():
            self.client.ask(address, "a@spam.test")
            return f"{address}._x.spam.test" in self.dns.asked_about()

        eventually(is_asked_about, f"{address} is asked about", PATIENCE_S)

    def test_mail_that_claims_the_domain_is_rejected_once_it_is_known(self):
        self.start()
        self.assertEqual(self.client.ask(SPAMMER, "a@spam.test"), "DUNNO")
        self.wait_for(REJECT, SPAMMER, "a@spam.test")
        for sender, helo, name in (
            ("b@mail.spam.test", "h.invalid", "unknown"),
            ("b@else.test", "spam.test", "unknown"),
            ("", "m.spam.test", "unknown"),
            ("b@else.test", "h.invalid", "m.spam.test"),
        ):
            with self.subTest(sender=sender, helo=helo, name=name):
                self.assertEqual(
                    self.client.ask(SPAMMER, sender, helo, client_name=name), REJECT
                )
        # Nothing is learnt about the host.
        self.assertEqual(self.client.ask(SPAMMER, "b@else.test"), "DUNNO")
        # Who is not authorised is let through.
        self.wait_until_asked_about(STRANGER)
        self.assertEqual(self.client.ask(STRANGER, "a@spam.test"), "DUNNO")

    def test_a_client_over_ipv6_and_the_local_part(self):
        self.start("v=spf1 exists:%{l}.%{ir}._x.%{d} -all")
        self.dns.yes = lambda name: name.startswith("a.9.0.0.0.")
        self.wait_for(REJECT, SPAMMER_IPV6, "a@spam.test")
        self.client.ask(SPAMMER_IPV6, "b@spam.test")
        eventually(
            lambda: any(name.startswith("b.9.") for name in self.dns.asked_about()),
            "the other sender is asked about",
        )
        self.assertEqual(self.client.ask(SPAMMER_IPV6, "b@spam.test"), "DUNNO")
        self.assertEqual(self.client.ask(SPAMMER_IPV6, "a@spam.test"), REJECT)

    def test_ptr_by_the_names_that_the_dns_confirms(self):
        self.start(
            "v=spf1 ptr -all",
            {
                ("9.1.1.62.in-addr.arpa", "PTR"): ["x.invalid", "m.spam.test"],
                ("m.spam.test", "A"): [SPAMMER],
            },
        )
        self.wait_for(REJECT, SPAMMER, "a@spam.test")

    def test_the_spammer_is_asked_about_nobody_who_does_not_claim_his_domain(self):
        self.start()
        self.wait_for(REJECT, SPAMMER, "a@spam.test")
        claimed = {SPAMMER}
        for host in range(100):
            address = f"62.2.0.{host}"
            if host % 10 == 0:
                claimed.add(address)
                self.client.ask(address, f"u{host}@spam.test")
            else:
                self.client.ask(address, f"u{host}@notspam.test", "spam.test.invalid")
        eventually(
            lambda: len(self.dns.asked_about()) > len(claimed),
            "those who claimed it, and one who is nobody, are asked about",
        )
        about = {name.removesuffix("._x.spam.test") for name in self.dns.asked_about()}
        nobody = {each for each in about if each.startswith("192.0.2.")}
        self.assertEqual(len(nobody), 1)
        self.assertEqual(about - nobody, claimed)

    def test_who_is_allowed_is_never_asked_about(self):
        self.start(allow={"networks": ["62.1.1.0/24"], "reserved": False})
        for stranger in (STRANGER, "62.1.9.10"):
            self.wait_until_asked_about(stranger)
            for _ in range(5):
                self.assertEqual(self.client.ask(SPAMMER, "a@spam.test"), "DUNNO")
        self.assertNotIn(f"{SPAMMER}._x.spam.test", self.dns.asked_about())

    def test_who_says_yes_to_everybody_is_told_and_counts_for_nobody(self):
        self.start()
        self.dns.yes = lambda name: True
        eventually(
            lambda: self.client.ask(SPAMMER, "a@spam.test") == "DUNNO"
            and self.spfblock.matching("mail passes everybody.*spam.test"),
            "the domain is told to pass everybody",
        )
        for host in range(20):
            self.assertEqual(
                self.client.ask(f"62.3.0.{host}", "a@spam.test"), "DUNNO"
            )
        self.assertEqual(len(self.dns.asked_about()), 1)

    def test_a_sleeping_name_server_delays_no_reply(self):
        self.start(query_time={"unknown": "defer"})
        self.wait_for(REJECT, SPAMMER, "a@spam.test")
        self.dns.silent = {f"62.4.0.{host}._x.spam.test" for host in range(200)}
        begin = time.monotonic()
        for host in range(200):
            self.assertEqual(self.client.ask(f"62.4.0.{host}", "a@spam.test"), OPEN)
        self.assertLess(time.monotonic() - begin, PATIENCE_S)
        self.assertEqual(self.client.ask(SPAMMER, "a@spam.test"), REJECT)
        self.assertEqual(self.client.ask(STRANGER, "a@else.test"), "DUNNO")
        # No more than 16 at once, and one who is nobody.
        self.assertLessEqual(
            sum(name in self.dns.silent for name in self.dns.asked_about()), 16
        )

    def test_thousands_of_senders_cost_the_dns_little(self):
        self.start("v=spf1 exists:%{l}.%{i}._x.%{d} -all")
        self.dns.yes = lambda name: False
        begin = time.monotonic()
        for number in range(3000):
            self.client.ask(SPAMMER, f"user{number}@spam.test")
        minutes = 1 + (time.monotonic() - begin) / 60
        self.assertLessEqual(len(self.dns.asked_about()), 700 * minutes)
        self.assertEqual(self.client.ask(SPAMMER, "a@else.test"), "DUNNO")

    def test_who_changes_his_mind_at_each_question_is_asked_once_a_minute(self):
        """Yes, no and failures in turn: an answer holds, so that nobody makes a
        client's mail pass and be rejected by turns, or has himself asked."""
        self.start(query_time={"unknown": "defer"})
        self.wait_for(REJECT, SPAMMER, "a@spam.test")
        clients = [f"62.5.0.{host}" for host in range(12)]
        turns = collections.Counter()

        def flaps(name):
            turns[name] += 1
            return (turns[name] + int(name.split(".")[3])) % 2 == 0

        self.dns.yes = flaps
        self.dns.rcodes = {f"62.5.0.{host}._x.spam.test": SERVFAIL for host in range(8, 12)}
        for each in clients:
            eventually(
                lambda each=each: self.client.ask(each, "a@spam.test")
                and self.dns.asked[f"{each}._x.spam.test", "A"],
                f"{each} is asked about",
                PATIENCE_S,
            )
        for each in clients[:8]:
            eventually(
                lambda each=each: self.client.ask(each, "a@spam.test") != OPEN, "he is known"
            )
        known = [self.client.ask(each, "a@spam.test") for each in clients]
        self.assertEqual(set(known[:8]), {REJECT, "DUNNO"})
        self.assertEqual(set(known[8:]), {OPEN})
        for _ in range(20):
            self.assertEqual([self.client.ask(each, "a@spam.test") for each in clients], known)
        self.assertEqual(
            {self.dns.asked[f"{each}._x.spam.test", "A"] for each in clients}, {1}
        )

    def test_who_authorises_everybody_by_turns_counts_for_nobody_meanwhile(self):
        self.start()
        asked = collections.Counter()

        def flaps(name):
            asked["all"] += 1
            return asked["all"] % 2 == 1  # yes to the first, who is nobody

        self.dns.yes = flaps
        eventually(
            lambda: self.client.ask(SPAMMER, "a@spam.test") == "DUNNO"
            and self.spfblock.matching("mail passes everybody.*spam.test"),
            "the domain is told to pass everybody",
        )
        for host in range(50):
            self.assertEqual(self.client.ask(f"62.3.0.{host}", "a@spam.test"), "DUNNO")
        self.assertEqual(len(self.dns.asked_about()), 1)
        self.assertEqual(len(self.spfblock.matching("mail passes everybody")), 1)

    def test_any_number_of_senders_costs_bounded_memory(self):
        """SPFBLOCK_SENDERS: how many, 150,000 unless given: more than are kept."""
        self.start("v=spf1 exists:%{l}.%{i}._x.%{d} -all")
        self.dns.yes = lambda name: False
        count, at_once = int(os.environ.get("SPFBLOCK_SENDERS", "150000")), 2000
        before = resident_mib(self.spfblock.pid)
        for first in range(0, count, at_once):
            senders = (f"u{n}{'x' * 40}@spam.test" for n in range(first, first + at_once))
            self.assertEqual(set(self.client.ask_all(SPAMMER, senders)), {"DUNNO"})
        grown = resident_mib(self.spfblock.pid) - before
        print(f"\n{count} senders: {grown:.0f} MiB more")
        self.assertLess(grown, 96)
        self.assertEqual(self.client.ask(SPAMMER, "a@else.test"), "DUNNO")

    def test_a_flood_of_client_names_costs_the_dns_little(self):
        """Forty names a client: ten are looked at; and no more clients a minute
        than questions."""
        clients = [f"62.6.{n // 250}.{n % 250}" for n in range(300)]
        names = {each: [f"n{k}.{each}.spam.test" for k in range(40)] for each in clients}
        self.start(
            "v=spf1 ptr -all",
            {(reverse(each), "PTR"): hosts for each, hosts in names.items()},
        )
        begin = time.monotonic()
        for each in clients:
            self.assertEqual(self.client.ask(each, "a@spam.test"), "DUNNO")
        eventually(
            lambda: any(kind == "A" for _, kind in self.dns.asked), "names are looked at"
        )
        for each in clients:
            self.assertEqual(self.client.ask(each, "a@spam.test"), "DUNNO")
        minutes = 1 + (time.monotonic() - begin) / 60
        self.assertLessEqual(self.dns.asked.total(), 750 * minutes)
        for each in clients:
            looked_at = [host for host in names[each] if self.dns.asked[host, "A"]]
            self.assertEqual(looked_at, names[each][: len(looked_at)])
            self.assertLessEqual(len(looked_at), 10)

    def test_a_client_s_names_are_asked_for_only_where_his_mail_claims_the_domain(self):
        self.start(
            "v=spf1 ptr exists:%{i}._x.%{d} -all",
            {
                (reverse(SPAMMER), "PTR"): ["m.spam.test"],
                ("m.spam.test", "A"): [SPAMMER],
            },
        )
        self.wait_for(REJECT, SPAMMER, "a@spam.test")
        for host in range(100):
            self.client.ask(f"62.7.0.{host}", f"u{host}@notspam.test", "spam.test.invalid")
        self.client.ask(STRANGER, "a@spam.test")
        eventually(
            lambda: self.dns.asked[f"{STRANGER}._x.spam.test", "A"], "he is asked about"
        )
        asked = {name for name, kind in self.dns.asked if kind == "PTR"}
        (nobody,) = asked - {reverse(SPAMMER), reverse(STRANGER)}
        self.assertTrue(nobody.endswith(".2.0.192.in-addr.arpa"), nobody)

    def test_a_reload_forgets_and_changes_over(self):
        self.start()
        self.wait_for(REJECT, SPAMMER, "a@spam.test")
        self.dns.yes = lambda name: False
        self.spfblock.reload()
        self.wait_for("DUNNO", SPAMMER, "a@spam.test")
