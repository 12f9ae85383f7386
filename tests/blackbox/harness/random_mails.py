"""Random zones whose records depend on the mail, and mails for them: odd senders
and HELOs, clients with names that the DNS confirms and others.

The same seed gives the same.
"""

import ipaddress
import random

from . import spf_record
from .check_host import HELO, Mail, client
from .random_zones import APEX, Builder

MAILS_A_DOMAIN = 6

# No ptr:%{p}: Mail::SPF looks for the name once for each name of the client.
# No backslashes: both judges take them for the escapes of master files.
_LOCAL_PARTS = """
a bob Bob postmaster strong-bad a.b.c a+tag A.B-c_d =x/y 1.2.3 %20 %{d} o'neil a,b=c a- -a a-- --
.a a. a..b user%example "quoted" ~tilde !bang $money a@b #1 a|b {x} a&b ?q a*b
""".split() + [
    '"a b"',
    '"a;b(c)"',
    '"a@b"',
    "@route.test,@by.test:a",  # of RFC 821
    "\u00e4",  # as RFC 6531 has it
    "a\tb",
    "a\rb",
    "x" * 63,
    "x" * 64,
    "x" * 70,
    ".".join(["long"] * 12),
    "l" * 60 + "." + "m" * 60,
]

_HELOS = """
mail.helo.test MAIL.Helo.Test h0.test h1.test x localhost [62.1.0.1] [IPv6:2a01:4f8::1] 62.1.0.1
a-b.c_d.test nowhere.test -.test a..b
""".split() + ["y" * 70 + ".test", ".".join(["long-label"] * 20)]

# Behind each an "x" of the domain, so that there is room for what they lead to.
_MACROS = """
%{l} %{L} %{s} %{S} %{i} %{I} %{ir}.%{v} %{ir}.%{v} %{h} %{H} %{p} %{P} %{o} %{d} %{lr} %{lr-} %{l-} %{l-+_=,/}
%{l1r-} %{l1} %{l2} %{l1+} %{lr+-} %{s1} %{s2} %{sr} %{sr-} %{s1r-} %{i1} %{i2} %{i3r} %{i4r} %{i32r} %{h1} %{h2} %{hr} %{hr-} %{h2r-}
%{p1} %{p2} %{pr} %{pr-} %{p1r-} %{l-}.%{ir} %{l}.%{h1}.%{p1} %{L-}%{O} %{v} %{V}.%{l} %{lR} %{iR}.%{v} %{lR-} a%{l}b %{l}%{l} %{o1r}
%%%{l} %{l}%_%{h1} %-%{l}
%{l}.%{l}.%{l}.%{l}.%{l} %{s}.%{s}.%{s}.%{s}.%{s}.%{s}.%{s}.%{s} %{h}.%{h}.%{h}
""".split()
# Which end the spec themselves.
_WHOLE = "%{p} %{h} %{P} %{H} %{o} h.%{p} h.%{h} %{p2} %{d2} %{s} %{h2} %{l}.%{p}".split()

_FAULTS = """
exists:%{c}.x.test exists:%{r}.x.test exists:%{t}.x.test exists:%{l0}.x.test exists:%{z}.x.test exists:%{l}%{
exists:%{l;}.x.test exists:%{l exists: exists ptr: ptr/24 ptr:h0.test/24 exists:%{l}.x.test/24 exists:x.1 ptr:%{l}x
exists:%l.x.test a:%{i}.x.test/33 include:%{s}x redirect=%{l}.1
""".split()


def random_mail_zone(seed, size):
    """A zone with `size` domains, and mails that claim them."""
    builder = _MailBuilder(random.Random(seed))
    zone, domains = builder.build(size)
    return zone, domains, builder.mails


class _MailBuilder(Builder):
    def __init__(self, rng):
        super().__init__(rng)
        self.mails = []
        self._clients = 0

    # Mails.

    def _make_domain(self, domain, number):
        if self._rng.random() < 0.5:
            self._make_own_hosts(domain)
        clients = [self._make_client(domain) for _ in range(3)]
        mails = [self._mail(domain, clients) for _ in range(MAILS_A_DOMAIN)]
        self.mails += mails
        self._publish(domain, self._terms(domain, domain, mails))

    def _mail(self, domain, clients):
        rng = self._rng
        address = rng.choice(clients)
        if address.version == 4 and rng.random() < 0.05:
            address = f"::ffff:{address}"
        helo = rng.choice([HELO, domain, f"mail.{domain}", rng.choice(_HELOS)])
        kind = rng.random()
        if kind < 0.12:
            sender, helo = "", rng.choice([domain, domain.upper(), rng.choice(_HELOS[:4])])
        elif kind < 0.15:
            sender = "@" + domain
        elif kind < 0.18:
            sender = domain
        elif kind < 0.2:
            sender = rng.choice(["a@localhost", "a@b..c", f"a@.{domain}", f"a@x.{domain}"])
        else:
            sender = f"{rng.choice(_LOCAL_PARTS)}@{rng.choice([domain, domain, domain.upper()])}"
        return Mail(str(address), sender, helo)

    # Clients and their names.

    def _make_client(self, domain):
        """An address of its own, with names or without."""
        rng, self._clients = self._rng, self._clients + 1
        if rng.random() < 0.65:
            address = ipaddress.IPv4Address(0x3E020000 + self._clients)
        else:
            address = ipaddress.IPv6Address((0x2A0104F80002 << 80) + self._clients)
        kind = rng.choices(
            ["none", "one", "few", "many", "late", "alias"], [6, 8, 6, 2, 2, 2]
        )[0]
        if kind == "none":
            return address
        count = {"few": rng.randint(2, 5), "many": rng.randint(10, 14)}.get(kind, 1)
        # Void lookups end a check soon enough.
        names = [self._client_name(domain, address, count < 6) for _ in range(count)]
        if kind == "late":
            names = self._names_up_to_a_late_one(domain, address)
        owner = address.reverse_pointer
        if kind == "alias":
            apex = owner.partition(".arpa")[0].rpartition(".")[2] + ".arpa"
            alias = f"alias{self._clients}.{apex}"
            self._zone.add(owner, "CNAME", alias)
            owner = alias
        self._zone.add(owner, "PTR", *dict.fromkeys(names))
        return address

    def _names_up_to_a_late_one(self, domain, address):
        """The tenth or the eleventh is confirmed, and no other."""
        names = [f"l{self._clients}-{n}.{domain}" for n in range(self._rng.choice([10, 11]))]
        for name in names[:-1]:
            self._zone.add(name, "A", str(self._ip4()))
            self._zone.add(name, "AAAA", str(self._ip6()))
        self._zone.add(names[-1], "A" if address.version == 4 else "AAAA", str(address))
        return names

    def _client_name(self, domain, address, may_be_void):
        rng = self._rng
        name = rng.choice(
            [
                f"c{self._clients}-{rng.randint(0, 99)}.{domain}",
                f"C{self._clients}-{rng.randint(0, 99)}.{domain}",
                f"c{self._clients}-{rng.randint(0, 99)}.names.{APEX}",
                f"c{self._clients}.not{domain}",
                domain,
            ]
        )
        kind = rng.choices(["confirmed", "other", "both", "void"], [6, 3, 2, may_be_void])[0]
        if self._zone.has(name) or kind == "void" or len(name) > 200:
            return name
        if kind in ("confirmed", "both"):
            self._zone.add(name, "A" if address.version == 4 else "AAAA", str(address))
        if kind in ("other", "both"):
            self._zone.add(name, "A", str(self._ip4()))
            self._zone.add(name, "AAAA", str(self._ip6()))
        return name

    # Records.

    def _terms(self, domain, listed, mails, depth=0):
        """Of a record of `domain`, in the tree of `listed`."""
        rng = self._rng
        terms = [self._mail_term(domain, listed, mails, depth) for _ in range(rng.randint(1, 5))]
        if rng.random() < 0.25:
            terms += self._networks(1)
        if rng.random() < 0.15:
            terms.append(self._sign("+-~?") + self._host_term())
        if rng.random() < 0.05:
            terms.append(rng.choice(_FAULTS))
        if rng.random() < 0.05:
            terms.append(rng.choice(["exp=%{ir}.x.test", "foo=%{p}", "exp=nowhere.test"]))
        rng.shuffle(terms)
        if rng.random() < 0.15 and depth < 2:
            return terms + ["redirect=" + self._mail_spec("include", domain, listed, mails, depth)]
        return terms + [self._end()]

    def _mail_term(self, domain, listed, mails, depth):
        rng = self._rng
        name = rng.choices(
            ["exists", "ptr", "a", "mx", "include"], [10, 5, 4, 1, 2 if depth < 2 else 0]
        )[0]
        sign = self._sign("+++-~?")
        spelled = _in_spec(domain)
        if name == "ptr":
            return sign + rng.choice(
                ["ptr", "ptr", f"ptr:{spelled}", f"ptr:names.{APEX}", "ptr:%{o}", "ptr:%{d2}",
                 "PTR:%{h}", f"ptr:nowhere.{APEX}", f"ptr:{spelled}."]
            )
        length = self._lengths() if name in ("a", "mx") and rng.random() < 0.3 else ""
        return sign + f"{name}:" + self._mail_spec(name, domain, listed, mails, depth) + length

    def _mail_spec(self, name, domain, listed, mails, depth):
        rng = self._rng
        if rng.random() < 0.2:
            spec = rng.choice(_WHOLE)
        else:
            spec = f"{rng.choice(_MACROS)}.{rng.choice(['x', 'y'])}.{rng.choice(['%{d}', '%{o}', _in_spec(domain)])}"
        for mail in mails:
            if rng.random() < 0.4:
                self._make_mail_target(name, spec, domain, listed, mail, depth)
        return spec

    def _make_mail_target(self, name, spec, domain, listed, mail, depth):
        """Gives the name that the spec stands for, for that mail, what to find."""
        address = client(mail.address)
        target = spf_record.expand(spec, self._values(mail, address, domain, listed)).lower()
        if self._zone.has(target) or not _may_be_owner(target):
            return
        if name == "include":
            self._publish(target, self._terms(target, listed, [mail], depth + 1))
        elif name == "mx":
            self._zone.add(target, "MX", *self._exchanges()[:5])
        else:
            is_client = self._rng.random() < 0.5
            ip4 = address if is_client and address.version == 4 else self._ip4()
            ip6 = address if is_client and address.version == 6 else self._ip6()
            if self._rng.random() < 0.8:
                self._zone.add(target, "A", str(ip4))
            if self._rng.random() < 0.8:
                self._zone.add(target, "AAAA", str(ip6))

    def _values(self, mail, address, domain, listed):
        local = mail.sender.rpartition("@")[0] or "postmaster"
        names = self._zone.lookup(address.reverse_pointer, "PTR").values
        dotted = ".".join(address.exploded.replace(":", ""))
        return {
            "l": local,
            "s": f"{local}@{listed}",
            "o": listed,
            "d": domain,
            "i": str(address) if address.version == 4 else dotted,
            "v": "in-addr" if address.version == 4 else "ip6",
            "h": mail.helo,
            "p": self._rng.choice(names) if names else "unknown",
        }


def _in_spec(domain):
    """How a domain-spec names it, whatever there is in its name."""
    return domain.replace("%", "%%").replace(" ", "%_")


def _may_be_owner(name):
    """Whether the zone can have it."""
    labels = name.split(".")
    return (
        name.endswith("." + APEX)
        and len(name) <= 253
        and all(0 < len(label) < 64 for label in labels)
        and "*" not in labels
        and name.isascii()
    )
