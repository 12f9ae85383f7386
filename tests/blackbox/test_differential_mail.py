"""check_host() for one mail is what two SPF implementations that others wrote say.

Random senders, HELOs and clients, whose names the DNS confirms or not; records with
ptr, exists and macros of the mail; name servers that fail at some questions.  All
seven results count.  Where a judge differs, a few of its known habits
(harness/habits.py) must make a reading of the RFC (harness/check_host.py) give the
very result that the judge gave.

SPFBLOCK_DIFFERENTIAL_MAILS  how many mails, 600 unless given
SPFBLOCK_DIFFERENTIAL_SEED   any text; "random" picks one; always printed
"""

import collections
import itertools
import os
import random
import time

from .harness.case import BlackBoxCase
from .harness.check_host import check_mail, client
from .harness.failing_dns import FailingDns, random_mail_failures
from .harness.judges import judges, own_hearing
from .harness.random_mails import MAILS_A_DOMAIN, random_mail_zone

_DOMAINS_A_ZONE = 400  # bounds what is in memory at once
_SHOWN = 20  # differences, where there are many
_MOST_HABITS = 4  # of a judge, to make one result


class Tally:
    """What came out so far."""

    def __init__(self):
        self.mails = 0
        self.results = collections.Counter()
        self.agreements = 0
        self.explained = 0
        self.causes = collections.Counter()
        self.differences = []
        self._started = time.monotonic()

    def summary(self):
        results = ", ".join(f"{word}: {n}" for word, n in self.results.most_common())
        lines = [
            f"mails: {self.mails}; {results}",
            f"all judges and ours agree: {self.agreements}; explained: {self.explained}",
            *(f"  {count:6} {cause}" for cause, count in self.causes.most_common()),
            f"differences: {len(self.differences)}",
            *self.differences[:_SHOWN],
            f"{time.monotonic() - self._started:.1f} s",
        ]
        return "\n".join(lines)


class DifferentialMail(BlackBoxCase):
    def test_says_of_a_mail_what_other_implementations_say(self):
        mails = int(os.environ.get("SPFBLOCK_DIFFERENTIAL_MAILS", "600"))
        seed = os.environ.get("SPFBLOCK_DIFFERENTIAL_SEED", "7208")
        if seed == "random":
            seed = str(random.SystemRandom().randrange(1 << 32))
        print(f"\nseed: {seed}", flush=True)
        tally = Tally()
        domains = -(-mails // MAILS_A_DOMAIN)
        for first in range(0, domains, _DOMAINS_A_ZONE):
            size = min(_DOMAINS_A_ZONE, domains - first)
            self._check_zone(f"{seed}/{first}", size, tally)
            if domains > _DOMAINS_A_ZONE:
                print(f"{tally.mails} mails, differences: {len(tally.differences)}", flush=True)
        print(tally.summary(), flush=True)
        self.assertGreaterEqual(tally.mails, mails)
        self.assertFalse(tally.differences, f"seed {seed}; see above")

    def _check_zone(self, seed, size, tally):
        zone, domains, mails = random_mail_zone(seed, size)
        zone.failures = random_mail_failures(random.Random(seed), zone, domains)
        nsd = self.nsd(zone.nsd_zones())
        dns = self.closing(FailingDns(zone, nsd.port))
        hopeless = self.file("hopeless", "".join(map("{0[0]} {0[1]}\n".format, zone.hopeless())))
        ours = self.closing(own_hearing(dns.server, mails))
        hearings = [
            (judge, self.closing(judge.start(dns.server, hopeless, mails)))
            for judge in judges()
        ]
        results = {judge: hearing.results() for judge, hearing in hearings}
        for number, (mail, result) in enumerate(zip(mails, ours.results())):
            said = {judge: given[number] for judge, given in results.items()}
            _count(f"zone {seed}", zone, mail, result, said, tally)
        self.doCleanups()


def _word(result):
    """Who dies of a record has found an error in it."""
    return "permerror" if result.startswith("died") else result


def _count(place, zone, mail, ours, said, tally):
    tally.mails += 1
    tally.results[ours] += 1
    if all(_word(each) == ours for each in said.values()):
        tally.agreements += 1
        return
    reading = check_mail(zone, mail)
    causes = [_habits_behind(zone, mail, *each) for each in said.items() if _word(each[1]) != ours]
    if ours == reading and None not in causes:
        tally.explained += 1
        tally.causes.update(itertools.chain(*causes))
        return
    words = ", ".join(f"{judge.name}: {result}" for judge, result in said.items())
    tally.differences.append(
        f"{place}: {mail}: ours: {ours}, {words}, RFC: {reading}\n"
        + "\n".join("    " + line for line in _about(zone, mail))
    )


def _habits_behind(zone, mail, judge, result):
    """The fewest habits of the judge that make its result, as texts; or None."""
    known = [*judge.mail_habits, *judge.habits]
    for count in range(1, _MOST_HABITS + 1):
        for habits in itertools.combinations(known, count):
            if check_mail(zone, mail, frozenset(habits)) == _word(result):
                return [f"{judge.name} {habit.value}" for habit in habits]
    return None


def _about(zone, mail):
    """The records of the sender's domain and below, and the client's, for the report."""
    domain = (mail.sender or mail.helo).rpartition("@")[2].lower()
    reverse = client(mail.address).reverse_pointer
    return [
        line
        for apex in zone.nsd_zones().values()
        for line in apex
        if domain in line and (reverse in line or "arpa" not in line)
    ] + [
        f"fails: {name} {kind}: {how}"
        for (name, kind), how in zone.failures.items()
        if domain in name or name == reverse
    ]
