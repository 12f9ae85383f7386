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
        subject = chance.choice([SPAM, SPAM, VIRUS, "hello"])
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
