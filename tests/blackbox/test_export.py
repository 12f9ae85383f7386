"""`spfblock export`: each format, loaded by the program it is for, answers as
the server does."""

import ipaddress
import json
import os
import random
import re
import subprocess
import unittest
import urllib.error
import urllib.request

from .harness.case import BlackBoxCase
from .harness.dnsbl import DnsblClient, Rbldnsd, ZoneFileNsd
from .harness.ports import LOOPBACK, free_port
from .harness.postfix import Postfix
from .harness.process import tool
from .harness.processor_time import main_thread_seconds, processor_seconds
from .harness.spfblock import run

FORMATS = ("plain", "json", "cidr", "access", "nftables", "rbldnsd", "dnsbl-zone")
OK, USAGE, UNAVAILABLE = 0, 64, 69

# Nested networks with other actions, both families, labels of one digit that
# IPv4 and IPv6 names share, lengths at and off the octet.
BY_HAND = [
    ("62.1.0.0/16", "REJECT by hand: {network}"),
    ("62.1.2.0/24", "WARN only watched"),
    ("62.1.2.128/25", "550 5.7.1 inner {domain}"),
    ("62.1.2.200/32", "OK a friend"),
    ("62.1.3.64/26", "DUNNO"),
    ("2.0.1.0/24", "REJECT {domain}"),
    ("5.6.0.0/15", "reject odd length"),
    ("2a01:4f8::/32", "REJECT by hand: {network}"),
    ("2a01:4f8:5::/48", "DUNNO"),
    ("2a01:4f8:5:1::/64", "450 4.7.1 „später“ \\ \"{network}\" $x ; # %41"),
    ("2001:67c:4::/46", "DISCARD"),
]
SPF = {
    "spam.example": "ip4:45.120.196.0/22 ip4:45.120.201.96/27 ip4:62.1.2.7 "
    "ip6:2a02:100:1:2::/64 ip6:2a03:7::/33",
    "watched.example": "ip4:45.120.196.128/25 ip6:2a02:100:1::/48",
}
# Its text "2a02:5:1:2::25" is also what 2a02:5:1:2:0:0:25:1 is shortened to.
NO_KEY = "2a02:5:1:2::25"


def configuration(directory, admin):
    zone = os.path.join(directory, "spf.zone")
    with open(zone, "w", encoding="ascii") as file:
        for name, terms in {**SPF, "host.example": f"ip6:{NO_KEY}"}.items():
            file.write(f'{name}. 300 IN TXT "v=spf1 {terms} -all"\n')
    return {
        "domains": [
            "spam.example",
            "host.example",
            {"name": "watched.example", "action": "WARN spfblock: {domain}"},
        ],
        "networks": [
            {"network": network, "action": action} for network, action in BY_HAND
        ],
        "resolver": {"zone_file": zone},
        "state_file": os.path.join(directory, "state.json"),
        "admin": admin,
    }


def networks():
    terms = " ".join(SPF.values()).split()
    listed = [network for network, _ in BY_HAND]
    listed += [term.partition(":")[2] for term in terms] + [NO_KEY]
    return [ipaddress.ip_network(each) for each in listed]


def addresses(count=1000):
    """The edges of all networks, and random addresses in and around them."""
    chosen = set()
    for network in networks():
        kind = type(network.network_address)
        for edge in (network.network_address, network.broadcast_address):
            chosen.update(kind(int(edge) + step) for step in (-1, 0, 1))
    source = random.Random(1)
    while len(chosen) < count:
        network = source.choice(networks())
        around = network.supernet(min(3, network.prefixlen))
        offset = source.randrange(around.num_addresses)
        chosen.add(around.network_address + offset)
    return [str(each) for each in sorted(chosen, key=lambda a: (a.version, int(a)))]


def blocks(action):
    return bool(re.match(r"(?i)(reject|discard|[45]\d\d)\b", action or ""))


def lookups(address):
    """What smtpd looks up, in this order (check_addr_access())."""
    key, mark = address, ":" if ":" in address else "."
    keys = [key]
    while mark in key:
        key = key.rpartition(mark)[0]
        keys += [key] if key else []
    return keys


class TablePostfix(Postfix):
    """Its smtpd checks clients against any table."""

    def __init__(self, table):
        self._other_table = table
        super().__init__(0)

    def _main_cf(self):
        self.table = self._other_table
        return super()._main_cf()


class Exports(BlackBoxCase):
    """Exports everything once from the running server, then stops it and
    exports everything again from its state file."""

    @classmethod
    def setUpClass(cls):
        case = cls()
        cls.addClassCleanup(case.doCleanups)
        admin = f"{LOOPBACK}:{free_port()}"
        server = case.serve(configuration(case.directory(), admin))
        server.wait_for_line("admin port listening")
        for network in networks():
            case.wait_until_listed(server.port, str(network[0]))
        client = case.connect(server.port)
        replies = client.get_all(addresses())
        cls.expected = {
            address: reply.text if reply.code == 200 else None
            for address, reply in zip(addresses(), replies)
        }
        cls.from_server = {each: export(server.file, each) for each in FORMATS}
        cls.pages = {each: page(admin, each) for each in FORMATS}
        server.stop()
        cls.from_state = {each: export(server.file, each) for each in FORMATS}

    def text(self, form):
        return self.from_server[form].stdout

    def postmap(self, *arguments, stdin=""):
        directory = self.directory()
        with open(os.path.join(directory, "main.cf"), "w") as file:
            file.write("compatibility_level = 3.6\n")
        return finished("postmap", "-c", directory, *arguments, stdin=stdin)

    def answers(self, table, keys):
        done = self.postmap("-q", "-", table, stdin="".join(f"{k}\n" for k in keys))
        return dict(line.split("\t", 1) for line in done.stdout.splitlines())


class TheirConsumers(Exports):
    def test_the_sample_covers_what_matters(self):
        self.assertGreaterEqual(len(self.expected), 1000)
        words = {(text or "none").split()[0] for text in self.expected.values()}
        self.assertLessEqual(
            {"REJECT", "WARN", "550", "OK", "DUNNO", "450", "DISCARD", "none"}, words
        )

    def test_postmap_answers_from_cidr_as_the_server(self):
        table = "cidr:" + self.file("table", self.text("cidr"))
        found = self.answers(table, self.expected)
        for address, expected in self.expected.items():
            self.assertEqual(found.get(address), expected, address)

    def test_postmap_answers_from_access_as_the_server(self):
        for kind in ("lmdb", "hash", "texthash"):
            with self.subTest(kind=kind):
                file = self.file("access", self.text("access"))
                if kind != "texthash":
                    made = self.postmap(f"{kind}:{file}")
                    self.assertEqual(made.returncode, 0, made.stderr)
                self.check_access(f"{kind}:{file}")

    def check_access(self, table):
        keys = {key for each in self.expected for key in lookups(each)}
        found = self.answers(table, keys)
        for address, expected in self.expected.items():
            answer = next((found[k] for k in lookups(address) if k in found), None)
            self.assertEqual(answer, None if address == NO_KEY else expected, address)

    def test_smtpd_answers_from_access_as_the_server(self):
        table = "texthash:" + self.file("access", self.text("access"))
        os.chmod(os.path.dirname(table.partition(":")[2]), 0o755)
        postfix = self.closing(TablePostfix(table))
        for address, expected in (
            ("62.1.9.9", "REJECT by hand: 62.1.0.0/16"),
            ("62.1.2.1", "WARN only watched"),
            ("62.1.2.129", "550 5.7.1 inner 62.1.2.128/25"),
            ("62.1.2.200", "OK a friend"),
            ("2a01:4f8::7", "REJECT by hand: 2a01:4f8::/32"),
            ("2a01:4f8:5::7", "DUNNO"),
            ("2a01:4f8:5:1::7", self.expected["2a01:4f8:5:1::"]),
            ("2a02:100:1:2:0:0:3:4", self.expected["2a02:100:1:2::"]),
            ("2001:67c:5::1", "DISCARD"),
            (NO_KEY + ":1", None),
        ):
            with self.subTest(address=address):
                code = postfix.reply_to(address)[0]
                rejected = re.match(r"REJECT|[45]\d\d", expected or "")
                self.assertEqual(code >= 400, bool(rejected), (code, expected))

    def test_access_blocks_no_innocent_for_a_host_that_it_cannot_tell(self):
        keys = lookups("2a02:5:1:2::25:1")
        self.assertIn(NO_KEY, keys)
        self.assertNotIn(NO_KEY + "\t", self.text("access"))
        said = self.from_server["access"].stderr
        self.assertIn("left out: 1 IPv6 network ", said)

    def test_nft_accepts_its_sets_which_hold_what_is_blocked(self):
        self.assertEqual(complaints_of_nft(self.file("nft", self.text("nftables"))), "")
        self.check_set("nftables", r"^  (\S+),$")

    def test_plain_holds_what_is_blocked(self):
        self.check_set("plain", r"^([^#\s]+)$")

    def check_set(self, form, pattern):
        listed = [
            ipaddress.ip_network(each)
            for each in re.findall(pattern, self.text(form), re.M)
        ]
        for address, expected in self.expected.items():
            found = [n for n in listed if ipaddress.ip_address(address) in n]
            self.assertEqual(len(found), 1 if blocks(expected) else 0, address)

    def test_rbldnsd_lists_what_is_blocked(self):
        server = self.closing(Rbldnsd(self.text("rbldnsd")))
        self.assertFalse([line for line in server.lines if "invalid" in line])
        self.check_dnsbl(server.port, "{address} is listed by spfblock: {listing}")

    def test_nsd_lists_what_is_blocked(self):
        server = self.closing(ZoneFileNsd(self.text("dnsbl-zone")))
        self.check_dnsbl(server.port, "listed by spfblock: {listing}")

    def check_dnsbl(self, port, form):
        client = self.closing(DnsblClient(port))
        listings = self.listings()
        for address, expected in self.expected.items():
            reason = None
            if blocks(expected):
                listing = listings(address)
                reason = form.format(address=address, listing=listing)
            self.assertEqual(client.reason(address), reason, address)
        for address, listed in (
            ("127.0.0.2", True),
            ("127.0.0.1", False),
            ("::ffff:7f00:2", True),
            ("::ffff:7f00:1", False),
        ):
            self.assertEqual(client.reason(address) is not None, listed, address)

    def listings(self):
        """Which listing answers for an address, by the JSON."""
        found = [
            (ipaddress.ip_network(each["network"]), each["listing"])
            for each in json.loads(self.text("json"))["networks"]
        ]
        found.sort(key=lambda each: -each[0].prefixlen)
        return lambda address: next(
            name for network, name in found if ipaddress.ip_address(address) in network
        )

    def test_named_checkzone_accepts_the_zone(self):
        file = self.file("zone", self.text("dnsbl-zone"))
        done = finished("named-checkzone", "-i", "local", "bl.example", file)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertTrue(done.stdout.endswith("\nOK\n"), done.stdout)

    def test_json_has_every_network_with_listing_and_action(self):
        document = json.loads(self.text("json"))
        self.assertEqual(document["from_state_file"], False)
        entries = {each["network"]: each for each in document["networks"]}
        self.assertEqual(
            entries["62.1.2.128/25"],
            {
                "network": "62.1.2.128/25",
                "listing": "62.1.2.128/25",
                "action": "550 5.7.1 inner 62.1.2.128/25",
                "blocks": True,
            },
        )
        self.assertEqual(entries["45.120.196.128/25"]["listing"], "watched.example")
        self.assertLessEqual({str(each) for each in networks()}, set(entries))

    def test_what_is_watched_only_is_named_as_left_out(self):
        for form in ("plain", "nftables", "rbldnsd", "dnsbl-zone"):
            with self.subTest(format=form):
                done = self.from_server[form]
                for text in (done.stderr, done.stdout):
                    self.assertRegex(text, r"(?m)^\S+ left out: \d+ networks whose")
        self.assertEqual(self.from_server["cidr"].stderr, "")


class WhereItComesFrom(Exports):
    def test_the_admin_port_gives_the_same(self):
        for form in FORMATS:
            with self.subTest(format=form):
                self.assertEqual(undated(self.pages[form]), undated(self.text(form)))

    def test_the_state_file_gives_the_same_table_and_says_so(self):
        for form in FORMATS:
            with self.subTest(format=form):
                done = self.from_state[form]
                self.assertEqual(undated(done.stdout), undated(self.text(form)))
                self.assertIn("; reading ", done.stderr)
                self.assertRegex(
                    done.stdout, 'from the state file|"from_state_file": true'
                )


class Refusals(BlackBoxCase):
    def test_an_unknown_format_is_a_usage_error(self):
        for arguments in (["--format", "zone"], []):
            done = run("export", "-c", "/nonexistent", *arguments)
            self.assertEqual(done.returncode, USAGE)
            self.assertIn("--format", done.stderr)

    def test_neither_server_nor_state_exits_69(self):
        file = self.file(
            "c.json", '{"domains": ["a.example"], "admin": "", "state_file": ""}'
        )
        done = run("export", "-c", file, "--format", "plain")
        self.assertEqual((done.returncode, done.stdout), (UNAVAILABLE, ""))

    def test_the_admin_port_names_the_formats(self):
        admin = f"{LOOPBACK}:{free_port()}"
        server = self.serve({"domains": [], "admin": admin})
        server.wait_for_line("admin port listening")
        with self.assertRaises(urllib.error.HTTPError) as caught:
            page(admin, "zone")
        self.assertEqual(caught.exception.code, 400)
        self.assertIn("dnsbl-zone", caught.exception.read().decode())

    def test_an_empty_table_is_accepted_by_every_consumer(self):
        admin = f"{LOOPBACK}:{free_port()}"
        server = self.serve({"domains": [], "admin": admin})
        server.wait_for_line("admin port listening")
        texts = {each: export(server.file, each).stdout for each in FORMATS}
        self.assertEqual(complaints_of_nft(self.file("nft", texts["nftables"])), "")
        for server_of, form in ((Rbldnsd, "rbldnsd"), (ZoneFileNsd, "dnsbl-zone")):
            server = self.closing(server_of(texts[form]))
            client = self.closing(DnsblClient(server.port))
            self.assertIsNone(client.reason("192.0.2.1"))
            self.assertIsNotNone(client.reason("127.0.0.2"))
        self.assertEqual(json.loads(texts["json"])["networks"], [])


class Busy(BlackBoxCase):
    def test_who_makes_a_page_is_not_who_heeds_signals(self):
        admin = f"{LOOPBACK}:{free_port()}"
        networks = [
            {"network": f"11.{i >> 8}.{i & 255}.0/25", "action": "REJECT"}
            for i in range(20_000)
        ]
        server = self.serve({"networks": networks, "admin": admin})
        self.wait_until_listed(server.port, "11.0.0.1")
        main, all_of_it = main_thread_seconds(server.pid), processor_seconds(server.pid)
        for form in ("json", "plain", "cidr"):
            page(admin, form)
        main = main_thread_seconds(server.pid) - main
        all_of_it = processor_seconds(server.pid) - all_of_it
        self.assertLess(main * 3, all_of_it)


def export(file, form):
    done = run("export", "-c", file, "--format", form)
    if done.returncode != OK:
        raise AssertionError(f"{form}: {done}")
    return done


def finished(program, *arguments, stdin=""):
    return subprocess.run(
        [tool(program), *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=600,
    )


def complaints_of_nft(file):
    """What it says of a file; nothing if it would take it."""
    as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
    done = finished("unshare", "--net", *as_root, tool("nft"), "-c", "-f", file)
    return done.stderr or "" if done.returncode == 0 else f"failed: {done.stderr}"


def page(admin, form):
    with urllib.request.urlopen(
        f"http://{admin}/export?format={form}", timeout=60
    ) as reply:
        return reply.read().decode()


def undated(text):
    """Without what differs from one export to the next."""
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "DATE", text)
    text = re.sub(r", from the state file$", "", text, flags=re.M)
    text = re.sub(r'"at": \d+|"from_state_file": \w+|(?<=localhost\. )\d+', "", text)
    return text


if __name__ == "__main__":
    unittest.main()
