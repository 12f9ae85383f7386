"""What is listed is what two SPF implementations that others wrote pass, and
undecided is whom they defer.

Random zones are served by NSD, behind a server that fails at some of their
questions: of one type of a name or of all, in one of several ways.  For each
domain every address is asked about at which a network in its record's tree
begins or ends, and the neighbour outside.  So of each stretch of addresses that
a tree can tell apart at least one address is asked about.

Then other questions fail, and some of the same.  The server that starts from
the state lists who is decided to pass, and who is undecided and was listed.

SPFBLOCK_DIFFERENTIAL_DOMAINS  how many domains, 300 unless given
SPFBLOCK_DIFFERENTIAL_SEED     any text; "random" picks one; always printed
"""

import collections
import copy
import dataclasses
import ipaddress
import itertools
import json
import os
import random
import time

from .harness.admin import ask
from .harness.case import BlackBoxCase
from .harness.check_host import Mail, check_host, client
from .harness.failing_dns import FAILURES, FailingDns, random_failures
from .harness.judges import judges
from .harness.networks import AddressSet, PrefixTable, edges, random_member
from .harness.ports import LOOPBACK, free_port
from .harness.random_zones import networks_of, random_zone
from .harness.spfblock import run
from .harness.waiting import eventually

DOMAINS_A_ZONE = 500  # bounds what is in memory at once
_RANDOM_ADDRESSES = 3  # for each domain, beside the edges
_SHOWN = 20  # differences, where there are many
_MOST_HABITS = 4  # of a judge, to make one result
_UNLIMITED = dict.fromkeys(
    (
        "widest_ipv4",
        "widest_ipv6",
        "ipv4_addresses",
        "ipv6_slash64s",
        "networks",
        "growth",
        "dns_queries",
        "depth",
        "answer_bytes",
    )
) | {"total": {"ipv4_addresses": None, "networks": None}}


@dataclasses.dataclass(frozen=True)
class Listing:
    """What `spfblock expand` says of one domain."""

    outcome: str
    networks: tuple
    addresses: AddressSet
    undecided: AddressSet

    @classmethod
    def of(cls, domain):
        networks = tuple(map(ipaddress.ip_network, domain["networks"]))
        undecided = AddressSet(
            map(ipaddress.ip_address, each.split("-"))
            for question in domain["undecided"]
            for each in question["ranges"]
        )
        return cls(domain["outcome"], networks, AddressSet.of(networks), undecided)

    def verdict(self, address):
        if address in self.addresses:
            return "pass"
        return "temperror" if address in self.undecided else "other"

    def after(self, former):
        """The networks that are listed after this look, were those of `former`
        before it."""
        return (self.addresses | (self.undecided & former.addresses)).networks()

    @property
    def is_wide(self):
        """Whether it covers so much that it hides whether others are listed."""
        return any(
            network.prefixlen < (14 if network.version == 4 else 32)
            for network in self.networks
        )


@dataclasses.dataclass(frozen=True)
class Case:
    """One question, and every answer to it."""

    zone: object
    domain: str
    address: str
    verdict: str  # ours
    results: dict  # by judge


def verdict_of(result):
    """All that matters of a result: who passes, and who is asked again."""
    return result if result in ("pass", "temperror") else "other"


def explanation(case):
    """Why a judge and the listing differ: names of known causes.

    None unless the listing is the RFC's reading, and each judge that differs
    gives what the RFC's reading with a few of its known habits gives.
    """
    reading = check_host(case.zone, case.address, case.domain)
    if case.verdict != verdict_of(reading):
        return None
    causes = []
    for judge, result in case.results.items():
        if verdict_of(result) != case.verdict:
            habits = _habits_behind(case, judge, result)
            if habits is None:
                return None
            causes += [f"{judge.name} {habit.value}" for habit in habits]
    return causes


def _habits_behind(case, judge, result):
    """The fewest habits of the judge that make its result, or None."""
    for count in range(1, _MOST_HABITS + 1):
        for habits in itertools.combinations(judge.habits, count):
            habitual = check_host(
                case.zone, case.address, case.domain, frozenset(habits)
            )
            if verdict_of(habitual) == verdict_of(result):
                return habits
    return None


class Tally:
    """What came out so far."""

    def __init__(self):
        self.domains = 0
        self.listing = 0
        self.temperrors = 0
        self.kept = 0
        self.failures = collections.Counter()
        self.questions = 0
        self.verdicts = collections.Counter()
        self.agreements = 0
        self.table_answers = collections.Counter()
        self.causes = collections.Counter()
        self.outvoted = collections.Counter()  # by causes
        self.differences = []
        self.zone = ""
        self._started = time.monotonic()

    def differ(self, text):
        self.differences.append(f"zone {self.zone}: {text}")

    def progress(self):
        return f"{self.domains} domains, differences: {len(self.differences)}"

    def summary(self):
        answers = self.table_answers
        lines = [
            f"domains: {self.domains}, of them listing something: {self.listing}, "
            f"in temperror: {self.temperrors}, "
            f"keeping something at the second look: {self.kept}",
            "questions that fail: "
            + ", ".join(f"{how}: {self.failures[how]}" for how in FAILURES),
            f"asked about a domain and an address: {self.questions}, "
            f"listed: {self.verdicts['pass']}, undecided: {self.verdicts['temperror']}",
            f"both judges and the listing agree: {self.agreements}",
            f"asked over tcp_table: {sum(answers.values())}, "
            f"200: {answers[200]}, 500: {answers[500]}",
            f"explained: {self.questions - self.agreements - len(self.differences)}",
        ]
        lines += [f"  {count:6} {cause}" for cause, count in self.causes.most_common()]
        lines.append(f"both judges agree, and not with us: {sum(self.outvoted.values())}")
        lines += [f"  {count:6} {causes}" for causes, count in self.outvoted.most_common()]
        lines.append(f"differences: {len(self.differences)}")
        lines += self.differences[:_SHOWN]
        lines.append(f"{time.monotonic() - self._started:.1f} s")
        return "\n".join(lines)


class Differential(BlackBoxCase):
    def test_lists_exactly_what_other_implementations_pass(self):
        count = int(os.environ.get("SPFBLOCK_DIFFERENTIAL_DOMAINS", "300"))
        seed = os.environ.get("SPFBLOCK_DIFFERENTIAL_SEED", "7208")
        if seed == "random":
            seed = str(random.SystemRandom().randrange(1 << 32))
        print(f"\nseed: {seed}", flush=True)
        tally = Tally()
        for first in range(0, count, DOMAINS_A_ZONE):
            size = min(DOMAINS_A_ZONE, count - first)
            self._check_zone(f"{seed}/{first}", size, tally)
            if count > DOMAINS_A_ZONE:
                print(tally.progress(), flush=True)
        print(tally.summary(), flush=True)
        self.assertFalse(tally.differences, f"seed {seed}; see above")

    def _check_zone(self, seed, size, tally):
        zone, domains = random_zone(seed, size)
        rng = random.Random(seed)
        networks = {domain: networks_of(zone, domain) for domain in domains}
        zone.failures = random_failures(rng, zone, domains)
        later = copy.copy(zone)
        later.failures = {
            question: how
            for fails in (zone.failures, random_failures(rng, zone, domains))
            for question, how in fails.items()
            if rng.random() < 0.5
        }
        tally.zone = seed
        tally.failures.update(zone.failures.values())
        nsd = self.nsd(zone.nsd_zones())
        dns = self.closing(FailingDns(zone, nsd.port))
        listings = self._expand(dns, domains)
        questions = _questions(rng, networks, listings)
        hopeless = self.file("hopeless", "".join(map("{0[0]} {0[1]}\n".format, zone.hopeless())))
        mails = [Mail(address, f"postmaster@{domain}") for address, domain in questions]
        hearings = [
            (judge, self.closing(judge.start(dns.server, hopeless, mails)))
            for judge in judges()
        ]
        dns_later = self.closing(FailingDns(later, nsd.port))
        self._check_tables(dns, dns_later, listings, questions, tally)
        results = {judge: hearing.results() for judge, hearing in hearings}
        _compare(zone, listings, questions, results, tally)
        self.doCleanups()

    def _configuration(self, dns, domains, state=""):
        return {
            "domains": domains,
            "action": "REJECT {domain} {network}",
            "resolver": {"servers": [dns.server], "timeout": "3s", "attempts": 3},
            "refresh": {"retry": "1h", "follow_ttl": False},
            "limits": _UNLIMITED,
            "allow": {"reserved": False, "providers": False},
            "state_file": state,
        }

    def _expand(self, dns, domains):
        """The Listing of each domain, in order."""
        configuration = json.dumps(self._configuration(dns, domains))
        file = self.file("differential.json", configuration)
        done = run("expand", "-c", file, "--json", *domains, timeout=300)
        expanded = json.loads(done.stdout)["domains"]
        self.assertEqual([each["domain"] for each in expanded], domains, done.stderr)
        return {each["domain"]: Listing.of(each) for each in expanded}

    def _check_tables(self, dns, later, listings, questions, tally):
        """At the first look without the domains that cover nearly everything,
        and with them at the second, where others fail."""
        state = os.path.join(self.directory(), "state.json")
        narrow = {
            name: listing for name, listing in listings.items() if not listing.is_wide
        }
        first = {name: listing.networks for name, listing in narrow.items()}
        self._check_table(self._configuration(dns, list(narrow), state), first, questions, tally)

        nothing = Listing("", (), AddressSet(()), AddressSet(()))
        second = {}
        for name, listing in self._expand(later, list(listings)).items():
            second[name] = listing.after(narrow.get(name, nothing))
            tally.kept += second[name] != list(listing.networks)
        self._check_table(self._configuration(later, list(listings), state), second, questions, tally)

    def _check_table(self, configuration, listed, questions, tally):
        """The most specific network answers, then the domain named first."""
        admin = f"{LOOPBACK}:{free_port()}"
        spfblock = self.serve({**configuration, "admin": admin})
        table = PrefixTable()
        for name, networks in listed.items():
            for network in networks:
                table.add(network, name)
        eventually(lambda: _all_looked_at(admin), "every domain is looked at", 120)
        addresses = sorted({address for address, _ in questions})
        expected = [_expected_reply(table.find(client(each))) for each in addresses]
        replies = self._final_replies(spfblock, addresses, expected)
        for address, reply, wanted in zip(addresses, replies, expected):
            tally.table_answers[reply.code] += 1
            if not _is(reply, wanted):
                tally.differ(f"tcp_table {address}: {reply}, expected {wanted}")
        spfblock.close()

    def _final_replies(self, spfblock, addresses, expected):
        """The replies, asked anew as long as they differ and a further table
        is published: one may have been in the making at the last change."""
        connection = self.connect(spfblock.port)
        while True:
            before = spfblock.mark()
            replies = connection.get_all(addresses)
            if all(map(_is, replies, expected)):
                return replies
            try:
                spfblock.wait_for_line("table published", timeout=30, after=before)
            except AssertionError:
                return replies


def _all_looked_at(admin):
    try:
        domains = json.loads(ask(admin, "/status").body)["domains"]
    except ConnectionRefusedError:  # it reads the state first
        return False
    return all(each["next_look_s"] > 0 for each in domains)


def _expected_reply(found):
    return (200, "REJECT {} {}".format(*found)) if found else (500, "not listed")


def _is(reply, expected):
    """Equal, but for the spelling of an IPv6 network."""
    return (reply.code, _words(reply.text)) == (expected[0], _words(expected[1]))


def _words(text):
    *words, last = text.split(" ")
    return [*words, ipaddress.ip_network(last) if "/" in last else last]


def _questions(rng, networks_of_domain, listings):
    """Pairs of address and domain, both as text."""
    questions = []
    for domain, listing in listings.items():
        networks = networks_of_domain[domain] | set(listing.networks)
        addresses = {edge for network in networks for edge in edges(network)}
        addresses |= {ipaddress.ip_address("9.9.9.9"), ipaddress.ip_address("2620::9")}
        for network in rng.sample(
            sorted(networks, key=str), min(_RANDOM_ADDRESSES, len(networks))
        ):
            addresses.add(random_member(rng, network))
        for address in sorted(addresses, key=str):
            if address.version == 4 and rng.random() < 0.05:
                address = f"::ffff:{address}"  # another way to write the same
            questions.append((str(address), domain))
    return questions


def _compare(zone, listings, questions, results, tally):
    tally.domains += len(listings)
    tally.listing += sum(bool(each.networks) for each in listings.values())
    tally.temperrors += sum(each.outcome == "temperror" for each in listings.values())
    for number, (address, domain) in enumerate(questions):
        case = Case(
            zone,
            domain,
            address,
            listings[domain].verdict(client(address)),
            {judge: given[number] for judge, given in results.items()},
        )
        _count(case, tally)


def _count(case, tally):
    tally.questions += 1
    tally.verdicts[case.verdict] += 1
    if all(verdict_of(each) == case.verdict for each in case.results.values()):
        tally.agreements += 1
        return
    causes = explanation(case)
    if causes is None:
        said = ", ".join(
            f"{judge.name}: {result}" for judge, result in case.results.items()
        )
        tally.differ(
            f"{case.address} {case.domain}: ours: {case.verdict}, {said}, RFC: "
            f"{check_host(case.zone, case.address, case.domain)}\n"
            + "\n".join("    " + line for line in _tree(case.zone, case.domain))
        )
    else:
        tally.causes.update(causes)
        if len(set(map(verdict_of, case.results.values()))) == 1:
            tally.outvoted["; ".join(causes)] += 1


def _tree(zone, domain):
    """The records of a domain and below it, for the report."""
    return [line for line in zone.lines() if f"{domain}. IN" in line]
