"""What is listed is what two SPF implementations that others wrote pass.

Random zones are served by NSD.  For each domain every address is asked about
at which a network in its record's tree begins or ends, and the neighbour
outside.  So of each stretch of addresses that a tree can tell apart at least
one address is asked about.

SPFBLOCK_DIFFERENTIAL_DOMAINS  how many domains, 300 unless given
SPFBLOCK_DIFFERENTIAL_SEED     any text; "random" picks one; always printed
"""

import collections
import dataclasses
import ipaddress
import itertools
import json
import os
import random
import re
import time

from .harness.case import BlackBoxCase
from .harness.check_host import check_host, client
from .harness.judges import judges
from .harness.networks import AddressSet, PrefixTable, edges, random_member
from .harness.random_zones import APEX, networks_of, random_zone
from .harness.spfblock import run

DOMAINS_A_ZONE = 500  # bounds what is in memory at once
_RANDOM_ADDRESSES = 3  # for each domain, beside the edges
_SHOWN = 20  # differences, where there are many
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

    @classmethod
    def of(cls, domain):
        networks = tuple(map(ipaddress.ip_network, domain["networks"]))
        return cls(domain["outcome"], networks, AddressSet(networks))

    @property
    def is_served(self):
        return bool(self.networks)

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
    listed: bool
    results: dict  # by judge


def explanation(case):
    """Why a judge and the listing differ: names of known causes.

    None unless the listing is the RFC's reading, and each judge that differs
    gives what the RFC's reading with a few of its known habits gives.
    """
    reading = check_host(case.zone, case.address, case.domain)
    if case.listed != (reading == "pass"):
        return None
    causes = []
    for judge, result in case.results.items():
        if (result == "pass") != case.listed:
            habits = _habits_behind(case, judge, result)
            if habits is None:
                return None
            causes += [f"{judge.name} {habit.value}" for habit in habits]
    return causes


def _habits_behind(case, judge, result):
    """The fewest habits of the judge that make its result, or None."""
    for count in range(1, 4):
        for habits in itertools.combinations(judge.habits, count):
            habitual = check_host(
                case.zone, case.address, case.domain, frozenset(habits)
            )
            if (habitual == "pass") == (result == "pass"):
                return habits
    return None


class Tally:
    """What came out so far."""

    def __init__(self):
        self.domains = 0
        self.listing = 0
        self.temperrors = 0
        self.questions = 0
        self.passes = 0
        self.agreements = 0
        self.table_answers = collections.Counter()
        self.causes = collections.Counter()
        self.differences = []
        self.zone = ""
        self._started = time.monotonic()

    def differ(self, text):
        self.differences.append(f"zone {self.zone}: {text}")

    def summary(self):
        answers = self.table_answers
        lines = [
            f"domains: {self.domains}, of them listing something: {self.listing}, "
            f"in temperror: {self.temperrors}",
            f"asked about a domain and an address: {self.questions}, "
            f"listed: {self.passes}",
            f"both judges and the listing agree: {self.agreements}",
            f"asked over tcp_table: {sum(answers.values())}, "
            f"200: {answers[200]}, 500: {answers[500]}",
            f"explained: {self.questions - self.agreements - len(self.differences)}",
        ]
        lines += [f"  {count:6} {cause}" for cause, count in self.causes.most_common()]
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
        print(tally.summary(), flush=True)
        self.assertFalse(tally.differences, f"seed {seed}; see above")

    def _check_zone(self, seed, size, tally):
        zone, domains = random_zone(seed, size)
        nsd = self.nsd({APEX: zone.lines(), "in-addr.arpa": [], "ip6.arpa": []})
        listings = self._expand(nsd, domains)
        questions = _questions(random.Random(seed), zone, listings)
        hearings = [
            (judge, self.closing(judge.start(nsd.server, questions)))
            for judge in judges()
        ]
        tally.zone = seed
        self._check_tables(nsd, listings, questions, tally)
        results = {judge: hearing.results() for judge, hearing in hearings}
        _compare(zone, listings, questions, results, tally)
        self.doCleanups()

    def _configuration(self, nsd, domains):
        return {
            "domains": domains,
            "action": "REJECT {domain} {network}",
            "resolver": {"servers": [nsd.server], "timeout": "10s"},
            "limits": _UNLIMITED,
            "allow": {"reserved": False, "providers": False},
            "state_file": "",
        }

    def _expand(self, nsd, domains):
        """The Listing of each domain, in order."""
        configuration = json.dumps(self._configuration(nsd, domains))
        file = self.file("differential.json", configuration)
        done = run("expand", "-c", file, "--json", *domains, timeout=300)
        expanded = json.loads(done.stdout)["domains"]
        self.assertEqual([each["domain"] for each in expanded], domains, done.stderr)
        return {each["domain"]: Listing.of(each) for each in expanded}

    def _check_tables(self, nsd, listings, questions, tally):
        """Without and with the domains that cover nearly everything."""
        narrow = {
            name: listing for name, listing in listings.items() if not listing.is_wide
        }
        for some in (narrow, listings):
            self._check_table(nsd, some, questions, tally)

    def _check_table(self, nsd, listings, questions, tally):
        """The most specific network answers, then the domain named first."""
        spfblock = self.serve(self._configuration(nsd, list(listings)))
        table = PrefixTable()
        for name, listing in listings.items():
            if listing.is_served:
                _wait_until_served(spfblock, name)
                for network in listing.networks:
                    table.add(network, name)
        if any(listing.is_served for listing in listings.values()):
            last = max(
                number
                for number, line in enumerate(spfblock.lines)
                if "listing changed" in line
            )
            spfblock.wait_for_line("table published", after=last)
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


def _wait_until_served(spfblock, name):
    spfblock.wait_for_line(
        rf"listing changed domain={re.escape(name)} ", timeout=60
    )


def _expected_reply(found):
    return (200, "REJECT {} {}".format(*found)) if found else (500, "not listed")


def _is(reply, expected):
    """Equal, but for the spelling of an IPv6 network."""
    return (reply.code, _words(reply.text)) == (expected[0], _words(expected[1]))


def _words(text):
    *words, last = text.split(" ")
    return [*words, ipaddress.ip_network(last) if "/" in last else last]


def _questions(rng, zone, listings):
    """Pairs of address and domain, both as text."""
    questions = []
    for domain, listing in listings.items():
        networks = networks_of(zone, domain) | set(listing.networks)
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
    cases = collections.defaultdict(list)
    for number, (address, domain) in enumerate(questions):
        case = Case(
            zone,
            domain,
            address,
            client(address) in listings[domain].addresses,
            {judge: given[number] for judge, given in results.items()},
        )
        cases[domain].append(case)
        _count(case, tally)
    for domain, listing in listings.items():
        _compare_temperror(domain, listing, cases[domain], tally)


def _count(case, tally):
    tally.questions += 1
    tally.passes += case.listed
    if all((result == "pass") == case.listed for result in case.results.values()):
        tally.agreements += 1
        return
    causes = explanation(case)
    if causes is None:
        said = ", ".join(
            f"{judge.name}: {result}" for judge, result in case.results.items()
        )
        tally.differ(
            f"{case.address} {case.domain}: listed: {case.listed}, {said}, RFC: "
            f"{check_host(case.zone, case.address, case.domain)}\n"
            + "\n".join("    " + line for line in _tree(case.zone, case.domain))
        )
    else:
        tally.causes.update(causes)


def _compare_temperror(domain, listing, cases, tally):
    """A temperror for any address is one for the domain.

    Where the judges see that otherwise, because of a habit that ends an
    evaluation sooner or later, the RFC's reading decides.
    """
    fails = listing.outcome == "temperror"
    tally.temperrors += fails
    seen = [[each == "temperror" for each in case.results.values()] for case in cases]
    alike = any(map(any, seen)) if fails else not any(map(all, seen))
    if alike:
        return
    reading = any(
        check_host(case.zone, case.address, domain) == "temperror" for case in cases
    )
    if fails != reading:
        tally.differ(f"{domain}: temperror: {fails}, unlike at the judges and the RFC")
    else:
        tally.causes["temperrors elsewhere, by habits of the judges"] += 1


def _tree(zone, domain):
    """The records of a domain and below it, for the report."""
    return [line for line in zone.lines() if f"{domain}. IN" in line]
