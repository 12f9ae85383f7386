"""Behaviours that change from one refresh to the next.

Asked for the first time each authorises its network, unless it says otherwise.
"""

from .dns_message import NXDOMAIN, REFUSED, SERVFAIL
from .hostile_dns import FORGED_RECORD, Behaviours, spf

CHANGES = Behaviours()


@CHANGES()
def servfail_later(q):
    """Good data, then SERVFAIL."""
    q.send(q.truth() if q.look == 1 else q.answer(rcode=SERVFAIL))


@CHANGES()
def refused_later(q):
    """Good data, then REFUSED."""
    q.send(q.truth() if q.look == 1 else q.answer(rcode=REFUSED))


@CHANGES()
def silent_later(q):
    """Good data, then silence."""
    if q.look == 1:
        q.send(q.truth())


@CHANGES()
def malformed_later(q):
    """Good data, then a message that is cut."""
    q.send(q.truth() if q.look == 1 else q.forgery()[:-1])


@CHANGES()
def truncated_later(q):
    """Good data, then TC and a TCP connection that closes."""
    if q.look == 1:
        q.send(q.truth())
    elif not q.over_tcp:
        q.truncate()


@CHANGES()
def part_fails_later(q):
    """Good data, then an include of it fails."""
    if not q.prefix:
        return spf(f"include:in.{q.domain} -all")
    q.send(q.truth() if q.look == 1 else q.answer(rcode=SERVFAIL))
    return None


@CHANGES()
def recovers(q):
    """Good data, SERVFAIL for three refreshes, another network."""
    if 2 <= q.look <= 4:
        q.send(q.answer(rcode=SERVFAIL))
    elif q.look > 4:
        half = q.network.replace(".0/24", ".128/25")
        return spf(f"ip4:{half} -all")
    else:
        q.send(q.truth())
    return None


@CHANGES()
def nxdomain_later(q):
    """Good data, then the domain is gone."""
    q.send(q.truth() if q.look == 1 else q.answer(rcode=NXDOMAIN))


@CHANGES()
def nxdomain_at_times(q):
    """Every second time the domain is gone."""
    q.send(q.truth() if q.look % 2 else q.answer(rcode=NXDOMAIN))


@CHANGES()
def flapping(q):
    """Another half of the network each time, with a TTL of 0."""
    half = q.network.replace(".0/24", ".0/25" if q.look % 2 else ".128/25")
    q.send(q.answer([f"v=spf1 ip4:{half} -all"], ttl=0))


@CHANGES()
def everyone_later(q):
    """Good data, then 256 networks beside it that add up to 8.0.0.0/8."""
    more = range(256) if q.look > 1 else ()
    eights = "".join(f" ip4:8.{second}.0.0/16" for second in more)
    return spf(f"ip4:{q.network}{eights} -all")


@CHANGES()
def provider_later(q):
    """Good data, then the provider's networks beside it."""
    more = "include:provider.test" if q.look > 1 else ""
    return spf(f"ip4:{q.network} {more} -all")


@CHANGES(unlisted=("62.148.0.1",))
def growing(q):
    """One network of /16 more each time: the fifth is too much."""
    networks = " ".join(f"ip4:62.{140 + 2 * number}.0.0/16" for number in range(q.look))
    return spf(f"{networks} -all")


@CHANGES()
def leaps(q):
    """A hundred times as many addresses from the second time on."""
    more = "ip4:62.88.0.0/17" if q.look > 1 else ""
    return spf(f"ip4:{q.network} {more} -all")


@CHANGES(unlisted=("62.90.0.1",))
def leaps_at_times(q):
    """A hundred times as many addresses every second time."""
    more = "ip4:62.90.0.0/17" if q.look % 2 == 0 else ""
    return spf(f"ip4:{q.network} {more} -all")


@CHANGES()
def ttl_2_to_31_often(q):
    """A TTL of 2^31 does not keep it from asking again."""
    q.send(q.answer([f"v=spf1 ip4:{q.network} -all"], ttl=2**31))


@CHANGES()
def takeover(q):
    """Good data, then another's words at the same name: two records."""
    if q.look == 1:
        return spf(f"ip4:{q.network} -all")
    return {"TXT": [f"v=spf1 ip4:{q.network} -all", FORGED_RECORD]}
