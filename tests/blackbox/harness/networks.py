"""Addresses and networks: where networks end, and which of many answers."""

import bisect
import ipaddress

_ADDRESS = {4: ipaddress.IPv4Address, 6: ipaddress.IPv6Address}


class AddressSet:
    """The addresses of some disjoint ranges, (first, last) each."""

    def __init__(self, ranges):
        self._ranges = {4: [], 6: []}
        for first, last in ranges:
            self._ranges[first.version].append((int(first), int(last)))
        for some in self._ranges.values():
            some.sort()

    @classmethod
    def of(cls, networks):
        """The addresses of some disjoint networks."""
        return cls((each.network_address, each.broadcast_address) for each in networks)

    def __and__(self, other):
        both = AddressSet(())
        for version, ours in self._ranges.items():
            both._ranges[version] = _in_both(ours, other._ranges[version])
        return both

    def __or__(self, other):
        either = AddressSet(())
        for version, ours in self._ranges.items():
            either._ranges[version] = _joined(sorted(ours + other._ranges[version]))
        return either

    def networks(self):
        """The fewest networks that have these addresses."""
        return [
            network
            for version, ranges in self._ranges.items()
            for first, last in ranges
            for network in ipaddress.summarize_address_range(
                _ADDRESS[version](first), _ADDRESS[version](last)
            )
        ]

    def __contains__(self, address):
        ranges, number = self._ranges[address.version], int(address)
        at = bisect.bisect_right(ranges, (number, float("inf"))) - 1
        return at >= 0 and number <= ranges[at][1]


def _in_both(ours, theirs):
    """The ranges that two ascending lists of them have in common."""
    both, mine, yours = [], 0, 0
    while mine < len(ours) and yours < len(theirs):
        first = max(ours[mine][0], theirs[yours][0])
        last = min(ours[mine][1], theirs[yours][1])
        if first <= last:
            both.append((first, last))
        if ours[mine][1] == last:
            mine += 1
        else:
            yours += 1
    return both


def _joined(ranges):
    """Ascending ranges, those that touch each other as one."""
    joined = []
    for first, last in ranges:
        if joined and first <= joined[-1][1] + 1:
            first, before = joined.pop()
            last = max(last, before)
        joined.append((first, last))
    return joined


class PrefixTable:
    """Names by network: the most specific one answers, then the first added."""

    def __init__(self):
        self._tables = {4: {}, 6: {}}

    def add(self, network, name):
        table = self._tables[network.version].setdefault(network.prefixlen, {})
        table.setdefault(int(network.network_address), (name, network))

    def find(self, address):
        """(name, network), or None."""
        tables = self._tables[address.version]
        for length in sorted(tables, reverse=True):
            shift = address.max_prefixlen - length
            found = tables[length].get(int(address) >> shift << shift)
            if found:
                return found
        return None


def edges(network):
    """The first and last address of a network and their neighbours outside."""
    first, last = int(network.network_address), int(network.broadcast_address)
    kind = _ADDRESS[network.version]
    top = (1 << network.max_prefixlen) - 1
    numbers = {first, last, max(first - 1, 0), min(last + 1, top)}
    return [kind(number) for number in sorted(numbers)]


def random_member(rng, network):
    return network.network_address + rng.randrange(network.num_addresses)
