"""pyspf as a judge: a process of its own, see judges.py.

Usage: pyspf_judge.py HOST PORT HELO; lines "ADDRESS DOMAIN" on stdin, a result
a line on stdout.
"""

import sys

import dns.resolver
import spf


def main():
    host, port, helo = sys.argv[1:]
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = [host], int(port)
    resolver.cache = dns.resolver.LRUCache(1 << 20)
    dns.resolver.default_resolver = resolver
    for line in sys.stdin:
        address, domain = line.split()
        sys.stdout.write(_result(address, domain, helo) + "\n")


def _result(address, domain, helo):
    try:
        return spf.query(i=address, s=f"postmaster@{domain}", h=helo).check()[0]
    except Exception as error:  # it is not ours, and may die of a record
        return f"died: {error}".splitlines()[0]


if __name__ == "__main__":
    main()
