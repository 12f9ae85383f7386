"""Addresses and networks: where networks end, and which of many answers."""

import bisect
import ipaddress


class AddressSet:
    """The addresses of some disjoint networks."""

    def __init__(self, networks):
        self._ranges = {4: [], 6: []}
        for network in networks:
            self._ranges[network.version].append(
                (int(network.network_address), int(network.broadcast_address))
            )
        for ranges in self._ranges.values():
            ranges.sort()

    def __contains__(self, address):
        ranges, number = self._ranges[address.version], int(address)
        at = bisect.bisect_right(ranges, (number, float("inf"))) - 1
        return at >= 0 and number <= ranges[at][1]


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
    kind = ipaddress.IPv4Address if network.version == 4 else ipaddress.IPv6Address
    top = (1 << network.max_prefixlen) - 1
    numbers = {first, last, max(first - 1, 0), min(last + 1, top)}
    return [kind(number) for number in sorted(numbers)]


def random_member(rng, network):
    return network.network_address + rng.randrange(network.num_addresses)
