"""A small world of SPF records with one domain for each thing to be shown."""

from .dns_message import SERVFAIL
from .scripted_dns import ScriptedDns

LONG = "a-sender-with-a-remarkably-long-name.bulk-mail-newsletters.example"

# What the DNS says at first ...
BEFORE = {
    # A chain of includes, with everything that a term can come to.
    ("toramaki.example", "TXT"): [
        "v=spf1 include:spf-stx.burn-oxygen.example include:_spf.google.example"
        " -ip4:62.4.0.64/29 ip4:62.4.0.0/24 mx a:pool.toramaki.example/28//64 ~all"
    ],
    ("toramaki.example", "MX"): ["10 mx1.toramaki.example", "20 mx2.toramaki.example"],
    ("mx1.toramaki.example", "A"): ["62.4.9.11"],
    ("mx1.toramaki.example", "AAAA"): ["2a02:4:9::25"],
    ("mx2.toramaki.example", "A"): ["62.4.9.12"],
    ("pool.toramaki.example", "A"): ["62.4.8.35"],
    ("pool.toramaki.example", "AAAA"): ["2a02:4:8::1"],
    ("spf-stx.burn-oxygen.example", "TXT"): [
        "v=spf1 ip4:45.120.196.0/22 ip4:45.124.217.0/24 ip4:103.58.71.0/24"
        " ip4:103.227.8.0/22 include:deep.burn-oxygen.example ~all"
    ],
    ("deep.burn-oxygen.example", "TXT"): [
        "v=spf1 ip4:103.243.243.0/24 ip6:2a02:4:7::/48 exists:%{i}.rbl.example"
        " ip4:62.0.0.0/8 ptr ?all"
    ],
    ("_spf.google.example", "TXT"): ["v=spf1 ip4:64.233.160.0/19 -all"],
    # Receivers stop at the term in error.
    ("broken.example", "TXT"): ["v=spf1 ip4:62.5.0.0/24 ip4:62.5.1.0/33 ip4:62.5.2.1"],
    ("failing.example", "TXT"): ["v=spf1 ip4:62.6.0.0/23 ip6:2a02:6::/40 -all"],
    ("gone.example", "TXT"): ["v=spf1 ip4:62.7.0.0/28 -all"],
    ("grows.example", "TXT"): ["v=spf1 ip4:62.8.0.0/24 -all"],
    ("moved.example", "TXT"): ["v=spf1 redirect=_spf.moved.example"],
    ("_spf.moved.example", "TXT"): ["v=spf1 ip4:62.9.0.0/25 -all"],
    ("everyone.example", "TXT"): ["v=spf1 ip4:62.10.0.1 +all"],
    (LONG, "TXT"): [
        f"v=spf1 include:_netblocks-of-europe.{LONG} ip4:62.11.0.0/24 -all"
    ],
    (f"_netblocks-of-europe.{LONG}", "TXT"): ["v=spf1 ip4:62.11.8.0/21 -all"],
    ("six.example", "TXT"): ["v=spf1 ip6:2a02:12::/32 ip6:2a02:13:0:1::/64 -all"],
    ("partner.example", "TXT"): ["v=spf1 ip4:62.4.0.128/25 -all"],
}

# ... and what has changed later; without "failing.example", which fails then.
AFTER = {
    ("grows.example", "TXT"): ["v=spf1 ip4:62.8.0.0/24 ip4:62.80.0.0/16 -all"],
    ("_spf.moved.example", "TXT"): ["v=spf1 ip4:62.9.0.0/26 ip4:62.9.1.0/24 -all"],
}
GONE = ("gone.example", "TXT")

CONFIGURATION = {
    "domains": [
        "toramaki.example",
        {"name": "broken.example", "comment": "sold lists in 2025"},
        "failing.example",
        "gone.example",
        "grows.example",
        {"name": "moved.example", "action": "WARN spfblock: {domain} {network}"},
        {"name": "everyone.example", "until": "2099-01-01", "comment": "on trial"},
        LONG,
        {"name": "six.example", "limits": {"ipv6_slash64s": 4294967296}},
        "never.example",
    ],
    "networks": [
        {"network": "62.4.0.0/28", "action": "REJECT by hand", "comment": "complaint"}
    ],
    "allow": {
        "networks": ["103.58.71.128/25"],
        "domains": ["partner.example", "lost.example"],
        "includes": ["_spf.google.example"],
        "providers": False,
    },
    "limits": {"growth_wait": "4h"},
    # Exact times: no refresh comes early.
    "refresh": {"interval": "4h", "minimum": "4h", "retry": "4h"},
}


class SpamWorld(ScriptedDns):
    """Answers as above; `never.example` and `lost.example` always fail."""

    def __init__(self):
        super().__init__(BEFORE, ttl=3600)
        self.rcodes = {"never.example": SERVFAIL, "lost.example": SERVFAIL}

    def configuration(self, **more):
        return {**CONFIGURATION, "resolver": {"servers": [self.server]}, **more}

    def change(self):
        """From what the DNS said at first to what it says later."""
        self.records = {**BEFORE, **AFTER}
        del self.records[GONE]
        self.rcodes = {**self.rcodes, "failing.example": SERVFAIL}
