"""Many connections, too many, and no descriptor left: who is connected stays
connected and is answered."""

import os
import resource
import socket
import time

from .harness.admin import ask
from .harness.case import BlackBoxCase
from .harness.ports import LOOPBACK, free_port
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
    def assert_gone(self, client):
        self.assertEqual(client.receive_all(), b"")

    def test_who_was_silent_longest_gives_way_and_a_reload_moves_it(self):
        spfblock = self.start(connections=20)
        clients = [self.connect(spfblock.port) for _ in range(20)]
        self.assert_answered(clients)
        for _ in range(10):
            clients.append(self.connect(spfblock.port))
            self.assert_answered(clients[-1:])
            self.assert_gone(clients.pop(0))
        self.assert_answered(clients)
        spfblock.wait_for_line("connection limit reached connections=20")
        self.assertEqual(len(spfblock.matching("connection limit reached")), 1)

        spfblock.reload(connections=30)
        clients += [self.connect(spfblock.port) for _ in range(10)]
        self.assert_answered(clients)

        # A lower one takes nobody's connection away.
        spfblock.reload(connections=10)
        self.assert_answered(clients)

    def test_four_thousand_idle_clients_stop_nobody(self):
        admin = free_port()
        spfblock = self.start(connections=100, admin=f"127.0.0.1:{admin}")
        asks = self.connect(spfblock.port)
        self.assert_answered([asks])
        idle = []
        for number in range(4096):
            idle.append(socket.create_connection((LOOPBACK, spfblock.port)))
            self.addCleanup(idle[-1].close)
            if number % 3 == 0:
                idle[-1].send(b"g")  # and no more
            if number % 256 == 255:
                self.assert_answered([asks])
                self.assert_answered([self.connect(spfblock.port)])
        self.assertEqual(ask(f"127.0.0.1:{admin}", "/healthz").status, 200)
        spfblock.reload(connections=101)
        self.assert_answered([asks])

    def test_clients_do_not_use_up_the_descriptors_of_all_else(self):
        admin = free_port()
        spfblock = self.start(
            ("prlimit", "--nofile=200:200", "--"),
            admin=f"127.0.0.1:{admin}",
            resolver={"servers": [self.dns.server], "in_flight": 20},
        )
        spfblock.wait_for_line("too few open files allowed wanted=[0-9]+ allowed=200")
        idle = [self.connect(spfblock.port) for _ in range(300)]
        self.assertEqual(ask(f"127.0.0.1:{admin}", "/healthz").status, 200)
        spfblock.reload(domains=["one.example", "two.example"])
        spfblock.wait_for_line("domain=two.example reason=.*no SPF record")
        self.assert_answered([self.connect(spfblock.port)])
        self.assertEqual(spfblock.matching("cannot accept"), [])
        self.assertEqual(len(idle), 300)


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
