"""A made world of senders: what they send, and what has to become of it.

Spammers with an include in common, a domain of a spammer's own, a provider with
all sorts of customers, partners of whom one rents a host among the spammer's,
forgers, a forwarder.  The expectations are computed here, from the networks alone,
by nothing that is tested.
"""

import collections
import ipaddress
import random
import typing

from .dns_message import txt_record
from .rspamd import SPAM, VIRUS

SHARED = "spf.burn.example"  # whoever includes it is a spammer
FAMILY = [f"pills{number}.example" for number in range(1, 5)]
WATCHED, REJECTED = FAMILY[0], "blast.example"
PROVIDER = "mailhost.example"
PARTNER, TENANT, FORWARDER = "partner.example", "tenant.example", "forward.example"
UNKNOWN = "nothing.example"  # has no record

# A domain's networks, whom it includes, and what its `all` says.  No network is
# beside another, so a listing has them as they are here.
RECORDS = {
    SHARED: (["45.120.196.0/22", "103.232.203.0/24"], [], "?"),
    **{name: ([], [SHARED], "~") for name in FAMILY},
    REJECTED: (["62.5.0.0/24", "2a02:5::/48"], [], "-"),
    PROVIDER: (["62.10.0.0/20"], [], "~"),
    PARTNER: (["62.20.0.0/28", "2a02:20::/64"], [], "-"),
    TENANT: (["45.120.199.20/32"], [], "-"),
    FORWARDER: (["62.30.0.5/32"], [], "-"),
}
ACTIONS = {
    WATCHED: "WARN spfblock: {domain} {network}",
    REJECTED: "REJECT listed in the SPF record of {domain}",
}


class Mail(typing.NamedTuple):
    client: str
    sender: str
    recipient: str
    subject: str


class Fate(typing.NamedTuple):
    became: str  # as `replay --json` has it
    spam: bool = False


def zone():
    """The records, for a zone `example`."""
    lines = []
    for name, (networks, includes, all_of) in RECORDS.items():
        terms = [
            f"ip{ipaddress.ip_network(each).version}:{each}" for each in networks
        ] + [f"include:{each}" for each in includes]
        text = f"v=spf1 {' '.join(terms)} {all_of}all"
        lines.append(txt_record(name.removesuffix(".example"), text))
    return lines


def networks_of(domain):
    networks, includes, _ = RECORDS[domain]
    every = [ipaddress.ip_network(each) for each in networks]
    for each in includes:
        every += networks_of(each)
    return every


def network_in(domain, client):
    """That of the domain which has the client, or None."""
    address = ipaddress.ip_address(client)
    return next((each for each in networks_of(domain) if address in each), None)


def spf_fails(mail):
    """Whether a receiver rejects it (RFC 7208): `-all`, and the host is none."""
    domain = mail.sender.rpartition("@")[2]
    return (
        domain in RECORDS
        and RECORDS[domain][2] == "-"
        and network_in(domain, mail.client) is None
    )


def listing_of(mail):
    """(name, network) of the listing that answers for the client, or None."""
    for name in ACTIONS:
        if network := network_in(name, mail.client):
            return name, network
    return None


def fate_of(mail):
    """What Postfix, policyd-spf and rspamd make of it, one after the other."""
    listing = listing_of(mail)
    if listing and ACTIONS[listing[0]].startswith("REJECT"):
        return Fate("refused")
    if spf_fails(mail) or VIRUS in mail.subject:
        return Fate("refused")
    return Fate("delivered", SPAM in mail.subject)


def mails(seed, count):
    """Mails of all kinds, in any order; each kind is there."""
    chance = random.Random(seed)
    users = [f"user{number}@recipient.invalid" for number in range(5)]

    def host(domain):
        network = chance.choice(networks_of(domain))
        return str(network[chance.randrange(1, min(network.num_addresses - 1, 200))])

    def spammer():
        name = chance.choice([*FAMILY, REJECTED])
        subject = chance.choice([SPAM] * 5 + [VIRUS] * 2 + ["hello"])
        return host(name), f"info{chance.randrange(9)}@{name}", subject

    def customer():
        name = chance.choice([f"shop{number}.{PROVIDER}" for number in range(5)])
        return host(PROVIDER), f"sales@{name}", chance.choice(["news", "news", SPAM])

    def partner():
        return host(PARTNER), f"person{chance.randrange(3)}@{PARTNER}", "offer"

    def tenant():
        return "45.120.199.20", f"office@{TENANT}", "offer"

    def forger():
        client = f"185.7.{chance.randrange(4)}.{chance.randrange(1, 250)}"
        sender = chance.choice([f"boss@{PARTNER}", f"info@{WATCHED}", f"x@{UNKNOWN}"])
        return client, sender, chance.choice([SPAM, "hello"])

    def forwarder():
        sender = chance.choice([f"info@{FAMILY[1]}", f"a@{FORWARDER}"])
        return "62.30.0.5", sender, SPAM if "info" in sender else "fwd"

    kinds = [spammer, customer, partner, tenant, forger, forwarder]
    made = []
    for number in range(count):
        kind = kinds[number % len(kinds)]
        client, sender, subject = kind()
        made.append(Mail(client, sender, chance.choice(users), subject))
    chance.shuffle(made)
    return made


# What the commands have to tell ------------------------------------------


def report(sent):
    """By listing: what `report --json` tells, without order and times."""
    told = {}
    for mail in sent:
        listing = listing_of(mail)
        if not listing:
            continue
        of = told.setdefault(
            listing[0],
            {
                "rejected": 0,
                "would_be_rejected": 0,
                **{key: collections.Counter() for key in _COUNTED},
            },
        )
        rejects = ACTIONS[listing[0]].startswith("REJECT")
        of["rejected" if rejects else "would_be_rejected"] += 1
        of["hosts"][mail.client] += 1
        of["senders"][mail.sender] += 1
        of["recipients"][mail.recipient] += 1
    return told


_COUNTED = ("hosts", "senders", "recipients")


class Replay(typing.NamedTuple):
    """What `replay --json` tells, without order and times."""

    mails: int
    would_be_rejected: collections.Counter  # by what became of them
    would_be_told: collections.Counter  # the same
    harmed: collections.Counter  # (client, sender, recipient, listing, network)
    delivered_as_spam: int


def replay(sent, rejecting):
    """Where the listings `rejecting` reject and the others are as configured."""
    told = Replay(len(sent), *[collections.Counter() for _ in range(3)], 0)
    spam = 0
    for mail in sent:
        listing = listing_of(mail)
        if not listing:
            continue
        name, network = listing
        became = fate_of(mail)
        if name not in rejecting and ACTIONS[name].startswith("WARN"):
            told.would_be_told[became.became] += 1
            continue
        told.would_be_rejected[became.became] += 1
        if became.spam:
            spam += 1
        elif became.became == "delivered":
            told.harmed[
                mail.client, mail.sender, mail.recipient, name, str(network)
            ] += 1
    return told._replace(delivered_as_spam=spam)


def seen(sent):
    """By network, how many mails `replay --seen` keeps."""
    told = collections.Counter()
    for mail in sent:
        if fate_of(mail) == Fate("delivered"):
            length = 64 if ":" in mail.client else 32
            network = ipaddress.ip_network((mail.client, length), strict=False)
            told[str(network)] += 1
    return told


# Whom to list: the rules of docs/mail-log.md, once more -------------------

COMPARED_AS_THEY_ARE = (
    "is_include",
    "refused",
    "spam",
    "from_listed",
    "let_through",
    "wanted",
    "bad_from_networks",
    "wanted_from_networks",
    "covered_by",
)
FEW_SENDERS, FEW_MAILS, BAD_FOR_EACH_WANTED = 2, 10, 4


class Suggestions(typing.NamedTuple):
    """What `suggest --json` tells, without order and times."""

    suggested: dict  # by name
    not_suggested: dict  # why, by name
    objections: collections.Counter


def suggestions(sent, listed):
    """By the log of these mails, where the domains `listed` are listed by now."""
    marked = [(mail, _mark(mail, listed)) for mail in sent]
    told = Suggestions({}, {}, collections.Counter())
    by_sender = collections.defaultdict(list)
    for mail, mark in marked:
        by_sender[_registrable(mail.sender)].append((mail, mark))
    looked_at = {}
    for name, mails in by_sender.items():
        marks = collections.Counter(mark for _, mark in mails)
        has_bad = marks.total() > marks["wanted"]
        if name in listed:
            told.objections["listed"] += has_bad
        elif has_bad or not marks["wanted"]:
            looked_at[name] = mails
    for name, mails in looked_at.items():
        passing = [each for each in mails if _passes(each[0])]
        why = _objection(name, mails, passing, marked)
        if why is None:
            told.suggested[name] = _suggestion(name, passing, marked, listed)
        else:
            has_bad = any(mark != "wanted" for _, mark in mails)
            told.objections[why] += has_bad
            if why in ("wanted", "let_through") and passing:
                told.not_suggested[name] = why
    _add_shared(told, looked_at, marked, listed)
    return told


def _registrable(sender):
    return ".".join(sender.rpartition("@")[2].split(".")[-2:])


def _passes(mail):
    domain = mail.sender.rpartition("@")[2]
    return domain in RECORDS and network_in(domain, mail.client) is not None


def _mark(mail, listed):
    became = fate_of(mail)
    is_listed = any(network_in(name, mail.client) for name in listed)
    taken = became == Fate("delivered")
    if is_listed:
        return "let_through" if taken else "from_listed"
    return "wanted" if taken else "spam" if became.spam else "refused"


_PLAINLY_BAD = ("refused", "spam", "from_listed")


def _counts(mails):
    """(plainly bad, wanted) by host."""
    counts = collections.defaultdict(lambda: [0, 0])
    for mail, mark in mails:
        if mark in _PLAINLY_BAD:
            counts[mail.client][0] += 1
        elif mark == "wanted":
            counts[mail.client][1] += 1
    return counts


def _from_networks(name, marked):
    return [each for each in marked if network_in(name, each[0].client)]


def _objection(name, mails, passing, marked):
    if not passing:
        has_record = any(
            mail.sender.rpartition("@")[2] in RECORDS for mail, _ in mails
        )
        return "no_pass" if has_record else "no_record"
    own = collections.Counter(mark for _, mark in passing)
    own_bad = sum(own[mark] for mark in _PLAINLY_BAD)
    traffic = _from_networks(name, marked)
    bad = sum(mark in _PLAINLY_BAD for _, mark in traffic)
    if max(own_bad + own["let_through"], bad) == 0:
        return "no_pass"
    wanted = sum(mark == "wanted" for _, mark in traffic) + sum(
        mark == "wanted" and not network_in(name, mail.client) for mail, mark in mails
    )
    senders = {_registrable(mail.sender) for mail, mark in traffic if mark == "wanted"}
    if (
        len(senders) > FEW_SENDERS
        or wanted > FEW_MAILS
        or wanted * BAD_FOR_EACH_WANTED > bad
    ):
        return "wanted"
    own_wanted = sum(mark == "wanted" for _, mark in mails)
    if own_wanted * BAD_FOR_EACH_WANTED > own_bad:
        return "wanted"
    if (own_wanted + own["let_through"]) * BAD_FOR_EACH_WANTED > own_bad:
        return "let_through"
    return None


def _suggestion(name, passing, marked, listed):
    marks = collections.Counter(mark for _, mark in passing)
    traffic = _counts(_from_networks(name, marked))
    return {
        "is_include": name == SHARED,
        "refused": marks["refused"],
        "spam": marks["spam"],
        "from_listed": marks["from_listed"] + marks["let_through"],
        "let_through": marks["let_through"],
        "wanted": marks["wanted"],
        "hosts": _hosts(passing),
        "networks": {str(each) for each in networks_of(name)},
        "bad_hosts_in_networks": {
            client: bad for client, (bad, _) in traffic.items() if bad
        },
        "bad_from_networks": sum(bad for bad, _ in traffic.values()),
        "wanted_from_networks": sum(wanted for _, wanted in traffic.values()),
        "includes": set(RECORDS[name][1]),
        "users": set(),
        "listed": _listed_by(name, listed),
        "covered_by": None,
    }


def _hosts(passing):
    """(bad, wanted) by host; what was let through is bad here."""
    counts = collections.defaultdict(lambda: [0, 0])
    for mail, mark in passing:
        counts[mail.client][mark == "wanted"] += 1
    return {client: tuple(both) for client, both in counts.items()}


def _listed_by(name, listed):
    """Which listings have all of it; none has a part."""
    own = set(networks_of(name))
    return {each: 100 for each in listed if own <= set(networks_of(each))}


def _add_shared(told, looked_at, marked, listed):
    """The include of the family in their place, if nobody else has it."""
    users = {name for name in told.suggested if SHARED in RECORDS[name][1]}
    others = {
        name
        for name in looked_at
        if name in RECORDS and SHARED in RECORDS[name][1] and name not in users
    }
    if len(users) < 2 or others:
        return
    passing = [
        each
        for name in users
        for each in looked_at[name]
        if _passes(each[0])
    ]
    made = _suggestion(SHARED, passing, marked, listed)
    told.suggested[SHARED] = {**made, "users": users}
    for name in users:
        told.suggested[name]["covered_by"] = SHARED
