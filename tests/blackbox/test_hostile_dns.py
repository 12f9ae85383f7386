"""A hostile DNS server, one behaviour at a time: the program lives, its port
answers, a healthy domain is listed in time and the innocent never are."""

import re
import time

from .harness.case import BlackBoxCase
from .harness.hostile_answers import FANS, TREES
from .harness.hostile_changes import CHANGES
from .harness.hostile_dns import HostileDns
from .harness.hostile_records import (
    EVERYONE,
    INNOCENTS,
    ODDITIES,
    OWN,
    PROVIDER,
    PROVIDER_IPV6,
    SHARED,
)
from .harness.hostile_transport import EDNS, MALFORMED, STREAMS, TRANSPORT
from .harness.process_memory import is_sanitized, peak_resident_mib
from .harness.spfblock import Spfblock
from .harness.tcp_table import code_of
from .harness.waiting import eventually
from .harness.watch import Watch

QUESTIONS = 300  # the default of limits.dns_queries
NEIGHBOUR_S = 15.0
LONGEST_REPLY_S = 2.0
PEAK_MIB = 128

# Honest answers.  The neighbour takes three rounds of questions.
RECORDS = {
    ("neighbour.test", "TXT"): ["v=spf1 include:_spf.neighbour.test mx -all"],
    ("_spf.neighbour.test", "TXT"): ["v=spf1 ip4:62.1.1.0/24 -all"],
    ("neighbour.test", "MX"): ["10 mail.neighbour.test"],
    ("mail.neighbour.test", "A"): ["62.1.3.1"],
    ("provider.test", "TXT"): ["v=spf1 include:_spf.provider.test -all"],
    ("_spf.provider.test", "TXT"): [f"v=spf1 ip4:{PROVIDER} ip6:{PROVIDER_IPV6} -all"],
    (SHARED, "TXT"): ["v=spf1 ip4:62.70.0.0/16 ip6:2a01:70::/32 -all"],
}
NEIGHBOURS = ("62.1.1.1", "62.1.3.1")

INNOCENT = (
    "62.60.1.1", "62.60.200.1", "2a01:60::1",  # the provider's
    "62.50.0.1", "62.70.0.1", "2a01:70::1",  # our own, and shared ones
    "62.1.2.1", "62.1.3.2",  # beside the neighbour's
    "8.8.8.8", "1.1.1.1", "2606:4700::1111",
    "0.0.0.1", "10.0.0.1", "100.64.0.1", "127.0.0.1", "169.254.1.1", "172.16.0.1",
    "192.0.2.1", "192.168.1.1", "198.18.0.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "::1", "fe80::1", "fd00::1", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1",
)  # fmt: skip


ALLOW = {
    "networks": [OWN],
    "domains": ["provider.test"],
    "includes": [SHARED],
    "reserved": True,
}
EVERY_SECOND = {"interval": "1s", "minimum": "1s", "retry": "1s"}


def configuration(dns, domains, timeout_s=20, attempts=1, **settings):
    return {
        "domains": ["neighbour.test", *domains],
        "action": "REJECT {domain} {network}",
        "allow": ALLOW,
        "resolver": {
            "servers": [dns.server],
            "timeout": f"{timeout_s}s",
            "attempts": attempts,
        },
        **settings,
    }


def patience(spfblock):
    """How long a neighbour may take; ThreadSanitizer makes it ten times slower."""
    return NEIGHBOUR_S * (5 if is_sanitized(spfblock.pid) else 1)


class HostileCase(BlackBoxCase):
    def watch(self, spfblock, behaviours):
        keys = [*INNOCENT, *(key for each in behaviours for key in each.unlisted)]
        return self.closing(Watch(spfblock.port, keys, LONGEST_REPLY_S))

    def wait_for_neighbours(self, spfblock):
        eventually(
            lambda: all(code_of(spfblock.port, key) == 200 for key in NEIGHBOURS),
            "the neighbour is listed",
            patience(spfblock),
        )

    def assert_alive(self, spfblock):
        """What holds whatever a name server does and a record says."""
        self.assertTrue(spfblock.running)
        self.assertLess(peak_resident_mib(spfblock.pid), PEAK_MIB)
        for line in spfblock.lines:
            self.assertTrue(line.isprintable(), repr(line))
            self.assertFalse(line.startswith(("forged", "<")), line)


class OneBehaviour(HostileCase):
    def check(self, behaviour):
        """One behaviour against a program of its own."""
        dns = self.closing(HostileDns(RECORDS))
        domain = {"name": behaviour.domain, **behaviour.entry}
        spfblock = self.serve(
            configuration(dns, [domain], behaviour.timeout_s, behaviour.attempts)
        )
        watch = self.watch(spfblock, [behaviour])
        self.wait_for_neighbours(spfblock)
        self.wait_until_settled(spfblock, behaviour)
        if behaviour.lists:
            self.wait_until_listed(spfblock.port, behaviour.address)
        elif behaviour.lists is False:
            self.assert_not_listed(spfblock.port, behaviour.address)
        watch.wait_for_round()
        self.assertEqual(watch.listed, {}, "the innocent are not listed")
        self.assertEqual(watch.slow, [])
        self.assert_alive(spfblock)
        self.assert_said(spfblock, behaviour)
        self.assertGreater(dns.questions(behaviour), 0)
        self.assertLessEqual(dns.questions(behaviour), QUESTIONS)

    def assert_said(self, spfblock, behaviour):
        said = spfblock.matching(of(behaviour))
        if not any(re.search(behaviour.says, line) for line in said):
            self.fail("no /{}/ in:\n{}".format(behaviour.says, "\n".join(said)))

    def wait_until_settled(self, spfblock, behaviour):
        """Until the domain was expanded, and published if that changed it."""
        spfblock.wait_for_line(of(behaviour))
        lines = spfblock.lines
        for at, line in enumerate(lines):
            if re.search("listing changed .*" + of(behaviour), line):
                spfblock.wait_for_line("table published", after=at)


def of(behaviour):
    """A pattern of what the log says of the domain."""
    return rf"domain={re.escape(behaviour.domain)}(\s|$)"


def each_of(*groups):
    """A class decorator: adds a test for each behaviour, named after it."""

    def add(case):
        for behaviour in (each for group in groups for each in group.values()):

            def test(self, behaviour=behaviour):
                self.check(behaviour)

            test.__doc__ = behaviour.claim
            setattr(case, "test_" + behaviour.name.replace("-", "_"), test)
        return case

    return add


@each_of(TRANSPORT, EDNS)
class Transport(OneBehaviour):
    """Silence, lies, floods, and servers that know no EDNS."""


@each_of(STREAMS)
class Streams(OneBehaviour):
    """What may happen over TCP after a truncated answer."""


@each_of(MALFORMED)
class Malformed(OneBehaviour):
    """Messages that no honest server sends."""


@each_of(TREES, FANS)
class Work(OneBehaviour):
    """Loops, trees and fans that cost more than they are worth."""


@each_of(EVERYONE)
class Everyone(OneBehaviour):
    """`+all` in every disguise."""


@each_of(INNOCENTS)
class Innocents(OneBehaviour):
    """Networks of providers, of our own, and of nobody."""


@each_of(ODDITIES)
class Oddities(OneBehaviour):
    """TTLs, control characters, records that are nearly right."""


class OthersAsWell(HostileCase):
    """What is hard on others in the same configuration."""

    def test_silent_trees_do_not_delay_a_neighbour(self):
        """Their questions would fill every place in flight until a time-out,
        which is longer than a neighbour may take."""
        silent = (TREES["wide-tree-in-silence"], FANS["mx-fan-in-silence"])
        dns = self.closing(HostileDns(RECORDS))
        spfblock = self.serve(
            configuration(
                dns,
                [{"name": each.domain, **each.entry} for each in silent],
                timeout_s=60,
                refresh=EVERY_SECOND,
            )
        )
        self.wait_for_neighbours(spfblock)
        for each in silent:
            eventually(lambda each=each: dns.asked[each.name] > 20, "it is asked about")
        before = dns.looks("neighbour.test")
        eventually(
            lambda: dns.looks("neighbour.test") >= before + 2,
            "the neighbour is refreshed",
            patience(spfblock),
        )

    def test_an_allowed_domain_that_fails_does_not_keep_all_off(self):
        dns = self.closing(HostileDns(RECORDS))
        domains = [TRANSPORT["never"].domain, TRANSPORT["servfail"].domain]
        allow = {**ALLOW, "domains": [*domains, "provider.test"]}
        spfblock = self.serve(
            configuration(dns, [], allow=allow, refresh=EVERY_SECOND)
        )
        self.wait_for_neighbours(spfblock)

    def test_an_allowed_domain_of_everyone_does_not_empty_the_list(self):
        dns = self.closing(HostileDns(RECORDS))
        names = ("plus-all", "halves", "sixteens", "scattered-sixteens")
        everyone = [EVERYONE[name].domain for name in names]
        allow = {**ALLOW, "domains": everyone}
        spfblock = self.serve(configuration(dns, [], allow=allow))
        for domain in everyone:
            spfblock.wait_for_line(rf"domain={re.escape(domain)}(\s|$)")
        self.wait_for_neighbours(spfblock)
        self.assertEqual(dns.asked["plus-all"], 1)


class Changes(HostileCase):
    """What changes from one refresh to the next, every second, in one program."""

    @classmethod
    def setUpClass(cls):
        cls.dns = HostileDns(RECORDS)
        cls.addClassCleanup(cls.dns.close)
        domains = [behaviour.domain for behaviour in CHANGES.values()]
        cls.started = time.monotonic()
        settings = configuration(
            cls.dns, domains, timeout_s=3, refresh=EVERY_SECOND
        )
        cls.spfblock = Spfblock(settings)
        cls.addClassCleanup(cls.spfblock.close)
        keys = [key for each in CHANGES.values() for key in each.unlisted]
        cls.watch = Watch(cls.spfblock.port, [*INNOCENT, *keys], LONGEST_REPLY_S)
        cls.addClassCleanup(cls.watch.close)

    def setUp(self):
        self.concerned = []

    def tearDown(self):
        self.watch.wait_for_round()
        self.wait_for_neighbours(self.spfblock)
        self.assert_alive(self.spfblock)
        self.assertEqual(self.watch.slow, [])
        for behaviour in self.concerned:
            listed = {
                key: text
                for key, text in self.watch.listed.items()
                if f" {behaviour.domain} " in text
            }
            self.assertEqual(listed, {}, "the innocent are not listed")

    def changing(self, name):
        behaviour = CHANGES[name]
        self.concerned.append(behaviour)
        return behaviour

    def wait_for_look(self, behaviour, number, prefix=""):
        """Until the domain was asked for so often."""
        eventually(
            lambda: self.dns.looks(prefix + behaviour.domain) >= number,
            f"{behaviour.domain} is asked for {number} times",
        )

    def said(self, event, behaviour, rest=""):
        return self.spfblock.matching(f"^{event}.*{of(behaviour)}.*{rest}")

    def wait_for_event(self, event, behaviour, rest=""):
        self.spfblock.wait_for_line(f"^{event}.*{of(behaviour)}.*{rest}")

    def assert_nothing_removed(self, behaviour):
        removed = "networks_removed=[1-9]"
        self.assertEqual(self.said("listing changed", behaviour, removed), [])
        self.assert_listed(self.spfblock.port, behaviour.address)

    def test_a_failure_keeps_the_networks(self):
        for name in (
            "servfail-later", "refused-later", "silent-later", "malformed-later",
            "truncated-later", "part-fails-later",
        ):  # fmt: skip
            with self.subTest(name):
                behaviour = self.changing(name)
                self.wait_for_event("domain failing", behaviour, "networks_kept=1")
                self.wait_for_look(behaviour, 4)
                self.assert_nothing_removed(behaviour)

    def test_a_domain_that_recovers_is_up_to_date(self):
        recovers = self.changing("recovers")
        self.wait_for_event("domain recovered", recovers)
        self.wait_until_not_listed(self.spfblock.port, recovers.address)
        self.assert_listed(self.spfblock.port, recovers.address + "29")  # .129

    def test_a_record_that_is_gone_is_believed_at_the_second_look(self):
        gone = self.changing("nxdomain-later")
        self.wait_for_event("record gone, kept until the next look", gone)
        self.wait_until_not_listed(self.spfblock.port, gone.address)
        self.assertGreaterEqual(self.dns.looks(gone.domain), 3)

    def test_a_record_that_comes_back_each_time_is_never_delisted(self):
        behaviour = self.changing("nxdomain-at-times")
        self.wait_for_look(behaviour, 7)
        self.assert_nothing_removed(behaviour)

    def test_a_flapping_record_is_asked_for_once_a_minimum(self):
        flapping = self.changing("flapping")
        self.wait_for_look(flapping, 6)
        elapsed = time.monotonic() - self.started
        self.assertLessEqual(self.dns.looks(flapping.domain), elapsed + 1)
        self.assertEqual(self.said("domain failing", flapping), [])

    def test_networks_that_add_up_to_everyone_leave_the_last_good_ones(self):
        behaviour = self.changing("everyone-later")
        self.wait_for_event("refused by a limit", behaviour, "limit=growth")
        self.wait_for_look(behaviour, 4)
        self.assert_nothing_removed(behaviour)

    def test_providers_that_are_added_stay_off(self):
        behaviour = self.changing("provider-later")
        self.wait_for_event("kept off by allow", behaviour)
        self.assert_nothing_removed(behaviour)

    def test_a_listing_grows_up_to_the_limit_and_stays_so(self):
        growing = self.changing("growing")
        self.wait_for_event("refused by a limit", growing, "limit=ipv4_addresses")
        self.wait_for_look(growing, 7)
        for second in (140, 142, 144, 146):
            self.assert_listed(self.spfblock.port, f"62.{second}.0.1")

    def test_a_leap_waits_however_often_it_is_looked_at(self):
        leaps = self.changing("leaps")
        self.wait_for_event("refused by a limit", leaps, "limit=growth")
        self.wait_for_look(leaps, 5)
        self.assert_not_listed(self.spfblock.port, "62.88.0.1")
        self.assert_nothing_removed(leaps)

    def test_a_leap_every_second_time_is_never_believed(self):
        leaps = self.changing("leaps-at-times")
        self.wait_for_event("refused by a limit", leaps, "limit=growth")
        self.wait_for_look(leaps, 7)
        self.assert_nothing_removed(leaps)

    def test_a_ttl_of_2_to_the_31_does_not_delay_a_refresh(self):
        self.wait_for_look(self.changing("ttl-2-to-31-often"), 4)

    def test_a_second_record_ends_the_listing(self):
        takeover = self.changing("takeover")
        self.wait_for_event("record not listed in full", takeover, "2 SPF records")
        self.wait_until_not_listed(self.spfblock.port, takeover.address)
