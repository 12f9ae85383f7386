"""Behaviours whose messages are sound and whose records would list too much."""

from .hostile_dns import FORGED_ADDRESS, Behaviours, spf

EVERYONE = Behaviours()  # +all in every disguise
INNOCENTS = Behaviours()  # others' networks
ODDITIES = Behaviours()  # TTLs, control characters, syntax

# What the tests' configuration never lists; see test_hostile_dns.
PROVIDER = "62.60.0.0/16"  # of an allowed domain
PROVIDER_IPV6 = "2a01:60::/32"
OWN = "62.50.0.0/24"  # an allowed network
SHARED = "_spf.shared.test"  # an include that is not followed

_TOO_WIDE = r"not listed in full.*too wide"
_ALLOWED = "kept off by allow"

# No wider than limits.widest_ipv4, or the limit alone would keep them off.
_SPECIAL = (
    "0.0.0.0/16", "10.0.0.0/16", "100.64.0.0/16", "127.0.0.0/16", "169.254.0.0/16",
    "172.16.0.0/16", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/16",
    "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/16", "240.0.0.0/16",
    "255.255.255.255",
)  # fmt: skip
_SPECIAL_IPV6 = "ip6:::1 ip6:fe80::/32 ip6:fd00::/32 ip6:ff02::/32 ip6:2001:db8::/32"


def _limited(name):
    return f"refused by a limit.*limit={name}"


# Everyone.


def _everyone(name, terms, claim, says=_TOO_WIDE, lists=True, **records):
    def act(q):
        told = terms.format(domain=q.domain, network=q.network, prefix=q.prefix)
        return {**spf(told), **records}

    act.__name__, act.__doc__ = name, claim
    EVERYONE(lists=lists, says=says)(act)


_HALVES = "ip4:0.0.0.0/1 ip4:128.0.0.0/1 ip6:::/1 ip6:8000::/1"
_EIGHTS = " ".join(f"ip4:{first}.0.0.0/8" for first in range(256))

for _name, _terms, _claim in (
    ("plus-all", "ip4:{network} +all", "+all"),
    ("bare-all", "ip4:{network} all", "all"),
    ("upper-all", "ip4:{network} +ALL", "+ALL"),
    ("all-but-one", "ip4:{network} -ip4:8.8.4.4 +all", "+all, but for one"),
    ("slash-0", "ip4:{network} ip4:0.0.0.0/0 ip6:::/0 -all", "two networks of /0"),
    ("halves", f"ip4:{{network}} {_HALVES} -all", "networks of /1"),
    ("eights", f"ip4:{{network}} {_EIGHTS} -all", "256 networks of /8"),
    ("nines", "ip4:{network} ip4:8.0.0.0/9 ip6:2600::/12 -all", "/9, and IPv6 /12"),
    ("fifteen", "ip4:{network} ip4:8.8.0.0/15 ip6:2606:4700::/31 -all", "/15, /31"),
):
    _everyone(_name, _terms, _claim)

_everyone("a-slash-0", "ip4:{network} a/0//0 -all", "a/0", A=[FORGED_ADDRESS],
          AAAA=["2a01:66::1"])  # fmt: skip
_everyone("mx-slash-0", "ip4:{network} mx/0//0 -all", "mx/0", A=[FORGED_ADDRESS],
          AAAA=["2a01:66::1"], MX=["10 mx.test"])  # fmt: skip
_everyone("mapped-a", "ip4:{network} a//32 -all", "an AAAA of ::ffff:0:0/96 and /32",
          says="", AAAA=["::ffff:8.8.8.8"])  # fmt: skip
_everyone("mapped", "ip4:{network} ip6:::ffff:0:0/96 ip6:::ffff:8.8.8.8 -all",
          "IPv4 written as IPv6", says="")  # fmt: skip
_everyone("exists", "ip4:{network} exists:{domain} -all", "exists of what exists",
          says="not listable", A=["127.0.0.1"])  # fmt: skip
_everyone("exists-d", "ip4:{network} exists:%{{d}} -all", "exists of itself",
          says="not listable", A=["127.0.0.1"])  # fmt: skip
_everyone("ptr", "ip4:{network} ptr ptr:{domain} -all", "ptr", says="not listable")
_everyone("macros", "ip4:{network} a:%{{i}}.{domain} include:%{{ir}}.{domain} "
          "exists:%{{l}}.{domain} -all", "macros of the client",
          says="not listable", A=[FORGED_ADDRESS])  # fmt: skip
_everyone("not-pass", "ip4:{network} ?all", "?all", says="")
_everyone("not-fail", "ip4:{network} -include:no.{domain} ~all",
          "who is refused within is not passed without", says="")  # fmt: skip


@EVERYONE(lists=True, says="too wide")
def included_all(q):
    """An include, in an include, of +all."""
    depth = q.prefix.count("in")
    if depth < 3:
        inner = ".".join(["in"] * (depth + 1))
        return spf(f"ip4:{q.network} include:{inner}.{q.domain} -all")
    return spf("+all")


@EVERYONE(lists=True, says="too wide")
def redirected_all(q):
    """A redirect to +all."""
    if q.prefix:
        return spf(f"ip4:{q.network} +all")
    return spf(f"redirect=to.{q.domain}")


@EVERYONE(lists=True, says="too wide")
def all_in_pieces(q):
    """+all, cut in two by the strings of the TXT record."""
    text = f"v=spf1 ip4:{q.network} +all"
    return {"TXT": [(text[:-2], text[-2:])]}


@EVERYONE(says=_limited("widest_ipv4"))
def sixteens(_):
    """256 networks of /16 that add up to 8.0.0.0/8."""
    return spf(" ".join(f"ip4:8.{second}.0.0/16" for second in range(256)) + " -all")


@EVERYONE(says=_limited("widest_ipv4"), unlisted=("62.109.0.1",))
def sixteens_included(q):
    """Two networks of /16 that add up to /15, from two includes."""
    if q.prefix:
        return spf(f"ip4:62.10{q.prefix}.0.0/16 -all")
    return spf(f"include:8.{q.domain} include:9.{q.domain} -all")


@EVERYONE(says=_limited("widest_ipv6"), unlisted=("2a01:4701::1",))
def thirty_twos(_):
    """Sixteen IPv6 networks of /32 that add up to /28."""
    return spf(" ".join(f"ip6:2a01:470{n:x}::/32" for n in range(16)) + " -all")


@EVERYONE(says=_limited("ipv4_addresses"), unlisted=("62.118.0.1",))
def scattered_sixteens(_):
    """Eight networks of /16, none beside another: only four are listed."""
    return spf(" ".join(f"ip4:62.{110 + 2 * n}.0.0/16" for n in range(8)) + " -all")


@EVERYONE(says=_limited("ipv6_slash64s"), unlisted=("2a01:132::1",))
def scattered_thirty_twos(_):
    """17 IPv6 networks of /32, none beside another: 16 are listed."""
    return spf(" ".join(f"ip6:2a01:{100 + 2 * n}::/32" for n in range(17)) + " -all")


@EVERYONE(says=_limited("networks"), unlisted=("62.130.86.182",),
          entry={"limits": {"networks": 10000}})  # fmt: skip
def ten_thousand_networks(q):
    """10,010 single addresses, none beside another: ten too many."""
    count, third = (915, int(q.prefix) * 8) if q.prefix else (860, 80)
    terms = "".join(
        f" ip4:62.130.{third + number // 128}.{2 * number % 256}"
        for number in range(count)
    )
    if not q.prefix:
        terms += "".join(f" include:{number}.{q.domain}" for number in range(10))
    return spf(f"{terms.lstrip()} -all")


# Others' networks.


@INNOCENTS(lists=True, says=_ALLOWED)
def provider(q):
    """The provider's networks, written out."""
    return spf(f"ip4:{PROVIDER} ip6:{PROVIDER_IPV6} ip4:{q.network} -all")


@INNOCENTS(lists=True, says=_ALLOWED)
def provider_included(q):
    """An include of the allowed domain."""
    return spf(f"ip4:{q.network} include:provider.test -all")


@INNOCENTS(lists=True, says=_ALLOWED)
def provider_in_pieces(q):
    """The provider's networks cut into small ones."""
    pieces = " ".join(f"ip4:62.60.{third}.0/24" for third in range(0, 256, 2))
    return spf(f"ip4:{q.network} {pieces} -all")


@INNOCENTS(lists=True, says=_ALLOWED)
def provider_hosts(q):
    """Names for the provider's addresses."""
    addresses = {"A": ["62.60.1.1"], "AAAA": ["2a01:60::1"], "MX": [f"10 m.{q.domain}"]}
    return {**spf(f"ip4:{q.network} a/24//64 mx/20 a:m.{q.domain} -all"), **addresses}


@INNOCENTS(lists=True)
def shared_included(q):
    """An include of a record that many share."""
    return spf(f"ip4:{q.network} include:{SHARED} -all")


@INNOCENTS()
def shared_redirected(_):
    """A redirect to a record that many share."""
    return spf(f"redirect={SHARED}")


@INNOCENTS(lists=True)
def shared_by_ways(q):
    """A record that many share, by macros and upper case."""
    ways = "include:_spf.shared.%{d1} include:_SPF.Shared.Test."
    if q.prefix:
        return spf(f"{ways} redirect={SHARED}.")
    return spf(f"ip4:{q.network} {ways} include:in.{q.domain} -all")


@INNOCENTS(lists=True, says=_ALLOWED)
def own(q):
    """A network of which the administrator's own is half."""
    return spf(f"ip4:62.50.0.0/23 ip4:{q.network} -all")


@INNOCENTS(lists=True, says=_ALLOWED)
def private(q):
    """Networks of private and special space."""
    networks = " ".join(f"ip4:{network}" for network in _SPECIAL)
    return spf(f"ip4:{q.network} {networks} {_SPECIAL_IPV6} -all")


@INNOCENTS(lists=True, says=_ALLOWED)
def private_hosts(q):
    """A host whose addresses are this machine's and the network's."""
    addresses = {
        "A": ["127.0.0.1", "10.0.0.1", "192.168.1.1", "0.0.0.1", "255.255.255.255"],
        "AAAA": ["::1", "fe80::1", "fd00::1", "::ffff:127.0.0.1"],
    }
    return {**spf(f"ip4:{q.network} a/24//64 -all"), **addresses}


# Oddities.


@ODDITIES(lists=True)
def ttl_0(q):
    """A TTL of 0 does not make it ask all the time."""
    q.send(q.answer(spf(f"ip4:{q.network} -all")["TXT"], ttl=0))


@ODDITIES(lists=True)
def ttl_2_to_31(q):
    """A TTL of 2^31, which is negative to some."""
    q.send(q.answer(spf(f"ip4:{q.network} -all")["TXT"], ttl=2**31))


@ODDITIES(lists=True)
def ttl_2_to_32(q):
    """The largest TTL that there is room for."""
    q.send(q.answer(spf(f"ip4:{q.network} -all")["TXT"], ttl=2**32 - 1))


@ODDITIES(lists=True, says="permerror")
def control_characters(q):
    """Control characters in the record; it includes one with a good network."""
    if q.prefix:
        return spf("ip4:66.6.6.6 \x1b[2J\n<1>forged event domain=x\r\0\7\x7f\x9b")
    return spf(f"ip4:{q.network} include:in.{q.domain} -all")


@ODDITIES(says="permerror")
def control_characters_first(_):
    """Control characters in the record, and what looks like a line of the log."""
    return spf("\n<6>forged event domain=x\n\x1b]0;title\7 ip4:66.6.6.6 -all")


@ODDITIES(lists=True)
def control_characters_in_mx(q):
    """An MX whose name has control characters, and does not exist."""
    host = "\x1b[2J\x01\x7f.test"
    return {**spf(f"ip4:{q.network} mx -all"), "MX": [f"10 {host}"]}


@ODDITIES(says="CNAME")
def control_characters_in_aliases(q):
    """An alias that looks like a line of the log has two aliases itself."""
    head = 12 + len(q.question.section)
    evil = "x\n<6>forged event domain=x\n\x1b[2J"
    message = bytearray(q.answer(aliases=[evil, f"a.{q.domain}"]))
    message[7] += 2
    message += q.answer(aliases=[evil, f"b.{q.domain}"])[head:]
    q.send(bytes(message))


@ODDITIES(lists=True)
def names_of_percent_and_braces(q):
    """An MX whose name is a format string and a shell's dream."""
    host = '%s%n{domain}{}$(reboot)";\'.test'
    return {**spf(f"ip4:{q.network} mx -all"), "MX": [f"10 {host}"]}


@ODDITIES(says="2 SPF records")
def two_records(q):
    """Two SPF records."""
    return {"TXT": [f"v=spf1 ip4:{q.network} -all", "v=spf1 ip4:66.6.6.6 -all"]}


@ODDITIES(says="no SPF record")
def nearly_spf(_):
    """Records that begin nearly as SPF records do."""
    forged = "ip4:66.6.6.6 -all"
    begins = ("v=spf10 ", "v=spf1\t", " v=spf1 ", "v=spf1;", "spf2.0/pra ")
    return {"TXT": [begin + forged for begin in begins]}


@ODDITIES(says="permerror")
def non_ascii(_):
    """A record that is not ASCII."""
    return spf("ip4:66.6.6.6 \xff\xfe\xe2\x80\xae -all")


@ODDITIES(lists=True)
def a_thousand_terms(q):
    """A record of a thousand terms, most of them the same."""
    return spf(f"ip4:{q.network} " * 700 + "-all")


@ODDITIES(lists=True)
def a_hundred_records(q):
    """One SPF record among a hundred others."""
    others = [f"verification={number}" for number in range(100)]
    return {"TXT": [*others, f"v=spf1 ip4:{q.network} -all"]}
