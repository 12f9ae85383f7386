"""Many connections, too many, and no descriptor left: who is connected stays
connected and is answered."""

import os
import resource
import time

from .harness.case import BlackBoxCase
from .harness.process_memory import resident_mib
from .harness.scripted_dns import ScriptedDns
from .harness.tcp_table import TableClient
from .harness.waiting import eventually

LISTED = (200, "REJECT one.example")
UNLISTED = (500, "not listed")


class ConnectionCase(BlackBoxCase):
    def setUp(self):
        self.dns = self.closing(
            ScriptedDns({("one.example", "TXT"): ["v=spf1 ip4:62.1.0.0/24 -all"]})
        )

    def start(self, through=(), **changes):
        """Returns when the domain is listed."""
        spfblock = self.serve(
            {
                "action": "REJECT {domain}",
                "domains": ["one.example"],
                "resolver": {"servers": [self.dns.server]},
                **changes,
            },
            through=through,
        )
        self.wait_until_listed(spfblock.port, "62.1.0.1")
        return spfblock

    def assert_answered(self, clients):
        for client in clients:
            client.send(b"get 62.1.0.1\nget 62.1.1.0\n")
        for client in clients:
            self.assertEqual(client.reply(), LISTED)
            self.assertEqual(client.reply(), UNLISTED)

    def assert_turned_away(self, port):
        self.assertEqual(self.connect(port).receive_all(), b"")

    def wait_until_let_in(self, port):
        """Returns the client that is."""

        def let_in():
            client = self.connect(port)
            try:
                client.get("62.1.0.1")
                return client
            except (AssertionError, OSError):
                return None

        return eventually(let_in, "a new client is let in")


class Idle(ConnectionCase):
    COUNT = 1000
    # The kernel's share of a connection is not in it.  Reloads free what they
    # replace; the allocator keeps some of it.
    MOST_MIB = 4.0

    def setUp(self):
        super().setUp()
        self._allow_descriptors(self.COUNT + 200)

    def _allow_descriptors(self, wanted):
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        soft, hard = limits
        if hard != resource.RLIM_INFINITY and hard < wanted:
            self.skipTest(f"only {hard} open files allowed")
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, limits)

    def test_a_thousand_cost_little_and_survive_five_reloads(self):
        # A soft limit that is too low: the program raises it.
        spfblock = self.start(through=("prlimit", "--nofile=256:"))
        before = resident_mib(spfblock.pid)
        clients = [self.connect(spfblock.port) for _ in range(self.COUNT)]
        self.assert_answered(clients)
        connected = resident_mib(spfblock.pid)
        self.assertLess(connected - before, self.MOST_MIB)

        for number in range(5):
            spfblock.reload(
                networks=[{"network": "62.2.0.0/16", "action": f"REJECT {number}"}]
            )
            wanted = (200, f"REJECT {number}")
            some = clients[number]
            eventually(lambda: some.get("62.2.0.1") == wanted, "it is in force")
        for client in clients:
            self.assertEqual(client.get("62.2.0.1"), wanted)
        self.assert_answered(clients)
        self.assertLess(resident_mib(spfblock.pid) - connected, self.MOST_MIB)


class Limit(ConnectionCase):
    def test_who_is_over_it_is_turned_away_and_a_reload_moves_it(self):
        spfblock = self.start(connections=20)
        clients = [self.wait_until_let_in(spfblock.port) for _ in range(20)]
        for _ in range(10):
            self.assert_turned_away(spfblock.port)
        self.assert_answered(clients)
        spfblock.wait_for_line("connection limit reached connections=20")
        self.assertEqual(len(spfblock.matching("connection limit reached")), 1)

        spfblock.reload(connections=30)
        clients += [self.connect(spfblock.port) for _ in range(10)]
        self.assert_answered(clients)
        self.assert_turned_away(spfblock.port)

        # A lower one takes nobody's connection away.
        spfblock.reload(connections=10)
        self.assert_answered(clients)
        for client in clients[:20]:
            client.close()
        self.assert_turned_away(spfblock.port)
        clients = clients[20:]
        self.assert_answered(clients)
        clients.pop().close()
        clients.append(self.wait_until_let_in(spfblock.port))
        self.assert_answered(clients)


class NoDescriptor(ConnectionCase):
    def setUp(self):
        super().setUp()
        self.spfblock = self.start(
            refresh={"interval": "1s", "minimum": "1s", "retry": "1s"}
        )

    def exhaust(self):
        """Leaves the program no descriptor, as from a limit of the system."""
        pid, limits = self.spfblock.pid, resource.RLIMIT_NOFILE
        self._former = resource.prlimit(pid, limits)
        used = self._lasting_descriptors()
        free = min(set(range(len(used) + 1)) - used)
        resource.prlimit(pid, limits, (free, self._former[1]))

    def relieve(self):
        resource.prlimit(self.spfblock.pid, resource.RLIMIT_NOFILE, self._former)

    def _lasting_descriptors(self):
        """Without those of a question that is under way."""
        folder = f"/proc/{self.spfblock.pid}/fd"
        looks = []
        for _ in range(3):
            looks.append({int(name) for name in os.listdir(folder)})
            time.sleep(0.1)
        return set.intersection(*looks)

    def test_clients_go_on_and_new_ones_wait_until_there_is_one(self):
        clients = [self.connect(self.spfblock.port) for _ in range(20)]
        self.assert_answered(clients)
        self.exhaust()
        waiting = [TableClient(self.spfblock.port) for _ in range(3)]
        for client in waiting:
            self.closing(client).send(b"get 62.1.0.1\nget 62.1.1.0\n")
        self.spfblock.wait_for_line("cannot accept reason=.*Too many open files")
        self.spfblock.wait_for_line("domain failing domain=one.example")
        before = self.spfblock.hang_up()
        self.spfblock.wait_for_line("configuration refused", after=before)
        for client in waiting:
            self.assertTrue(client.is_quiet(0.1))
        self.assert_answered(clients)

        self.relieve()
        for client in waiting:
            self.assertEqual(client.reply(), LISTED)
            self.assertEqual(client.reply(), UNLISTED)
        self.spfblock.wait_for_line("domain recovered domain=one.example")
        self.assert_answered([*clients, *waiting, self.connect(self.spfblock.port)])
        self.assertEqual(len(self.spfblock.matching("cannot accept")), 1)
        self.spfblock.reload(action="REJECT {domain}")
