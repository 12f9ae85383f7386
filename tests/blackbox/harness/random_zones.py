"""Random zones full of SPF records: sound, odd, faulty and hostile ones.

The same seed gives the same zone.  All addresses come from a few crowded
networks, so that terms overlap, nest and touch.
"""

import ipaddress
import random

from . import spf_record
from .zone import Zone

APEX = "test"
# Nobody serves it: NSD refuses the question, which is a temperror.
UNSERVED = "unserved.invalid"

_IP4_LENGTHS = [32] * 6 + [31, 30, 30, 29, 28, 27, 26, 25, 24, 24, 24, 23, 22, 20]
_IP4_WIDE = [0, 1, 2, 7, 8, 9, 12, 15, 16, 17, 19]
_IP6_LENGTHS = [128] * 6 + [127, 126, 125, 124, 120, 112, 96, 65, 64, 64, 63, 56, 48]
_IP6_WIDE = [0, 1, 3, 8, 16, 32, 33, 40, 47, 79, 80, 95]

_FAULTS = """
ip4 ip4: ip4/24 ip4:62.1.2 ip4:62.1.2.3/33 ip4:62.1.2.3/032 ip4:62.1.02.3 ip4:62.1.2.256
ip4:62.1.2.3:25 ip4:62.1.2.3/ ip4:62.1.2.3//64 ip4:62.1.2.3, ip4:h0.test ip4:2a01::1 ipv4:62.1.2.3
ip6 ip6: ip6:62.1.2.3 ip6:2a01::1/129 ip6:2a01::1::2 ip6:2a01:4f8 ip6:[2a01::1] ip6:2a01::1%eth0
ip6:2a01::1/064 ip6:2a01::12345 ip6:2a01::1/24/64
a: a:host a:1.2.3.4 a:h0.test/33 a:h0.test//129 a:h0.test/24/64 a/ a// a/024 a:/24 a:h0.test/ a, a:.
mx: mx:host mx/33 mx//129 mx/24//0128 mx:m0.test:25 mx:h0.t_st
include include: include:host include:_spf0.test/24 include/24 include:_spf0.test, include:_spf0.123
redirect= redirect=host redirect=_spf0.test/24 exp= exp=host
all: all:foo all/8 all. ptr: ptr/24 ptr:host exists exists: exists:host exists:h0.test/24
foo foo:bar.test foo/24 -foo prt +- - + --all +-all =x :a / /24 v=spf1: 1foo=x -foo=x +redirect=_spf0.test
a:%{x}.test a:%{d0}.test a:%{d}0 a:%{d a:%d.test a:% a:%{}.test a:%{1d}.test a:%{d1;}.test a:%{c}.test
foo=% foo=%(d) foo=%{x} foo=%{d foo=%{t}
""".split() + [
    "redirect=_spf0.test redirect=_spf1.test",
    "Redirect=_spf0.test redirect=_spf0.test",
    "exp=h0.test exp=h0.test",
    "exp=h0.test EXP=h0.test",
    "a\tmx",
    "ip4:62.1.2.3\t",
    "a:h\x7f0.test",
    "a:h\xe90.test",
    "foo=\xe9",
    "foo=a\tb",
    "\xa0",
    "all\r",
]

# Not faulty, and yet an error of whoever includes the record.
_TROUBLE = [
    f"a:h.{UNSERVED}",
    f"mx:m.{UNSERVED}",
    f"include:i.{UNSERVED}",
    f"redirect=nowhere.{APEX}",
    f"include:nowhere.{APEX}",
]

_HARMLESS = """
foo=bar foo= x-y.z_1=%{d}.%% foo=%{d1r-}%_%- ip4=62.1.2.3 include=_spf0.test a=1 all=no v=spf1 Foo=%{L}
exp=explain.%{d} exp=nowhere.test EXP=h0.test exp=%{d} exp=%{l}.%{ir}.test moo=%{s}%{h}%{i}
""".split()

_CLIENT_TERMS = """
ptr ptr:h0.test ptr:%{d} -ptr exists:h0.test exists:nowhere.test exists:%{ir}.bl.test exists:%{l}.h.test
a:%{l}.h.test a:%{ir}.%{v}.h.test mx:%{s}.test include:%{l}._spf0.test include:%{h} a:%{h}
""".split()

_MACRO_SPECS = """
%{d} h.%{d} %{o} h.%{o} %{v}.%{d} %{v}.v.test h.%{d1} %{d2} h.%{d2} h.%{d3} h.%{dr}.test h.%{d2r}.test h.%{o1r}.test
h.%{D} h.%{V}.test %{d1r}.test %{d1-}.test %{d2-}.test %{d-}.h.test %{dr-}.h.test %{o-._}.h.test %{d99}.h.test
%{v2-}.v.test %{vr-}.v.test %{d,+/=}.test a%%b.test a%_b.test a%-b.test h.%{d}. %{d}.%{o}.%{v}.test %{O2}.h.test
""".split()
_PLAIN_SPECS = "h.%{d} h.%{o} %{v}.%{d} %{v}.%{o} %{d2r}.h.test %{o1r}.%{d}".split()
# Of use where the domain has a hyphen.
_HYPHEN_SPECS = "%{d2-}.h.test %{dr-}.h.test %{o2-}.h.test %{d-}.h.test".split()
# Over 253 octets where the domain is long, so labels are cut.
_LONG_SPECS = [".".join(["%{d}"] * count) for count in (4, 5, 8)]


def random_zone(seed, size):
    """A zone, and the `size` domains in it that are to be listed."""
    return Builder(random.Random(seed)).build(size)


class Builder:
    """Makes a zone; a subclass may make other domains."""

    def __init__(self, rng):
        self._rng = rng
        self._zone = Zone(APEX)
        self._hosts = []
        self._mail_domains = []
        self._shared = []

    def build(self, size):
        self._make_hosts(max(20, size // 4))
        self._make_mail_domains(max(12, size // 12))
        self._make_providers(max(6, size // 30))
        domains = [self._domain_name(number) for number in range(size)]
        for number, domain in enumerate(domains):
            self._make_domain(domain, number)
        return self._zone, domains

    # Hosts.

    def _make_hosts(self, count):
        for number in range(count):
            host = f"h{number}.{APEX}"
            self._make_host(host)
            self._hosts.append(host)
        self._zone.add(f"in-addr.v.{APEX}", "A", self._ip4())
        self._zone.add(f"ip6.v.{APEX}", "AAAA", self._ip6())
        self._zone.add(f"addr.in.v.{APEX}", "A", self._ip4())
        self._hosts += [f"nowhere.{APEX}", f"also.nowhere.{APEX}"]

    def _make_host(self, host):
        kind = self._rng.choices(
            ["both", "ip4", "ip6", "many", "alias", "empty"], [6, 5, 3, 3, 4, 1]
        )[0]
        if kind == "alias":
            target = self._rng.choice(self._hosts or [f"nowhere.{APEX}"])
            self._zone.add(host, "CNAME", target)
        elif kind == "empty":
            self._zone.add(host, "TXT", (b"no addresses here",))
        if kind in ("both", "ip4", "many"):
            self._zone.add(host, "A", *self._several(self._ip4, kind))
        if kind in ("both", "ip6", "many"):
            self._zone.add(host, "AAAA", *self._several(self._ip6, kind))

    def _several(self, make, kind):
        count = self._rng.randint(2, 6) if kind == "many" else 1
        return {str(make()) for _ in range(count)}

    def _make_mail_domains(self, count):
        for number in range(count):
            name = f"m{number}.{APEX}"
            self._mail_domains.append(name)
            if number > 0 and self._rng.random() < 0.1:
                self._zone.add(name, "CNAME", self._mail_domains[0])
            else:
                self._zone.add(name, "MX", *self._exchanges())
        self._mail_domains.append(f"nowhere.{APEX}")

    def _exchanges(self):
        rng = self._rng
        count = rng.choices([1, 2, 3, 9, 10, 11, 14], [8, 6, 4, 1, 3, 3, 1])[0]
        hosts = rng.sample(self._hosts, min(count, len(self._hosts)))
        if rng.random() < 0.8:  # void lookups are frequent enough without
            hosts = [host for host in hosts if self._is_sound(host)] or hosts
        return [(rng.randint(0, 30), host) for host in hosts]

    def _is_sound(self, host):
        return self._zone.lookup(host, "A").values and self._zone.lookup(host, "AAAA").values

    # Records of others, which many domains share.

    def _make_providers(self, count):
        for number in range(count):
            name = f"_spf{number}.{APEX}"
            blocks = [f"_nb{n}.{name}" for n in range(self._rng.choice([0, 0, 1, 1, 2, 3]))]
            for block in blocks:
                self._publish(block, self._networks(3) + [self._end()])
            terms = [f"include:{block}" for block in blocks] + self._networks(2)
            if self._shared and self._rng.random() < 0.3:
                terms.append("include:" + self._rng.choice(self._shared))
            self._rng.shuffle(terms)
            self._publish(name, terms + [self._end()])
            self._shared.append(name)
        self._zone.add(APEX, "TXT", (b"v=spf1 ip4:62.1.9.0/24 ip6:2a01:4f8:1:9::/64 ?all",))
        for name in (f"_alias.{APEX}", f"_alias2.{APEX}"):
            self._zone.add(name, "CNAME", self._shared[-1])
            self._shared.append(name)

    # Domains to be listed.

    def _domain_name(self, number):
        return self._rng.choices(
            [f"d{number}", f"d-{number}", f"a_b.d{number}", f"{'x' * 50}.d{number}"],
            [20, 5, 2, 2],
        )[0] + f".{APEX}"

    def _make_domain(self, domain, number):
        rng = self._rng
        if rng.random() < 0.4:
            self._make_own_hosts(domain)
        kinds = {
            self._mixed: 30,
            self._customer: 10,
            self._spammer: 8,
            self._carved: 12,
            self._faulty: 12,
            self._at_term_limit: 9,
            self._at_void_limit: 6,
            self._looping: 4,
            self._at_mx_limit: 4,
            self._macros: 12,
            self._nested: 8,
            self._redirecting: 8,
        }
        terms = rng.choices(list(kinds), list(kinds.values()))[0](domain)
        self._publish(domain, terms)
        if rng.random() < 0.04:
            self._publish(domain, self._mixed(domain))  # a second record
        if rng.random() < 0.1:
            self._publish_other(domain)

    def _make_own_hosts(self, domain):
        zone = self._zone
        zone.add(domain, "A", *self._several(self._ip4, "one"))
        if self._rng.random() < 0.5:
            zone.add(domain, "AAAA", *self._several(self._ip6, "one"))
        if self._rng.random() < 0.7:
            zone.add(domain, "MX", *self._exchanges())
        zone.add(f"h.{domain}", "A", str(self._ip4()))
        zone.add(f"in-addr.{domain}", "A", str(self._ip4()))
        zone.add(f"ip6.{domain}", "AAAA", str(self._ip6()))

    def _mixed(self, domain):
        terms = [self._term() for _ in range(self._rng.randint(0, 8))]
        return terms + [self._end()]

    def _customer(self, domain):
        terms = ["include:" + self._provider() for _ in range(self._rng.randint(1, 3))]
        return terms + self._networks(2) + [self._end()]

    def _spammer(self, domain):
        rng = self._rng
        if rng.random() < 0.2:
            return self._networks(2) + [rng.choice(["+all", "all"])]
        terms = self._networks(rng.randint(4, 16))
        return rng.choice([["a", "mx"], [], ["mx"]]) + terms + [self._end()]

    def _carved(self, domain):
        terms = []
        for _ in range(self._rng.randint(1, 4)):
            network = self._network()
            inner = _subnetwork(self._rng, network)
            pair = [self._sign("-~?") + _ip(inner), self._sign("+") + _ip(network)]
            if self._rng.random() < 0.25:
                pair.reverse()  # too late
            terms += pair
        if self._rng.random() < 0.4:
            at = self._rng.randint(0, len(terms))
            terms.insert(at, self._sign("-~?") + "include:" + self._provider())
        if self._rng.random() < 0.3:
            terms.insert(0, self._sign("-~?") + self._host_term())
        return terms + [self._end()]

    def _faulty(self, domain):
        terms, fault = self._mixed(domain), self._rng.choice(_FAULTS)
        below = self._rng.random() < 0.4
        if below and self._rng.random() < 0.4:
            fault = self._rng.choice(_TROUBLE)
            terms = self._networks(1)
        terms.insert(self._rng.randint(0, len(terms)), fault)
        if not below:
            return terms
        name = f"_bad.{domain}"
        self._publish(name, terms)
        return self._networks(2) + ["include:" + name] + self._networks(2)

    def _at_term_limit(self, domain):
        """Nine to twelve DNS terms, some of them below, none of them void."""
        rng = self._rng
        count, terms, spent = rng.randint(9, 12), [], 0
        sound = [host for host in self._hosts if self._is_sound(host)]
        while spent < count:
            if rng.random() < 0.2 and count - spent > 2:
                name = f"_in{len(terms)}.{domain}"
                inner = rng.randint(1, 2)
                self._publish(name, [self._counted_term(sound) for _ in range(inner)])
                terms.append(self._sign("+-") + "include:" + name)
                spent += 1 + inner
            else:
                terms.append(self._sign("+++-~") + self._counted_term(sound))
                spent += 1
        for network in self._networks(3):
            terms.insert(rng.randint(0, len(terms)), network)
        if rng.random() < 0.3:
            return terms + ["redirect=" + self._provider()]
        return terms + self._networks(2) + [self._end()]

    def _counted_term(self, sound):
        name = self._rng.choice(sound)
        flat = [shared for shared in self._shared if self._is_flat(shared)]
        if flat and self._rng.random() < 0.3:
            return "include:" + self._rng.choice(flat)
        if self._rng.random() < 0.05:
            return "ptr"
        return f"a:{name}" + self._rng.choice(["", "", "/28", "//120", "/30//64"])

    def _is_flat(self, name):
        texts = self._zone.lookup(name, "TXT").values
        return not any(b"include" in b"".join(strings).lower() for strings in texts)

    def _at_void_limit(self, domain):
        terms = []
        for number in range(self._rng.randint(2, 4)):
            terms.append(
                self._rng.choice(
                    [
                        f"a:void{number}.{APEX}",
                        f"mx:void{number}.{APEX}",
                        f"a:in-addr.v.{APEX}",
                        f"a:ip6.v.{APEX}",
                        "a:" + self._rng.choice(self._hosts),
                        "mx:" + self._rng.choice(self._mail_domains),
                    ]
                )
            )
            terms += self._networks(1)
        return terms + self._networks(1) + [self._end()]

    def _at_mx_limit(self, domain):
        sound = [host for host in self._hosts if self._is_sound(host)]
        count = min(self._rng.randint(9, 12), len(sound))
        hosts = self._rng.sample(sound, count)
        if not self._zone.has(domain, "MX"):
            exchanges = [(self._rng.randint(0, 30), host) for host in hosts]
            self._zone.add(domain, "MX", *exchanges)
        term = self._sign("++-") + self._rng.choice(["mx", f"mx:{domain}", "mx/28//96"])
        return self._networks(1) + [term] + self._networks(2) + [self._end()]

    def _looping(self, domain):
        rng = self._rng
        other = f"_loop.{domain}"
        back = self._networks(1) + [rng.choice([f"include:{domain}", f"redirect={domain}"])]
        self._publish(other, self._networks(1) + back)
        step = rng.choice(
            [f"include:{other}", f"redirect={other}", f"include:{domain}", "include:%{d}"]
        )
        return self._networks(2) + [step] + self._networks(1)

    def _macros(self, domain):
        name = domain
        if self._rng.random() < 0.5:  # where %{d} and %{o} are not the same
            name = f"_m.{domain}"
        count = self._rng.randint(1, 4)
        terms = [self._macro_term(name, domain) for _ in range(count)]
        if name != domain:
            self._publish(name, terms + [self._end()])
            terms = [self._rng.choice(["include:", "redirect="]) + name]
            return self._networks(1) + terms
        return terms + self._networks(1) + [self._end()]

    def _macro_term(self, domain, listed):
        """For the record of `domain`, in the tree of `listed`."""
        rng = self._rng
        spec = rng.choice(_PLAIN_SPECS if rng.random() < 0.5 else _MACRO_SPECS)
        if len(domain) > 50 and rng.random() < 0.6:
            spec = rng.choice(_LONG_SPECS)
        elif "-" in domain and rng.random() < 0.6:
            spec = rng.choice(_HYPHEN_SPECS)
        name = rng.choices(["a", "mx", "include", "exists"], [6, 2, 3, 0.3])[0]
        if rng.random() < 0.8:
            self._make_target(name, spec, domain, listed)
        length = self._lengths() if name in ("a", "mx") else ""
        return self._sign("+++-") + f"{name}:{spec}{length}"

    def _make_target(self, name, spec, domain, listed):
        """Gives the name that the spec stands for something to find."""
        for version in ("in-addr", "ip6"):
            values = {"d": domain, "o": listed, "v": version}
            target = spf_record.expand(spec, values).lower()
            if self._zone.has(target) or not _may_own_records(target):
                continue
            if name == "include" and target in (domain, listed):
                continue
            if name == "include":
                self._publish(target, self._networks(2) + [self._end()])
            elif name == "mx":
                self._zone.add(target, "MX", *self._exchanges())
            else:
                self._zone.add(target, "A", str(self._ip4()))
                self._zone.add(target, "AAAA", str(self._ip6()))

    def _nested(self, domain):
        """Includes four deep, each level with terms, ends and signs of its own."""
        name, inner = f"_n0.{domain}", self._networks(3) + [self._end()]
        for depth in range(1, self._rng.randint(2, 5)):
            self._publish(name, inner)
            step = self._rng.choice(["include:", "include:", "redirect="]) + name
            if step.startswith("include"):
                step = self._sign("++++-?") + step
            inner = self._networks(1) + [step] + self._networks(1)
            inner += [self._end()] if step[0] != "r" or self._rng.random() < 0.2 else []
            name = f"_n{depth}.{domain}"
        return inner

    def _redirecting(self, domain):
        rng = self._rng
        target = rng.choice(
            [self._provider(), f"nowhere.{APEX}", f"_r.{domain}", f"_r.{domain}", f"h0.{APEX}"]
        )
        if target == f"_r.{domain}":
            self._publish(target, self._mixed(domain))
        modifier = rng.choice(["redirect=", "redirect=", "redirect=", "REDIRECT=", "Redirect="])
        terms = [self._term() for _ in range(rng.randint(0, 4))]
        terms.insert(rng.randint(0, len(terms)), modifier + target)
        return terms + ([rng.choice(["-all", "~all", "?all"])] if rng.random() < 0.3 else [])

    # Terms.

    def _term(self):
        rng = self._rng
        kind = rng.choices(
            ["network", "host", "include", "harmless", "client", "missing", "refused", "malformed"],
            [24, 14, 8, 2, 0.5, 0.5, 0.8, 0.4],
        )[0]
        sign = self._sign("++++++-~?")
        if kind == "network":
            return sign + _ip(self._network())
        if kind == "host":
            return sign + self._host_term()
        if kind == "include":
            return sign + "include:" + self._provider()
        if kind == "missing":
            return sign + f"include:nowhere.{APEX}"
        if kind == "refused":
            return sign + rng.choice(["a:h.", "mx:m.", "include:i."]) + UNSERVED
        if kind == "malformed":
            name = rng.choice(["a..b", "x" * 64, ".x", "x" * 64 + ".y"])
            return sign + rng.choice(["a:", "mx:", "include:"]) + f"{name}.{APEX}"
        return rng.choice(_HARMLESS if kind == "harmless" else _CLIENT_TERMS)

    def _host_term(self):
        rng = self._rng
        if rng.random() < 0.25:
            return rng.choice(["a", "mx"]) + self._lengths()
        if rng.random() < 0.7:
            name = "a:" + rng.choice(self._hosts)
        else:
            name = "mx:" + rng.choice(self._mail_domains)
        return name + rng.choice(["", "", "", "."]) + self._lengths()

    def _lengths(self):
        rng = self._rng
        ip4 = f"/{self._length(_IP4_LENGTHS, _IP4_WIDE)}" if rng.random() < 0.4 else ""
        ip6 = f"//{self._length(_IP6_LENGTHS, _IP6_WIDE)}" if rng.random() < 0.4 else ""
        return ip4 + ip6

    def _networks(self, count):
        return [self._sign("++++++-~?") + _ip(self._network()) for _ in range(count)]

    def _provider(self):
        return self._rng.choice(self._shared)

    def _end(self):
        return self._rng.choices(
            ["-all", "~all", "?all", "", "+all", "all ip4:62.1.0.0/16"], [12, 12, 4, 6, 0.4, 0.3]
        )[0]

    def _sign(self, among):
        sign = self._rng.choice(among)
        return "" if sign == "+" and self._rng.random() < 0.8 else sign

    # Addresses.

    def _network(self):
        """With host bits, as it may stand in a record."""
        if self._rng.random() < 0.65:
            address = self._ip4()
            length = self._length(_IP4_LENGTHS, _IP4_WIDE)
        else:
            address = self._ip6()
            length = self._length(_IP6_LENGTHS, _IP6_WIDE)
        return address, length

    def _length(self, usual, wide):
        return self._rng.choice(wide if self._rng.random() < 0.04 else usual)

    def _ip4(self):
        rng = self._rng
        where = rng.random()
        if where < 0.5:
            number = 0x3E010000 + rng.randint(0, 1023)  # 62.1.0.0/22
        elif where < 0.95:
            number = 0x3E010000 + rng.randint(0, 0xFFFF)
        else:
            number = rng.choice([0, 2**32 - 1, 0x7F000001, rng.getrandbits(32)])
        return ipaddress.IPv4Address(number)

    def _ip6(self):
        rng = self._rng
        where = rng.random()
        if where < 0.9:
            subnet = rng.randint(0, 3) << 64 | rng.choice([0, 0, 1 << 32, rng.getrandbits(64)])
            number = (0x2A0104F80001 << 80) | subnet | rng.randint(0, 255)
        elif where < 0.95:
            number = 0xFFFF << 32 | int(self._ip4())  # mapped
        else:
            number = rng.choice([0, 1, 2**128 - 1, rng.getrandbits(128)])
        return ipaddress.IPv6Address(number)

    # Publishing.

    def _publish(self, name, terms):
        text = self._spelled(["v=spf1"] + [term for term in terms if term])
        self._zone.add(name, "TXT", _cut(self._rng, text.encode("latin-1")))

    def _publish_other(self, name):
        text = self._rng.choice(
            [
                b"", b"google-site-verification=x", b"v=spf10 ip4:62.1.0.0/16 -all",
                b"v=spf1-all", b"v=spf1\tip4:62.1.0.0/16", b"spf2.0/mfrom ip4:62.1.0.0/16",
                b" v=spf1 ip4:62.1.0.0/16", b"v=spf1\xa0all", b"\xff\xfe\"\\;",
            ]
        )
        self._zone.add(name, "TXT", _cut(self._rng, text))

    def _spelled(self, terms):
        """One text, perhaps with odd case and spacing."""
        rng = self._rng
        if rng.random() < 0.15:
            terms = [_recased(rng, term) for term in terms]
        if rng.random() < 0.15:
            return "".join(term + " " * rng.randint(1, 3) for term in terms)
        return " ".join(terms)


def networks_of(zone, domain):
    """Every network that occurs anywhere in the tree of a domain's record."""
    found, seen, queue = set(), set(), [domain]
    while queue:
        name = queue.pop().lower()
        if name in seen or len(seen) > 200:
            continue
        seen.add(name)
        for strings in zone.lookup(name, "TXT").values:
            text = b"".join(strings).decode("latin-1")
            for term in text.split(" ")[1:]:
                _scan(term, zone, name, domain, found, queue)
    return found


def _scan(term, zone, name, listed, found, queue):
    """Adds the networks in a term to `found`, whom it leads to to `queue`."""
    kind, _, argument = term.lstrip("+-~?").partition(":")
    modifier, _, value = term.partition("=")
    if modifier.lower() == "redirect":
        kind, argument = "include", value
    kind = kind.lower()
    try:
        if kind in ("ip4", "ip6"):
            found.add(ipaddress.ip_network(argument, strict=False))
        elif kind == "include":
            queue += _targets(argument, name, listed)
        elif kind.partition("/")[0] in ("a", "mx"):
            _scan_hosts(term.lstrip("+-~?"), zone, name, listed, found)
    except (ValueError, KeyError):
        pass  # a faulty term names no network


def _scan_hosts(term, zone, name, listed, found):
    head, _, ip6 = term.partition("//")
    head, slash, ip4 = head.rpartition("/") if "/" in head else (head, "", "")
    kind, _, spec = head.partition(":")
    for target in _targets(spec, name, listed) if spec else [name]:
        hosts = [target]
        if kind.lower() == "mx":
            hosts = [host for _, host in zone.lookup(target, "MX").values]
        for host in hosts:
            for record, length in (("A", ip4), ("AAAA", ip6)):
                for address in zone.lookup(host, record).values:
                    text = f"{address}/{length}" if length else str(address)
                    found.add(ipaddress.ip_network(text, strict=False))


def _targets(spec, name, listed):
    return {
        spf_record.expand(spec, {"d": name, "o": listed, "v": version})
        for version in ("in-addr", "ip6")
    }


def _ip(network):
    address, length = network
    full = 32 if address.version == 4 else 128
    text = str(address)
    if address.version == 6 and length % 3 == 1:
        text = address.exploded.upper()
    return f"ip{address.version}:{text}" + ("" if length == full else f"/{length}")


def _subnetwork(rng, network):
    address, length = network
    full = 32 if address.version == 4 else 128
    longer = min(full, length + rng.randint(1, 6))
    span = 1 << (full - length)
    first = int(address) // span * span
    return type(address)(first + rng.randrange(span)), longer


def _recased(rng, term):
    """Anything but macros in odd case; a macro's case has a meaning."""
    if "%" in term:
        return term
    return "".join(rng.choice([c.upper(), c.lower()]) for c in term)


def _cut(rng, text):
    """The strings of a TXT record: joined without a space they are the text."""
    pieces = rng.choice([1, 1, 1, 2, 3, 5])
    cuts = sorted(rng.randint(0, len(text)) for _ in range(pieces - 1))
    strings = []
    for first, last in zip([0] + cuts, cuts + [len(text)]):
        piece = text[first:last]
        strings += [piece[at : at + 255] for at in range(0, len(piece), 255)] or [b""]
    return tuple(strings)


def _may_own_records(name):
    """Whether the name can stand in a master file as it is."""
    labels = name.split(".")
    return (
        name.endswith("." + APEX)
        and len(name) <= 253
        and all(0 < len(label) < 64 for label in labels)
        and all(c.isalnum() or c in "-_." for c in name)
    )
