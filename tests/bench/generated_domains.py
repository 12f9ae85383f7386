"""Generated SPF domains whose networks are known by construction.

The same count and seed give the same domains.  They are made like those of
spammers: many share a provider's records, some have a chain of includes of
their own, their own hosts, mail exchangers, carve-outs.  No term fails, and
none of RFC 7208's limits is reached.

With 10,000 domains there are about 33,000 distinct questions, and the longest
chain of questions each of which must wait for the answer to the one before is
six long.
"""

import dataclasses
import ipaddress
import random
import socket

from tests.blackbox.harness.zone import Zone

APEX = "test"
DOMAINS_OF_A_PROVIDER = 50
LONGEST_CHAIN = 6

_IP4_LENGTHS = [32] * 8 + [24] * 5 + [25, 26, 27, 28, 29, 30, 31, 23, 22]
_IP6_LENGTHS = [128, 128, 64, 64, 56, 48]
_CARVED = 101 << 24  # networks with a carve-out are here, no others


@dataclasses.dataclass
class Domain:
    """A listed domain and what must become of it."""

    name: str
    networks: list  # expected: the fewest prefixes that make it up, sorted text


@dataclasses.dataclass
class _Record:
    """A record that others may include: what it grants, what it takes to know."""

    name: str
    grants: set  # of networks
    questions: set  # (name, type)
    chain: int  # questions one after the other


class GeneratedDomains:
    """`domains`, the `zone` that serves them, the distinct `questions`, and the
    longest `chain` of questions."""

    def __init__(self, count, seed=1):
        self._chance = random.Random(f"{count} {seed}")
        self._hosts = 0
        self.zone = Zone(APEX)
        self.questions = set()
        self.chain = 0
        providers = [
            self._chain_of_includes(f"p{each}.{APEX}", each % 4 + 1)
            for each in range(max(1, count // DOMAINS_OF_A_PROVIDER))
        ]
        self.domains = [self._domain(each, providers) for each in range(count)]

    def question_lines(self):
        """For dnsperf, in an order that says nothing."""
        lines = sorted(f"{name} {kind}" for name, kind in self.questions)
        random.Random(1).shuffle(lines)
        return lines

    # Records.

    def _domain(self, number, providers):
        name = f"d{number}.{APEX}"
        draft = _Draft(name)
        chance = self._chance
        if chance.random() < 0.2:
            self._carve_out(draft)
        else:
            for _ in range(chance.randint(1, 5)):
                self._network(draft)
        if chance.random() < 0.35:
            self._hosts_of(draft, name, "a", chance.choice(["", "/28", "/24//64"]))
        if chance.random() < 0.25:
            self._exchangers(draft)
        if chance.random() < 0.7:
            draft.include(chance.choice(providers))
        # The first one makes sure that the longest chain is there.
        if number == 0 or chance.random() < 0.15:
            depth = LONGEST_CHAIN - 1 if number == 0 else chance.randint(1, 4)
            draft.include(self._chain_of_includes(f"i.{name}", depth))
        record = self._publish(draft, chance.choice(["-all", "~all", "?all"]))
        self.questions |= record.questions
        self.chain = max(self.chain, record.chain)
        return Domain(name, smallest(record.grants))

    def _chain_of_includes(self, name, depth):
        """A record that includes another, and so on: `depth` records in all."""
        draft = _Draft(name)
        for _ in range(self._chance.randint(1, 4)):
            self._network(draft)
        if depth > 1:
            draft.include(self._chain_of_includes(f"n{depth}.{name}", depth - 1))
        return self._publish(draft, "-all")

    def _publish(self, draft, end):
        text = " ".join(["v=spf1", *draft.terms, end]).encode()
        strings = [text[at : at + 255] for at in range(0, len(text), 255)]
        self.zone.add(draft.name, "TXT", strings)
        draft.questions.add((draft.name, "TXT"))
        return _Record(draft.name, draft.grants, draft.questions, 1 + draft.chain)

    # Terms.

    def _network(self, draft):
        if self._chance.random() < 0.15:
            network = ipaddress.ip_network(
                (self._ip6(), self._chance.choice(_IP6_LENGTHS)), strict=False
            )
            draft.terms.append(f"ip6:{network}")
        else:
            network = ipaddress.ip_network(
                (self._ip4(), self._chance.choice(_IP4_LENGTHS)), strict=False
            )
            draft.terms.append(f"ip4:{network}")
        draft.grants.add(network)

    def _carve_out(self, draft):
        """A network without one of its addresses; the first terms there are."""
        address = _CARVED + self._chance.getrandbits(24)
        network = ipaddress.ip_network((address, 24), strict=False)
        hole = ipaddress.ip_network(network[self._chance.randrange(256)])
        draft.terms += [f"-ip4:{hole}", f"ip4:{network}"]
        draft.grants.update(network.address_exclude(hole))

    def _hosts_of(self, draft, name, term, lengths):
        """The term `a` for the record's own name."""
        draft.terms.append(term + lengths)
        ip4, _, ip6 = lengths.removeprefix("/").partition("//")
        self._host(draft, name, ip4 or 32, ip6 or 128)
        draft.chain = max(draft.chain, 1)

    def _exchangers(self, draft):
        draft.terms.append("mx")
        draft.questions.add((draft.name, "MX"))
        for each in range(self._chance.randint(1, 2)):
            host = f"mx{each}.{draft.name}"
            self.zone.add(draft.name, "MX", (10 * each, host))
            self._host(draft, host, 32, 128)
        draft.chain = max(draft.chain, 2)

    def _host(self, draft, name, ip4_length, ip6_length):
        """Gives the name addresses; they are granted."""
        draft.questions |= {(name, "A"), (name, "AAAA")}
        self._add_address(draft, name, "A", self._ip4(), ip4_length)
        # A third void lookup would be a permerror to IPv6 clients (RFC 7208 4.6.4).
        if self._chance.random() < 0.7 or draft.voids == 2:
            self._add_address(draft, name, "AAAA", self._ip6(), ip6_length)
        else:
            draft.voids += 1

    def _add_address(self, draft, name, kind, address, length):
        network = ipaddress.ip_network((address, int(length)), strict=False)
        family = socket.AF_INET if kind == "A" else socket.AF_INET6
        packed = address.to_bytes(4 if kind == "A" else 16, "big")
        self.zone.add(name, kind, socket.inet_ntop(family, packed))
        draft.grants.add(network)

    def _ip4(self):
        return self._chance.randrange(11 << 24, 100 << 24)

    def _ip6(self):
        return 0x2A01 << 112 | self._chance.getrandbits(112)


class _Draft:
    """A record that is being written."""

    def __init__(self, name):
        self.name = name
        self.terms = []
        self.grants = set()
        self.questions = set()
        self.voids = 0  # void lookups of IPv6 clients
        self.chain = 0  # questions one after the other, after the record's own

    def include(self, record):
        self.terms.append(f"include:{record.name}")
        self.grants |= record.grants
        self.questions |= record.questions
        self.chain = max(self.chain, record.chain)


def smallest(networks):
    """The fewest prefixes that make up the same addresses, as sorted text."""
    by_family = {4: [], 6: []}
    for each in networks:
        by_family[each.version].append(each)
    return sorted(
        str(prefix)
        for family in by_family.values()
        for prefix in ipaddress.collapse_addresses(family)
    )
