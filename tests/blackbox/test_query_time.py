"""Terms of the mail at the policy door: decided for mail that claims the domain,
asked for it alone, never waited for."""

import time

from .harness.case import BlackBoxCase
from .harness.policy import PolicyClient
from .harness.ports import LOOPBACK, free_port
from .harness.scripted_dns import ScriptedDns
from .harness.waiting import PATIENCE_S, eventually

SPAMMER = "62.1.1.9"
SPAMMER_IPV6 = "2a03:b0c0::9"
STRANGER = "62.1.9.9"
REJECT = "REJECT listed in the SPF record of spam.test"
OPEN = "DEFER_IF_PERMIT 4.7.1 sender is being looked up, try again later"


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

    def test_a_reload_forgets_and_changes_over(self):
        self.start()
        self.wait_for(REJECT, SPAMMER, "a@spam.test")
        self.dns.yes = lambda name: False
        self.spfblock.reload()
        self.wait_for("DUNNO", SPAMMER, "a@spam.test")
