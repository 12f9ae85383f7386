"""Terms of the mail at the policy door: decided for mail that claims the domain,
asked for it alone, waited for if `query_time.wait` says so."""

import collections
import concurrent.futures
import ipaddress
import json
import os
import signal
import time

from .harness import admin
from .harness.case import BlackBoxCase
from .harness.dns_message import SERVFAIL
from .harness.exposition import Exposition
from .harness.policy import PolicyClient
from .harness.ports import LOOPBACK, free_port
from .harness.process_memory import resident_mib
from .harness.scripted_dns import ScriptedDns
from .harness.smtp import Smtp
from .harness.spfblock import Spfblock, run
from .harness.waiting import PATIENCE_S, eventually

SPAMMER = "62.1.1.9"
SPAMMER_IPV6 = "2a03:b0c0::9"
STRANGER = "62.1.9.9"
# A question that is answered is answered by then, be the machine busy.
ANSWERED = "10s"
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


class MailCase(BlackBoxCase):
    """A server with a door that knows the mail, and a spammer's name server."""

    RECORD = "v=spf1 exists:%{i}._x.%{d} -all"

    def start(self, record=RECORD, more=(), timeout=ANSWERED, **settings):
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
                    "timeout": timeout,
                    "attempts": 1,
                },
                **settings,
            }
        )
        self.door = port
        self.client = self.connect_to_door()

    def connect_to_door(self):
        return self.closing(PolicyClient(self.door))

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


class QueryTime(MailCase):
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

    def test_a_domain_in_unicode_is_that_of_its_ascii_form(self):
        self.start(
            more={("xn--spm-rla.test", "TXT"): ["v=spf1 exists:%{i}._x.%{h2}.%{d} -all"]},
            domains=["sp\u00e4m.test"],
            action="REJECT {domain}",
        )
        reject = "REJECT xn--spm-rla.test"
        self.wait_for(reject, SPAMMER, "a@sp\u00e4m.test", "mx.sp\u00e4m.test")

        def asked():
            """Of the client, not of an address that nobody has."""
            return {each for each in self.dns.asked_about() if each.startswith(SPAMMER)}

        self.assertEqual(asked(), {f"{SPAMMER}._x.xn--spm-rla.test.xn--spm-rla.test"})
        for sender, helo, name in (
            ("\u00fc@XN--SPM-RLA.test", "mx.xn--spm-rla.test", "unknown"),
            ("b@Sp\u00c4m\u3002TEST", "mx.spa\u0308m.test", "unknown"),
            ("b@else.test", "mx.sp\u00e4m.test", "unknown"),
        ):
            with self.subTest(sender=sender, helo=helo, name=name):
                self.wait_for(reject, SPAMMER, sender, helo, client_name=name)
        # What has no such form is nobody, and closes nothing.
        for odd in (
            "\u2603.sp\u00e4m.test",
            "sp\u00e4m\ufffd.test",
            "sp\u00e4m.test\0",
            "sp\u00e4m.test".ljust(2000, "\u0308"),
            "\u00fc" * 3000,
        ):
            with self.subTest(odd=odd):
                self.assertEqual(self.client.ask(SPAMMER, f"a@{odd}", odd), "DUNNO")
        for octets in (b"sp\xe4m.test", b"sp\xc3.test", b"\xed\xa0\x80.test"):
            with self.subTest(octets=octets):
                self.client.send_octets(
                    b"request=smtpd_access_policy\nclient_address=" + SPAMMER.encode()
                    + b"\nsender=a@" + octets + b"\nhelo_name=" + octets + b"\n\n"
                )
                self.assertEqual(self.client.reply(), "DUNNO")
        self.assertEqual(len(asked()), 1)

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

        def names_are_looked_at():  # once the record is
            for each in clients:
                self.assertEqual(self.client.ask(each, "a@spam.test"), "DUNNO")
            return any(kind == "A" for _, kind in list(self.dns.asked))

        eventually(names_are_looked_at, "names are looked at", PATIENCE_S)
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


# Longer than `wait`, be the machine busy, and shorter than a question that is not
# answered.
SOON_S = 5.0


class Wait(MailCase):
    """`query_time.wait`: a reply waits for the answer, and nobody else does."""

    def start(self, unknown="defer"):
        super().start(query_time={"wait": "500ms", "unknown": unknown})

    def sleep_about(self, *addresses):
        """The name server does not answer about them."""
        self.dns.silent = {f"{each}._x.spam.test" for each in addresses}

    def trusted(self):
        """The server knows the record, and that it does not pass everybody."""
        self.wait_for(REJECT, SPAMMER, "a@spam.test")

    def test_the_first_mail_is_judged_right(self):
        self.start()
        self.trusted()
        self.dns.yes = lambda name: name.startswith("62.7.")
        spammers = [self.client.ask(f"62.7.0.{host}", "a@spam.test") for host in range(20)]
        others = [self.client.ask(f"62.8.0.{host}", "a@spam.test") for host in range(20)]
        # A busy machine may be too slow for some.
        self.assertGreater(spammers.count(REJECT), 10)
        self.assertGreater(others.count("DUNNO"), 10)
        self.assertLessEqual(set(spammers), {REJECT, OPEN})
        self.assertLessEqual(set(others), {"DUNNO", OPEN})

    def test_a_reply_waits_no_longer_than_it_may_and_the_next_not_again(self):
        for unknown, said in (("defer", OPEN), ("pass", "DUNNO")):
            with self.subTest(unknown):
                self.start(unknown=unknown)
                self.trusted()
                self.sleep_about("62.4.0.1")
                begin = time.monotonic()
                self.assertEqual(self.client.ask("62.4.0.1", "a@spam.test"), said)
                took = time.monotonic() - begin
                self.assertGreater(took, 0.49)
                self.assertLess(took, SOON_S)
                begin = time.monotonic()
                for _ in range(40):
                    self.assertEqual(self.client.ask("62.4.0.1", "a@spam.test"), said)
                self.assertLess(time.monotonic() - begin, 2 * SOON_S)

    def test_others_do_not_wait_and_replies_keep_their_order(self):
        self.start()
        self.trusted()
        self.sleep_about("62.4.0.1")
        other = self.connect_to_door()
        self.client.send("62.4.0.1", "a@spam.test")
        for mail in (SPAMMER, "a@spam.test"), (STRANGER, "a@else.test"):
            self.client.send(*mail)
        asked = 0
        while not self.client.has_reply(0):
            self.assertEqual(other.ask(SPAMMER, "a@spam.test"), REJECT)
            self.assertEqual(other.ask(STRANGER, "a@else.test"), "DUNNO")
            asked += 1
        self.assertGreater(asked, 0)
        self.assertEqual(
            [self.client.reply() for _ in range(3)], [OPEN, REJECT, "DUNNO"]
        )

    def test_whoever_goes_while_he_waits_is_no_trouble_to_anybody(self):
        self.start()
        self.trusted()
        self.sleep_about("62.4.0.1")
        gone = [self.connect_to_door() for _ in range(20)]
        for each in gone:
            each.send("62.4.0.1", "a@spam.test")
        for each in gone:
            each.close()
        for _ in range(50):
            client = PolicyClient(self.door)
            with client:
                self.assertEqual(client.ask(SPAMMER, "a@spam.test"), REJECT)
                self.assertFalse(client.has_reply(0.02))

    def test_a_reload_and_a_stop_release_who_waits(self):
        self.start()
        self.trusted()
        self.sleep_about("62.4.0.1", "62.4.0.2")
        self.client.send("62.4.0.1", "a@spam.test")
        self.assertFalse(self.client.has_reply(0.05))
        self.spfblock.reload(query_time={"unknown": "pass"})
        # That the reload released it, a unit test shows: it may have been late.
        self.assertIn(self.client.reply(), ("DUNNO", OPEN))

        self.spfblock.reload(query_time={"unknown": "defer", "wait": "500ms"})
        self.trusted()
        self.client.send("62.4.0.2", "a@spam.test")
        self.assertFalse(self.client.has_reply(0.05))
        self.spfblock.stop()
        self.assertEqual(self.client.reply(), OPEN)

    def test_many_who_wait_at_once(self):
        self.start()
        self.trusted()
        clients = [self.connect_to_door() for _ in range(200)]
        self.sleep_about(*(f"62.4.0.{host}" for host in range(200)))
        begin = time.monotonic()
        for host, each in enumerate(clients):
            each.send(f"62.4.0.{host}", "a@spam.test")
            each.send(SPAMMER, "a@spam.test")
        for each in clients:
            self.assertEqual([each.reply(), each.reply()], [OPEN, REJECT])
        self.assertLess(time.monotonic() - begin, PATIENCE_S)


class WaitInPostfix(MailCase):
    """What a real Postfix makes of it."""

    CLAIM = {"sender": "a@spam.test"}

    def postfix_of(self, **settings):
        super().start(**settings)
        self.wait_for(REJECT, SPAMMER, "a@spam.test")
        self.dns.yes = lambda name: name.startswith("62.7.")
        return self.postfix(
            0,
            "smtpd_client_restrictions = check_policy_service "
            f"{{ inet:{LOOPBACK}:{self.door}, default_action=DUNNO, timeout=2s }}\n",
        )

    def test_the_first_mail_is_rejected_with_wait_and_the_second_without(self):
        postfix = self.postfix_of(query_time={"wait": "500ms"})
        first = collections.Counter()
        for host in range(10):
            first[postfix.reply_to(f"62.7.0.{host}", **self.CLAIM)[0]] += 1
            self.assertEqual(postfix.reply_to(f"62.7.0.{host}")[0], 250)
            self.assertEqual(postfix.reply_to(f"62.8.0.{host}", **self.CLAIM)[0], 250)
        self.assertGreater(first[554], 5, "but for those that were too slow")

        postfix = self.postfix_of()
        self.assertEqual(postfix.reply_to("62.7.0.1", **self.CLAIM)[0], 250)
        eventually(
            lambda: postfix.reply_to("62.7.0.1", **self.CLAIM)[0] == 554,
            "a later one is rejected",
        )

    def test_a_sleeping_name_server_costs_a_session_the_wait_once(self):
        postfix = self.postfix_of(query_time={"wait": "500ms"})
        self.dns.silent = {"62.4.0.1._x.spam.test"}
        with Smtp(postfix.port) as session:
            session.command("EHLO client.invalid")
            session.come_from("62.4.0.1")
            begin = time.monotonic()
            self.assertEqual(session.recipient_reply(sender="a@spam.test")[0], 250)
            for i in range(20):
                reply = session.command(f"RCPT TO:<user{i}@recipient.invalid>")
                self.assertEqual(reply[0], 250)
            self.assertLess(time.monotonic() - begin, SOON_S)


class PtrByName(BlackBoxCase):
    """A `ptr` term below the listed domain, decided by the name that Postfix has
    confirmed: no mail, no question."""

    RECORD = "v=spf1 -ip4:62.5.0.0/24 ptr ip4:62.6.0.0/24 -all"
    NAMED = "62.5.1.1"

    def serve_at(self, door, **more):
        self.dns = self.closing(ScriptedDns({("spam.test", "TXT"): [self.RECORD]}))
        self.spfblock = self.serve(
            {
                "listen": [{"door": door, "at": f"{LOOPBACK}:{free_port()}"}],
                "action": "REJECT listed in the SPF record of {domain}",
                "domains": ["spam.test"],
                "resolver": {"servers": [self.dns.server]},
                **more,
            }
        )

    def assert_decided_by_name(self, postfix):
        def code(address, name="[UNAVAILABLE]"):
            return postfix.reply_to(address, name=name)[0]

        eventually(lambda: code("62.6.0.1") == 554, "the list is there", PATIENCE_S)
        for address, name, expected in (
            (self.NAMED, "mail.spam.test", 554),
            (self.NAMED, "Spam.Test", 554),
            ("2a03:b0c0::9", "m.spam.test", 554),
            (self.NAMED, "mail.notspam.test", 250),
            (self.NAMED, "spam.test.invalid", 250),
            (self.NAMED, "[UNAVAILABLE]", 250),
            ("62.5.0.1", "mail.spam.test", 250),  # carved out before
            ("62.9.0.1", "mail.spam.test", 250),  # allowed
            ("62.6.0.1", "other.test", 554),  # listed anyway
        ):
            with self.subTest(address=address, name=name):
                self.assertEqual(code(address, name), expected)
        # Several recipients, then another client over the same smtpd.
        with Smtp(postfix.port) as session:
            session.command("EHLO client.invalid")
            session.come_from(self.NAMED, "mail.spam.test")
            self.assertEqual(session.recipient_reply()[0], 554)
            for i in range(5):
                reply = session.command(f"RCPT TO:<user{i}@recipient.invalid>")
                self.assertEqual(reply[0], 554)
        self.assertEqual(code("62.5.1.2", "other.test"), 250)
        self.assertEqual(
            {name for name, _ in self.dns.asked}, {"spam.test"}, "nobody is asked about"
        )

    ALLOW = {"networks": ["62.9.0.0/24"], "reserved": False}

    def test_by_tcp_table(self):
        self.serve_at("tcp_table", allow=self.ALLOW)
        self.assert_decided_by_name(self.postfix(self.spfblock.port))

    def test_by_socketmap(self):
        self.serve_at("socketmap", allow=self.ALLOW)
        self.assert_decided_by_name(
            self.postfix(
                0,
                "smtpd_client_restrictions = check_client_access "
                f"socketmap:inet:{LOOPBACK}:{self.spfblock.port}:spfblock\n",
            )
        )

    def test_by_policy(self):
        self.serve_at("policy", allow=self.ALLOW)
        self.assert_decided_by_name(
            self.postfix(
                0,
                "smtpd_client_restrictions = check_policy_service "
                f"{{ inet:{LOOPBACK}:{self.spfblock.port}, default_action=DUNNO }}\n",
            )
        )

    def test_a_table_that_is_asked_for_more_than_clients_names_nobody(self):
        self.serve_at("tcp_table")
        table = f"tcp:{LOOPBACK}:{self.spfblock.port}"
        postfix = self.postfix(
            0,
            f"smtpd_client_restrictions = check_client_access {table}\n"
            "smtpd_helo_required = yes\n"
            f"smtpd_helo_restrictions = check_helo_access {table}\n",
        )
        eventually(
            lambda: postfix.reply_to("62.6.0.1")[0] == 554, "the list is there", PATIENCE_S
        )
        with Smtp(postfix.port) as session:
            session.command("EHLO mail.spam.test")
            session.come_from("62.5.1.2", "other.test")
            session.command("EHLO mail.spam.test")
            session.command("MAIL FROM:<a@b.invalid>")
            for i in range(5):
                reply = session.command(f"RCPT TO:<user{i}@recipient.invalid>")
                self.assertEqual(reply[0], 250)

    def test_a_table_by_hand(self):
        self.serve_at("tcp_table")
        self.wait_until_listed(self.spfblock.port, "62.6.0.1")
        client = self.connect(self.spfblock.port)
        for name, code in (("m.spam.test", 200), ("unknown", 500)) * 2:
            self.assertEqual(client.get(name).code, 500)
            self.assertEqual(client.get(self.NAMED).code, code)
        self.assertEqual(client.get(self.NAMED).code, 500)
        client.get("m.spam.test")
        self.assertEqual(client.get(self.NAMED).code, 500, "no pairs, no names")

    def test_status_and_expand_tell_it(self):
        self.serve_at("tcp_table", admin=f"{LOOPBACK}:{free_port()}")
        self.wait_until_listed(self.spfblock.port, "62.6.0.1")
        said = " ".join(run("status", "-c", self.spfblock.file).stdout.split())
        self.assertIn(
            "the confirmed name of a client decides, at any door: at or below spam.test",
            said,
        )
        said = run("expand", "-c", self.spfblock.file, "spam.test").stdout
        self.assertIn(
            "at any door, for clients with a confirmed name at or below spam.test", said
        )


class Restarted(MailCase):
    def test_about_whom_the_mail_decides_is_known_before_the_first_look(self):
        self.start(
            state_file=self.directory() + "/state.json",
            query_time={"unknown": "defer"},
        )
        self.wait_for(REJECT, SPAMMER, "a@spam.test")
        self.spfblock.stop()
        self.dns.silent = {"spam.test"}  # no look succeeds
        self.serve(self.spfblock.configuration)
        client = self.connect_to_door()
        self.assertEqual(client.ask(SPAMMER, "a@spam.test"), OPEN)
        self.assertEqual(client.ask(SPAMMER, "a@else.test"), "DUNNO")


class Counted(MailCase):
    def test_what_becomes_of_claims_is_told(self):
        endpoint = f"{LOOPBACK}:{free_port()}"
        self.start(admin=endpoint)
        self.wait_for(REJECT, SPAMMER, "a@spam.test")
        self.client.ask(SPAMMER, "a@spam.test")
        self.wait_until_asked_about(STRANGER)

        def mail():
            return json.loads(admin.ask(endpoint, "/status").body)["mail"]

        told = eventually(
            lambda: (seen := mail())["checks"]["not_passed"] == 1 and seen,
            "both checks have ended",
        )
        self.assertEqual(told["checks"]["passed"], 1)
        self.assertEqual(told["checks"]["canaries"], 1)
        self.assertEqual(told["checks"]["over_budget"], 0)
        self.assertGreaterEqual(told["passes"], 2)
        self.assertGreaterEqual(told["sought"], 2)
        page = Exposition(admin.ask(endpoint, "/metrics").body)
        self.assertEqual(
            page.value("spfblock_mail_checks_total", result="passed"), 1
        )
        self.assertEqual(page.value("spfblock_mail_canaries_total"), 1)
        before = self.spfblock.mark()
        self.spfblock.send_signal(signal.SIGUSR1)
        self.spfblock.wait_for_line(
            r"statistics .* mail_claims=\d+ mail_checks=2 mail_over_budget=0$",
            after=before,
        )
