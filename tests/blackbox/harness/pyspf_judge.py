"""pyspf as a judge: a process of its own, see judges.py.

Usage: pyspf_judge.py HOST PORT HOPELESS; lines [ADDRESS, SENDER, HELO] in JSON on
stdin, a result a line on stdout.  HOPELESS is a file, see judges.py.
"""

import inspect
import json
import sys

import dns.resolver
import spf


class RememberingResolver(dns.resolver.Resolver):
    """Answers never change while a judge sits, nor do failures."""

    def __init__(self, hopeless):
        super().__init__(configure=False)
        self._hopeless = hopeless
        self._failures = {}
        self._signature = inspect.signature(super().resolve)

    def resolve(self, qname, *others, **settings):
        call = self._signature.bind(qname, *others, **settings).arguments
        asked = f"{str(qname).rstrip('.').lower()} {call['rdtype']}"
        if asked in self._hopeless:
            call["lifetime"] = 0.05
        try:
            if asked in self._failures:
                raise self._failures[asked]
            return super().resolve(**call)
        except (dns.exception.Timeout, dns.resolver.NoNameservers) as failure:
            self._failures[asked] = failure
            raise


def main():
    host, port, hopeless = sys.argv[1:]
    with open(hopeless, encoding="ascii") as file:
        resolver = RememberingResolver(set(file.read().splitlines()))
    resolver.nameservers, resolver.port = [host], int(port)
    resolver.cache = dns.resolver.LRUCache(1 << 20)
    dns.resolver.default_resolver = resolver
    for line in sys.stdin:
        sys.stdout.write(_result(*json.loads(line)) + "\n")


def _result(address, sender, helo):
    try:
        return spf.query(i=address, s=sender, h=helo).check()[0]
    except Exception as error:  # it is not ours, and may die of a record
        return f"died: {error}".splitlines()[0]


if __name__ == "__main__":
    main()
