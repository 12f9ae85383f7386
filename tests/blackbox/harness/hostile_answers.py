"""Behaviours whose answers lead on and on: loops, trees and fans.

Each returns the records of the name asked, {type: values}.
"""

from .hostile_dns import FORGED_ADDRESS, FORGED_RECORD, Behaviours, spf

TREES = Behaviours()  # loops, depth, width
FANS = Behaviours()  # MX, CNAME, A

_SKIP = {"on_permerror": "skip"}


# Loops and trees.


@TREES(lists=True, says="permerror")
def includes_itself(q):
    """The record includes itself."""
    return spf(f"ip4:{q.network} include:{q.domain} -all")


@TREES(lists=True, entry=_SKIP)
def includes_itself_skip(q):
    """The record includes itself, and errors are passed over."""
    return spf(f"ip4:{q.network} include:{q.domain} -all")


@TREES(lists=True, says="permerror")
def redirects_to_itself(q):
    """The record redirects to itself."""
    return spf(f"ip4:{q.network} redirect={q.domain}")


@TREES(lists=True, says="permerror")
def includes_in_a_circle(q):
    """Two records include each other."""
    other = q.domain if q.prefix else f"other.{q.domain}"
    return spf(f"ip4:{q.network} include:{other} -all")


@TREES(lists=True, says="permerror")
def endless_chain(q):
    """Each record includes the next one, without end."""
    return _endless(q, "include:{next}.{domain}")


@TREES(lists=True, entry=_SKIP, says="permerror")
def endless_chain_skip(q):
    """As endless_chain, and errors are passed over."""
    return _endless(q, "include:{next}.{domain}")


@TREES(lists=True, says="permerror")
def endless_redirects(q):
    """Each record redirects to the next one, without end."""
    return _endless(q, "redirect={next}.{domain}")


@TREES(lists=True, entry=_SKIP)
def endless_binary_tree(q):
    """Each record includes two, without end; errors are passed over."""
    return _endless(q, "include:{next}.{domain} include:{next}x.{domain}")


@TREES(lists=True, entry=_SKIP)
def endless_lattice(q):
    """Each record includes the next one by ten ways, addresses cut out of each."""
    ways = " ".join(
        f"-ip4:62.99.{number}.0/24 include:{{next}}.{{domain}}" for number in range(10)
    )
    return _endless(q, ways)


def _endless(q, terms):
    this = q.prefix or "1"
    number = int(this.rstrip("x")) + 1
    following = f"{number}{'x' * this.count('x')}"
    return spf(f"ip4:{q.network} " + terms.format(next=following, domain=q.domain))


@TREES(lists=True, says="permerror")
def wide_tree(q):
    """10,000 includes, a hundred each of a hundred."""
    return _wide(q)


@TREES(lists=None, entry=_SKIP, says="dns_queries")
def wide_tree_skip(q):
    """10,000 includes, and errors are passed over."""
    return _wide(q)


@TREES(lists=None, entry=_SKIP)
def wide_tree_of_nothing(q):
    """10,000 includes of names that do not exist; errors are passed over."""
    return _wide(q) if not q.prefix else {}


@TREES(lists=True, entry=_SKIP, attempts=3, silent=True)
def wide_tree_in_silence(q):
    """Sixty includes, all unanswered."""
    if not q.prefix:
        q.send_fitting(q.answer(_wide(q, 60)["TXT"]))


@TREES(lists=True, entry=_SKIP, attempts=3, silent=True)
def wide_tree_over_tcp(q):
    """Sixty includes, all truncated, and nothing over TCP."""
    if not q.prefix:
        q.send_fitting(q.answer(_wide(q, 60)["TXT"]))
    elif not q.over_tcp:
        q.truncate()


def _wide(q, width=100):
    if q.prefix.count(".") > 0:
        return spf(f"ip4:{q.network} -all")
    stem = f"{q.prefix}.{q.domain}" if q.prefix else q.domain
    includes = " ".join(f"include:{number}.{stem}" for number in range(width))
    return spf(f"ip4:{q.network} {includes} -all")


# MX, CNAME and A.


@FANS(lists=True)
def mx_fan(q):
    """Ten mx terms of ten hosts each."""
    return _mx_fan(q)


@FANS(lists=True)
def mx_fan_truncated(q):
    """Ten mx terms of ten hosts each, all over TCP, and what is listed behind."""
    answers = _mx_fan(q)
    terms = answers["TXT"][0].removeprefix("v=spf1 ").removesuffix(" -all")
    own, others = terms.split(" ", 1)
    answers["TXT"] = [f"v=spf1 {others} {own} -all"]
    answers["A"] = ["62.99.0.1"]
    if not q.over_tcp:
        return q.truncate()
    return answers


@FANS(lists=True, attempts=2, silent=True)
def mx_fan_in_silence(q):
    """Ten mx terms of ten hosts each, whose addresses are not told."""
    if q.prefix.count(".") == 0:
        q.send_fitting(q.answer(_mx_fan(q).get(q.kind, ())))


@FANS(lists=True, attempts=2, silent=True)
def mx_fan_over_tcp(q):
    """Ten mx terms of ten hosts each, whose addresses are truncated."""
    if q.prefix.count(".") == 0:
        q.send_fitting(q.answer(_mx_fan(q).get(q.kind, ())))
    elif not q.over_tcp:
        q.truncate()


def _mx_fan(q):
    terms = " ".join(f"mx:{number}.{q.domain}" for number in range(10))
    hosts = [f"10 {number}.{q.question.name}" for number in range(10)]
    first = q.network.removesuffix(".0/24")
    return {
        "TXT": [f"v=spf1 ip4:{q.network} {terms} -all"],
        "MX": hosts,
        "A": [f"{first}.7"],
        "AAAA": ["2a01:66::7"],
    }


@FANS(says="permerror.*MX")
def mx_of_two_hundred(q):
    """One MX answer of two hundred hosts."""
    hosts = [f"10 {number}.{q.domain}" for number in range(200)]
    return {**spf("mx -all"), "MX": hosts, "A": [FORGED_ADDRESS]}


@FANS(says="permerror.*MX")
def mx_of_three_thousand(q):
    """One MX answer of 60 KiB."""
    hosts = [f"10 {number}" for number in range(3000)]
    return {**spf("mx -all"), "MX": hosts, "A": [FORGED_ADDRESS]}


@FANS(lists=True)
def mx_of_the_root(q):
    """A null MX, and one of a single label."""
    terms = spf(f"ip4:{q.network} mx -all")
    return {**terms, "MX": ["0 .", "10 localhost"], "A": [FORGED_ADDRESS]}


@FANS(lists=True)
def a_fan(q):
    """A host of 800 addresses."""
    first = q.network.removesuffix(".0/24")
    addresses = [f"{first}.{number}" for number in range(256)]
    addresses += [f"62.100.{number // 256}.{number % 256}" for number in range(544)]
    return {**spf("a -all"), "A": addresses}


@FANS(lists=True)
def a_of_four_thousand(q):
    """A host of 4000 addresses: 64 KiB."""
    first = q.network.removesuffix(".0/24")
    addresses = [f"{first}.{number}" for number in range(256)]
    addresses += [f"62.101.{number // 256}.{number % 256}" for number in range(3744)]
    return {**spf("a -all"), "A": addresses}


@FANS(says="CNAME")
def cname_to_itself(q):
    """The domain is an alias of itself."""
    q.send(q.answer(aliases=[q.question.name]))


@FANS(says="CNAME")
def cnames_in_a_circle(q):
    """The domain is an alias of an alias of the domain."""
    q.send(q.answer(aliases=[f"other.{q.domain}", q.domain]))


@FANS(says="CNAME")
def cname_chain(q):
    """Forty aliases lead to the record."""
    aliases = [f"{number}.{q.domain}" for number in range(40)]
    q.send_fitting(q.answer([FORGED_RECORD], aliases=aliases))


@FANS()
def cname_without_end(q):
    """Each alias is told alone, and leads to the next one."""
    number = int(q.prefix or "0") + 1
    q.send(q.answer(aliases=[f"{number}.{q.domain}"]))


@FANS(says="CNAME")
def cname_fan(q):
    """The domain is an alias of three hundred names."""
    names = [f"{number}.{q.domain}" for number in range(300)]
    head = 12 + len(q.question.section)
    message = bytearray(q.answer()[:head])
    message[6:8] = len(names).to_bytes(2, "big")  # ANCOUNT
    for name in names:
        message += q.answer(aliases=[name])[head:]
    q.send_fitting(bytes(message))
