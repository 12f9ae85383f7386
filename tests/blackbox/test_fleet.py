"""A fleet end to end, in network namespaces and with the files of etc/fleet: a record
changes at its origin, and three mail servers with three kinds of secondaries reject
its new networks."""

import glob
import re
import subprocess
import time

from .harness import machines
from .harness.case import BlackBoxCase
from .harness.fleet import (
    KnotServer,
    MailServer,
    NamedServer,
    NsdServer,
    Origin,
    RbldnsdServer,
    RsyncOrigin,
    forgetful,
    shipped,
    shipped_path,
)
from .harness.nsd import Nsd
from .harness.ports import LOOPBACK, free_port
from .harness.process import tool
from .harness.spfblock import run
from .harness.waiting import PATIENCE_S, eventually

SPAMMER = "spam.example"
NEIGHBOUR = "62.200.1.9"


def setUpModule():
    machines.build_network()


def others(octet, count=10000):
    """Networks listed by hand, so that the list has a size."""
    return [
        {"network": f"{octet}.{i // 250}.{i % 250}.0/24"} for i in range(count)
    ]


def record(third):
    """Twenty networks below 62.THIRD."""
    networks = " ".join(f'"ip4:62.{third}.{i * 2}.0/24 "' for i in range(20))
    return [f'@ IN TXT "v=spf1 " {networks} "-all"']


def first_of(third):
    return f"62.{third}.0.9"


class ShippedFiles(BlackBoxCase):
    """Each is what its own checker takes for good."""

    def assert_valid(self, *command):
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=PATIENCE_S
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_name_servers_and_the_resolver_take_their_configurations(self):
        for command, names in (
            ([tool("nsd-checkconf")], ("nsd-primary.conf", "nsd-secondary.conf")),
            ([tool("named-checkconf")], ("named-secondary.conf",)),
            ([tool("unbound-checkconf")], ("unbound.conf",)),
        ):
            for name in names:
                with self.subTest(name):
                    self.assert_valid(*command, shipped_path(name))
        for name in ("knot-primary.conf", "knot-secondary.conf"):
            with self.subTest(name):
                self.assert_valid(tool("knotc"), "-c", shipped_path(name), "conf-check")

    def test_systemd_takes_the_units(self):
        units = sorted(glob.glob(shipped_path("spfblock-*")))
        self.assertEqual(len(units), 8)
        for each in units:
            with self.subTest(each):
                self.assert_valid(tool("systemd-analyze"), "verify", "--man=no", each)


class Fleet(BlackBoxCase):
    def build(self, server):
        self.dns = self.closing(
            Nsd({SPAMMER: record(1)}, port=53, address=machines.OWN_ADDRESS)
        )
        self.origin = self.closing(
            Origin(
                server,
                {
                    "listen": ["127.0.0.1:10060"],
                    "domains": [SPAMMER],
                    "networks": others(60),
                    "resolver": {"servers": [self.dns.server]},
                    "refresh": {"interval": "1s", "minimum": "1s"},
                    "allow": {"reserved": False, "providers": False},
                    "action": "REJECT {domain}",
                },
            )
        )
        self.mail_servers = [
            self.closing(MailServer(each))
            for each in (NsdServer, KnotServer, NamedServer)
        ]
        self.wait_until_all_list(first_of(1))

    def wait_until_all_list(self, address):
        for each in self.mail_servers:
            eventually(lambda each=each: each.lists(address), "it lists " + address)

    def assert_all_reject(self, address):
        for each in self.mail_servers:
            eventually(
                lambda each=each: each.reply_to(address)[0] == 554,
                "it rejects " + address,
            )
            self.assertIn(
                f"listed by spfblock: {SPAMMER}", each.reply_to(address)[1]
            )
            self.assertEqual(each.reply_to(NEIGHBOUR)[0], 250)

    def octets(self):
        return [each.machine.octets() for each in self.mail_servers]

    def moved_since(self, before):
        return [now - then for now, then in zip(self.octets(), before)]

    def change_record(self, third):
        mark = self.origin.spfblock.mark()
        self.dns.change(SPAMMER, record(third))
        self.origin.spfblock.wait_for_line("listing changed", after=mark)

    def assert_a_change_is_cheap(self, whole):
        before = self.octets()
        self.change_record(2)
        changed = time.monotonic()
        self.wait_until_all_list(first_of(2))
        listed = time.monotonic()
        moved = max(self.moved_since(before))
        self.assert_all_reject(first_of(2))
        print(
            f"\nto all secondaries {listed - changed:.2f} s, of which "
            f"{listed - self.origin.published_at:.2f} s from the file on; {moved} "
            f"octets to each at most, {whole} for the whole zone",
            flush=True,
        )
        self.assertLess(moved, 0.02 * whole)

    def assert_an_hour_is_short(self):
        """What an hour does to a secondary that is off and comes back: its zone is not
        expired, and it is time to ask for the next.  Further, more may have changed
        than the primary keeps: test_who_missed_more_than_is_kept..."""
        refresh, expire = map(
            int,
            re.search(r"SOA \S+ \S+ \d+ (\d+) \d+ (\d+) ", self.origin.published()).groups(),
        )
        hour = 3600
        self.assertGreater(expire, 100 * hour)
        self.assertLessEqual(refresh, hour)
        for name in ("nsd", "knot", "named"):  # and none waits for that
            (asks_s,) = re.findall(
                r"(?:max-refresh-time:?|refresh-max-interval:) (\d+)",
                shipped(f"{name}-secondary.conf"),
            )
            self.assertLess(int(asks_s), hour)

    def assert_who_was_off_catches_up(self, whole):
        for each in self.mail_servers:
            each.stop_secondary()
        self.change_record(3)
        self.change_record(4)
        self.origin.wait_until_primary_has("*.0.4.62")
        before = self.octets()
        for each in self.mail_servers:
            each.start_secondary()
        self.wait_until_all_list(first_of(4))
        moved = max(self.moved_since(before))
        print(f"after two changes missed: {moved} octets at most", flush=True)
        self.assertLess(moved, 0.04 * whole)

    def assert_rejects_without_the_primary(self):
        self.origin.close()
        self.assert_all_reject(first_of(4))

    def assert_fails_open_without_the_secondary(self):
        for each in self.mail_servers:
            each.secondary.stop()
            took = []
            for host in range(3):
                begin = time.monotonic()
                self.assertEqual(each.reply_to(f"62.4.2.{host}")[0], 250)
                took.append(f"{time.monotonic() - begin:.2f}")
            print(f"RCPT without the secondary: {', '.join(took)} s", flush=True)

    def run_fleet(self, server):
        self.build(server)
        self.assert_all_reject(first_of(1))
        whole = max(self.octets())
        self.assert_a_change_is_cheap(whole)
        self.assert_an_hour_is_short()
        self.assert_who_was_off_catches_up(whole)
        self.assert_rejects_without_the_primary()
        self.assert_fails_open_without_the_secondary()

    def test_with_nsd_as_the_hidden_primary(self):
        self.run_fleet(NsdServer)

    def test_with_knot_as_the_hidden_primary(self):
        self.run_fleet(KnotServer)


    def run_beyond_the_journal(self, server):
        """More files than the primary has changes of, while the secondaries are off."""
        self.build(forgetful(server, 2))
        whole = max(self.octets())
        for each in self.mail_servers:
            each.stop_secondary()
        for third in (3, 4, 5, 6):
            self.change_record(third)
            self.origin.wait_until_primary_has(f"*.0.{third}.62")
        before = self.octets()
        for each in self.mail_servers:
            each.start_secondary()
        self.wait_until_all_list(first_of(6))
        moved = min(self.moved_since(before))
        print(f"\nafter four changes missed, of which two were kept: {moved} octets "
              f"at least, {whole} at first", flush=True)
        self.assertGreater(moved, 0.5 * whole)
        for each in self.mail_servers:
            self.assertTrue(each.lists("60.1.1.9"))
            self.assertFalse(each.lists(first_of(5)))

    def test_who_missed_more_than_is_kept_gets_the_whole_zone_from_nsd(self):
        self.run_beyond_the_journal(NsdServer)

    def test_who_missed_more_than_is_kept_gets_the_whole_zone_from_knot(self):
        self.run_beyond_the_journal(KnotServer)


class Rsync(BlackBoxCase):
    """The other way: rbldnsd, and its file by rsync."""

    def export(self, networks):
        admin = f"{LOOPBACK}:{free_port()}"
        server = self.serve({"networks": networks, "admin": admin})
        return eventually(
            lambda: run("export", "-c", server.file, "--format", "rbldnsd").stdout,
            "the table can be had",
        )

    def test_a_new_file_is_fetched_and_served(self):
        origin = self.closing(RsyncOrigin(self.export(others(60))))
        secondary = self.closing(RbldnsdServer())
        eventually(lambda: secondary.lists("60.1.1.9"), "the first file is served")
        self.assertFalse(secondary.lists(NEIGHBOUR))
        whole = secondary.machine.octets()
        origin.publish(self.export(others(60, 9980) + others(61, 20)))
        moved = secondary.fetch()
        eventually(lambda: secondary.lists("61.0.1.9"), "the second file is served")
        print(
            f"\nrsync: {moved} octets for a change, {secondary.fetch()} for none, "
            f"{whole} at first",
            flush=True,
        )
        self.assertLess(moved, 0.1 * whole)
        self.assertTrue(secondary.lists("60.1.1.9"))
        self.assertFalse(secondary.lists("60.39.249.9"))
