"""A DNS zone that a test can write out as well as look into."""

import collections
import re
import typing

RECORDS, VOID, FAILED = "records", "void", "failed"

REVERSE = ("in-addr.arpa", "ip6.arpa")

_LONGEST_CHAIN = 10


class Answer(typing.NamedTuple):
    """What a name server says to one question.

    `status` is RECORDS, VOID (NXDOMAIN or no such record) or FAILED (the name
    is in no zone served, so NSD refuses the question, or the question fails).
    `aliased` tells whether a CNAME led to it.
    """

    status: str
    values: tuple = ()
    aliased: bool = False


class Zone:
    """Everything below one apex, and below in-addr.arpa and ip6.arpa.

    `failures` are questions that fail, {(name, type): how}: those about an
    alias of the name, too, as with a resolver.

    Values are addresses as text, (preference, host) for MX, a host for CNAME and PTR,
    and for TXT the sequence of its strings as bytes.  A name may have any octets
    but backslashes.
    """

    def __init__(self, apex):
        self.apex = apex
        self._records = collections.defaultdict(list)
        self._names = set()
        self.failures = {}

    def names(self):
        return self._names

    def add(self, name, kind, *values):
        self._records[name.lower(), kind].extend(values)
        self._names.add(name.lower())

    def has(self, name, kind=None):
        """Whether the name has records, or records of that type."""
        if kind is None:
            return name.lower() in self._names
        return (name.lower(), kind) in self._records

    def lookup(self, name, kind):
        """Follows CNAMEs, as a resolver does."""
        name = name.lower().removesuffix(".")
        aliased = False
        for _ in range(_LONGEST_CHAIN):
            if not self._is_within(name) or (name, kind) in self.failures:
                return Answer(FAILED)
            alias = self._records.get((name, "CNAME"))
            if not alias:
                break
            name, aliased = alias[0].lower(), True
        values = tuple(self._records.get((name, kind), ()))
        return Answer(RECORDS if values else VOID, values, aliased)

    def failure(self, name, kind):
        """How this question fails; None if it does not."""
        name = name.lower().removesuffix(".")
        for _ in range(_LONGEST_CHAIN):
            if (name, kind) in self.failures:
                return self.failures[name, kind]
            alias = self._records.get((name, "CNAME"))
            if not alias:
                return None
            name = alias[0].lower()
        return None

    def hopeless(self):
        """The questions that fail, (name, type) each."""
        kinds = {kind for _, kind in self.failures}
        asked = {(name, kind) for name in self._names for kind in kinds}
        return [each for each in sorted(asked) if self.failure(*each)]

    def lines(self, apex=None):
        """The records below an apex in master format, for harness.nsd."""
        apex = apex or self.apex
        return [
            f"{_owner(name)}. IN {kind} {_rdata(kind, value)}"
            for (name, kind), values in self._records.items()
            if _is_at_or_below(name, apex)
            for value in values
        ]

    def nsd_zones(self):
        """All of them, as harness.nsd takes them."""
        return {apex: self.lines(apex) for apex in (self.apex, *REVERSE)}

    def _is_within(self, name):
        return any(_is_at_or_below(name, apex) for apex in (self.apex, *REVERSE))


def _is_at_or_below(name, apex):
    return name == apex or name.endswith("." + apex)


def _owner(name):
    return re.sub(r"[^a-z0-9._%*-]", lambda match: f"\\{ord(match[0]):03}", name)


def _rdata(kind, value):
    if kind == "TXT":
        return " ".join(f'"{_escaped(string)}"' for string in value)
    if kind == "MX":
        return f"{value[0]} {value[1]}."
    if kind in ("CNAME", "PTR"):
        return value + "."
    return value


def _escaped(string):
    """The octets of a character-string between quotes (RFC 1035 section 5.1)."""
    return "".join(
        chr(octet) if 0x20 <= octet < 0x7F and octet not in b'"\\;' else f"\\{octet:03}"
        for octet in string
    )
