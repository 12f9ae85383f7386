"""The openspf.org test suite for RFC 7208, as Debian packages it."""

import dataclasses
import ipaddress
import re

import yaml

# Debian: golang-blitiri-go-spf-dev.
SUITE_FILE = (
    "/usr/share/gocode/src/blitiri.com.ar/go/spf/testdata/rfc7208-tests.yml"
)

_TYPES = ("TXT", "MX", "A", "AAAA")


@dataclasses.dataclass(frozen=True)
class Case:
    """One call of check_host() and what it may return."""

    name: str
    domain: str  # of MAIL FROM, or of HELO where that is empty
    host: str  # the client's address, as the suite writes it
    results: frozenset  # of "pass", "fail", "permerror", ...
    sender: str = ""  # of MAIL FROM, as the suite writes it
    helo: str = ""
    is_explained: bool = False  # says what explanation a fail comes with

    @property
    def listable_domain(self):
        """The sender's domain in lower case; empty if it is no domain name."""
        labels = self.domain.split(".")
        is_name = len(labels) > 1 and all(
            re.fullmatch(r"[a-z0-9_-]{1,63}", label, re.IGNORECASE) for label in labels
        )
        return self.domain.lower() if is_name else ""

    @property
    def address(self):
        """The client's address; an IPv4-mapped one is IPv4 (RFC 7208 section 5)."""
        address = ipaddress.ip_address(self.host)
        return getattr(address, "ipv4_mapped", None) or address

    @property
    def listed(self):
        """Whether the host is listed for the domain; None if both are right."""
        if "pass" in self.results and len(self.results) > 1:
            return None
        return "pass" in self.results


class SuiteZone:
    """What the name servers of a scenario know.

    records    {(name, type): [values]}, as ScriptedDns takes it
    timing_out (name, type) of what they do not answer
    looping    names whose CNAMEs go around
    """

    def __init__(self, zonedata):
        self.records = {}
        self.timing_out = set()
        self.looping = set()
        for name, entries in zonedata.items():
            self._add(name.lower(), entries)

    def spf_record(self, domain):
        """The domain's one SPF record (RFC 7208 section 4.5), if it has that."""
        name, seen = domain.lower().rstrip("."), set()
        while (name, "CNAME") in self.records and name not in seen:
            seen.add(name)
            name = self.records[name, "CNAME"][0]
        texts = ["".join(text) for text in self.records.get((name, "TXT"), ())]
        found = [text for text in texts if (text + " ").lower().startswith("v=spf1 ")]
        return found[0] if len(found) == 1 else None

    def has_host_name(self, address):
        """Whether a client has a PTR record."""
        return (address.reverse_pointer.lower(), "PTR") in self.records

    def _add(self, name, entries):
        kinds = {kind for entry in entries for kind in entry}
        for entry in entries:
            for kind, value in entry.items():
                if kind == "SPF" and "TXT" not in kinds:
                    # The suite's custom: one entry for both types.
                    self._add_record(name, "TXT", value)
                elif kind == "CNAMELOOP":
                    self.looping.add(name)
                elif kind not in ("SPF", "TIMEOUT") and value != "NONE":
                    self._add_record(name, kind, value)
        if "TIMEOUT" in kinds:
            self.timing_out |= {
                (name, kind) for kind in _TYPES if (name, kind) not in self.records
            }

    def _add_record(self, name, kind, value):
        if kind == "TXT":
            value = (value,) if isinstance(value, str) else tuple(value)
        elif kind == "MX":
            value = "{} {}".format(value[0], value[1] or ".")
        elif kind in ("CNAME", "PTR"):
            value = value.lower().rstrip(".")
        self.records.setdefault((name, kind), []).append(value)


@dataclasses.dataclass(frozen=True)
class Scenario:
    """Cases about one zone."""

    description: str
    zone: SuiteZone
    cases: tuple


def read_suite(path=SUITE_FILE):
    """Every scenario of the suite."""
    with open(path, encoding="utf-8") as file:
        return [_scenario(document) for document in yaml.safe_load_all(file)]


def _scenario(document):
    cases = tuple(_case(name, test) for name, test in document["tests"].items())
    return Scenario(document["description"], SuiteZone(document["zonedata"]), cases)


def _case(name, test):
    domain = (test["mailfrom"] or test["helo"]).rpartition("@")[2]
    results = test["result"]
    results = frozenset([results] if isinstance(results, str) else results)
    return Case(
        name,
        domain,
        test["host"],
        results,
        test["mailfrom"] or "",
        test["helo"],
        "explanation" in test,
    )
