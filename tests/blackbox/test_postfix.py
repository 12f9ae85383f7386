"""The main job: a real Postfix rejects what SPF records in a real DNS list.

NSD serves the records, spfblock expands them, and an SMTP client comes to
Postfix from any address it likes, by XCLIENT.
"""

import ipaddress

from .harness.case import BlackBoxCase
from .harness.dns_message import txt_record
from .harness.nsd import Nsd
from .harness.postfix import Postfix
from .harness.spfblock import Spfblock
from .harness.waiting import eventually

# The records of 4 April 2016.
TORAMAKI = [
    "45.120.196.0/22",
    "45.124.217.0/24",
    "103.58.71.0/24",
    "103.227.8.0/22",
    "103.232.203.0/24",
    "103.243.243.0/24",
    "103.248.70.0/24",
    "103.251.157.0/24",
]
SIX = ["2a01:4f8:10:20::/64", "2a03:b0c0::/48", "2a05:d018:5::7/128"]
# Too many for a datagram: 150 networks of which no two are neighbours.
BIG = [f"23.{octet}.7.0/24" for octet in range(0, 150)]

LARGEST_DATAGRAM = 1232

ZONES = {
    "toramaki.net": [
        '@ 3600 IN TXT "v=spf1 include:spf-stx.burn-oxygen.com ~all"'
    ],
    "spf-stx.burn-oxygen.com": [
        '@ 300 IN TXT "v=spf1 '
        + " ".join(f"ip4:{network}" for network in TORAMAKI)
        + ' ~all"'
    ],
    "six.example": [
        txt_record(
            "@", "v=spf1 " + " ".join(f"ip6:{network}" for network in SIX) + " -all"
        )
    ],
    "big.example": [
        txt_record(
            "@", "v=spf1 " + " ".join(f"ip4:{network}" for network in BIG) + " -all"
        )
    ],
    "moving.example": ['@ 1 IN TXT "v=spf1 ip4:62.1.2.0/24 ip4:62.1.4.0/24 -all"'],
}


def edges(networks):
    """(address, whether listed): first, last, one before, one after of each.

    An address next to one network may belong to another, hence computed.
    """
    parsed = [ipaddress.ip_network(network) for network in networks]
    for network in parsed:
        first, last = network[0], network[-1]
        for address in (first, last, first - 1, last + 1):
            yield str(address), any(address in each for each in parsed)


class PostfixRejects(BlackBoxCase):
    @classmethod
    def setUpClass(cls):
        cls.nsd = Nsd(ZONES)
        cls.addClassCleanup(cls.nsd.close)
        cls.spfblock = Spfblock(
            {
                "domains": list(ZONES),
                "resolver": {"servers": [cls.nsd.server]},
                "refresh": {"interval": "1s", "follow_ttl": False, "retry": "1s"},
            }
        )
        cls.addClassCleanup(cls.spfblock.close)
        cls.postfix = Postfix(cls.spfblock.port)
        cls.addClassCleanup(cls.postfix.close)

    def setUp(self):
        for address in ("45.120.196.0", "2a03:b0c0::", "23.0.7.0"):
            self.wait_until_listed(self.spfblock.port, address)

    def assert_rejected(self, address, domain):
        self.assertEqual(
            self.postfix.reply_to(address),
            (
                554,
                f"5.7.1 <unknown[{address}]>: Client host rejected: "
                f"listed in the SPF record of {domain}",
            ),
        )

    def assert_passes(self, address):
        self.assertEqual(self.postfix.reply_to(address)[0], 250, address)

    def assert_edges(self, networks, domain):
        for address, listed in edges(networks):
            with self.subTest(address=address, listed=listed):
                if listed:
                    self.assert_rejected(address, domain)
                else:
                    self.assert_passes(address)

    def test_rejects_the_networks_of_toramaki_net_and_nothing_beside_them(self):
        self.assert_edges(TORAMAKI, "toramaki.net")

    def test_rejects_ipv6_networks_and_nothing_beside_them(self):
        self.assert_edges(SIX, "six.example")

    def test_rejects_what_a_record_too_large_for_udp_lists(self):
        self.assertGreater(len(ZONES["big.example"][0]), LARGEST_DATAGRAM)
        for network in (BIG[0], BIG[75], BIG[-1]):
            self.assert_edges([network], "big.example")

    def test_the_log_names_the_client_and_the_reason(self):
        self.assert_rejected("103.232.203.73", "toramaki.net")
        self.postfix.wait_for_log(
            "NOQUEUE: reject: RCPT from unknown[103.232.203.73]: 554 5.7.1 "
            "<unknown[103.232.203.73]>: Client host rejected"
        )

    def test_a_refresh_takes_over_a_changed_record_without_any_postfix_command(self):
        self.wait_until_listed(self.spfblock.port, "62.1.2.9")
        self.assert_rejected("62.1.2.9", "moving.example")
        self.assert_passes("62.1.3.9")

        self.nsd.change(
            "moving.example", ['@ 1 IN TXT "v=spf1 ip4:62.1.3.0/24 ip4:62.1.4.0/24"']
        )
        eventually(
            lambda: self.postfix.reply_to("62.1.3.9")[0] == 554,
            "the new network is rejected",
        )
        self.assert_passes("62.1.2.9")
        self.assert_rejected("62.1.3.9", "moving.example")
        self.assert_rejected("62.1.4.9", "moving.example")

    def test_postmap_prints_the_action_of_a_listed_address(self):
        self.assertEqual(
            self.postfix.postmap("45.120.197.160"),
            (0, "REJECT listed in the SPF record of toramaki.net\n", ""),
        )

    def test_postmap_prints_nothing_for_any_other_key(self):
        for key in ("45.120.200.1", "unknown", "mail.example.com", "45.120.196.0/22"):
            with self.subTest(key=key):
                self.assertEqual(self.postfix.postmap(key), (1, "", ""))

    def test_postmap_asks_for_many_keys_on_one_connection(self):
        keys = ["unknown", "103.58.71.1", "", "8.8.8.8", "caf\u00e9", "2a03:b0c0::5"]
        self.assertEqual(
            self.postfix.postmap_all(keys),
            (
                0,
                "103.58.71.1\tREJECT listed in the SPF record of toramaki.net\n"
                "2a03:b0c0::5\tREJECT listed in the SPF record of six.example\n",
                "",
            ),
        )


class PostfixSeesNoTrouble(BlackBoxCase):
    def test_no_mail_is_deferred_while_dns_is_dead(self):
        spfblock = self.serve(
            {
                "domains": ["toramaki.net"],
                "resolver": {"servers": ["127.0.0.1:9"], "attempts": 1},
            }
        )
        postfix = self.postfix(spfblock.port)
        self.assertEqual(postfix.reply_to("45.120.197.160")[0], 250)
        self.assertEqual(postfix.postmap("45.120.197.160"), (1, "", ""))

    def test_the_action_decides_what_postfix_does(self):
        refused = "<unknown[{0}]>: Client host rejected: {1}"
        cases = [
            ("62.1.1.9", "REJECT 100% spam", 554, "5.7.1", "100% spam"),
            ("62.1.2.9", "550 5.7.25 {network}", 550, "5.7.25", "62.1.2.9/32"),
            ("62.1.3.9", "DEFER it is {address}", 450, "4.7.1", "it is 62.1.3.9"),
            ("62.1.4.9", "WARN seen {address}", 250, "2.1.5", None),
            ("62.1.5.9", "DUNNO", 250, "2.1.5", None),
        ]
        spfblock = self.serve(
            {
                "networks": [
                    {"network": f"{address}/32", "action": action}
                    for address, action, *_ in cases
                ]
            }
        )
        self.wait_until_listed(spfblock.port, "62.1.1.9")
        postfix = self.postfix(spfblock.port)
        for address, action, code, status, text in cases:
            with self.subTest(action=action):
                said = refused.format(address, text) if text else "Ok"
                self.assertEqual(postfix.reply_to(address), (code, f"{status} {said}"))
        postfix.wait_for_log(
            "NOQUEUE: warn: RCPT from unknown[62.1.4.9]: seen 62.1.4.9"
        )
