"""Signals: SIGHUP changes what can be changed on the fly, or nothing at all;
SIGTERM and SIGINT stop cleanly.

Tests also: service, service_lines.
"""

import os
import re
import signal
import time

from .harness import admin
from .harness.case import BlackBoxCase
from .harness.endless_file import EndlessFile
from .harness.ports import free_port, has_ipv6
from .harness.scripted_dns import ScriptedDns
from .harness.spfblock import STOP_S
from .harness.tcp_table import refuses_connections
from .harness.waiting import eventually

RECORDS = {
    ("one.example", "TXT"): ["v=spf1 ip4:62.1.1.0/24 include:shared.example -all"],
    ("two.example", "TXT"): ["v=spf1 ip4:62.1.2.0/24 include:shared.example -all"],
    ("three.example", "TXT"): ["v=spf1 ip4:62.1.3.0/24 -all"],
    ("shared.example", "TXT"): ["v=spf1 ip4:62.1.9.0/24 -all"],
}


class Reload(BlackBoxCase):
    def setUp(self):
        self.dns = self.closing(ScriptedDns(RECORDS))

    def start(self, **changes):
        return self.serve(
            {
                "domains": ["one.example", "two.example"],
                "action": "REJECT {domain}",
                "resolver": {"servers": [self.dns.server]},
                "refresh": {"interval": "1h"},
                **changes,
            }
        )

    def test_adds_and_removes_a_domain_while_a_client_stays_connected(self):
        spfblock = self.start()
        client = self.connect(spfblock.port)
        eventually(lambda: client.get("62.1.1.1").code == 200, "one.example is listed")
        eventually(lambda: client.get("62.1.2.1").code == 200, "two.example is listed")
        self.assertEqual(client.get("62.1.3.1").code, 500)

        spfblock.reload(domains=["one.example", "three.example"])
        eventually(lambda: client.get("62.1.3.1").code == 200, "three.example is added")
        eventually(lambda: client.get("62.1.2.1").code == 500, "two.example is removed")
        self.assertEqual(client.get("62.1.1.1"), (200, "REJECT one.example"))

    def test_keeps_answering_for_an_unchanged_domain_throughout(self):
        spfblock = self.start()
        client = self.connect(spfblock.port)
        eventually(lambda: client.get("62.1.1.1").code == 200, "one.example is listed")
        for domains in (["one.example"], ["three.example", "one.example"]) * 3:
            spfblock.configuration["domains"] = domains
            spfblock.write(spfblock.configuration)
            before = spfblock.hang_up()
            while not spfblock.matching("configuration reloaded", before):
                self.assertEqual(client.get("62.1.1.1").code, 200)
        self.assertEqual(client.get("62.1.1.1").code, 200)

    def test_asks_nothing_for_an_unchanged_domain(self):
        spfblock = self.start()
        self.wait_until_listed(spfblock.port, "62.1.1.1")
        self.wait_until_listed(spfblock.port, "62.1.2.1")
        before = dict(self.dns.asked)

        spfblock.reload(domains=["one.example", "three.example"])
        self.wait_until_listed(spfblock.port, "62.1.3.1")
        self.wait_until_not_listed(spfblock.port, "62.1.2.1")
        self.assertEqual(
            dict(self.dns.asked), {**before, ("three.example", "TXT"): 1}
        )
        self.assert_listed(spfblock.port, "62.1.9.1")

    def test_removes_a_domain_even_while_dns_is_silent(self):
        slow = {"servers": [self.dns.server], "timeout": "60s"}
        spfblock = self.start(resolver=slow)
        self.wait_until_listed(spfblock.port, "62.1.1.1")
        self.wait_until_listed(spfblock.port, "62.1.2.1")
        self.dns.silent.update(name for name, _ in RECORDS)
        spfblock.reload(domains=["one.example"])
        self.wait_until_not_listed(spfblock.port, "62.1.2.1", timeout=30)
        self.assert_listed(spfblock.port, "62.1.1.1")

    def test_changes_the_action_without_a_question(self):
        spfblock = self.start()
        client = self.connect(spfblock.port)
        eventually(lambda: client.get("62.1.1.1").code == 200, "one.example is listed")
        eventually(lambda: client.get("62.1.2.1").code == 200, "two.example is listed")
        before = dict(self.dns.asked)
        spfblock.reload(action="WARN {domain} {network}")
        eventually(
            lambda: client.get("62.1.1.1").text == "WARN one.example 62.1.1.0/24",
            "the new action answers",
        )
        spfblock.reload(
            domains=["one.example", {"name": "two.example", "action": "HOLD"}]
        )
        eventually(lambda: client.get("62.1.2.1").text == "HOLD", "its own action")
        self.assertEqual(client.get("62.1.1.1").text, "WARN one.example 62.1.1.0/24")
        self.assertEqual(dict(self.dns.asked), before)

    def test_changes_networks_listed_by_hand(self):
        spfblock = self.start(networks=[{"network": "62.2.0.0/16", "action": "REJECT"}])
        self.wait_until_listed(spfblock.port, "62.2.1.1")
        spfblock.reload(networks=[{"network": "2a01:4f8::/32", "action": "REJECT"}])
        self.wait_until_listed(spfblock.port, "2a01:4f8::1")
        self.assert_not_listed(spfblock.port, "62.2.1.1")

    def test_a_faulty_configuration_changes_nothing_and_the_log_says_why(self):
        spfblock = self.start()
        client = self.connect(spfblock.port)
        eventually(lambda: client.get("62.1.1.1").code == 200, "one.example is listed")
        eventually(lambda: client.get("62.1.2.1").code == 200, "two.example is listed")
        asked = dict(self.dns.asked)

        spfblock.write(
            "{\n"
            f'  "listen": ["127.0.0.1:{spfblock.port}"],\n'
            '  "domains": ["three.example", "not a name"],\n'
            '  "action": "FROWN",\n'
            '  "thread": 2\n'
            "}\n"
        )
        before = spfblock.hang_up()
        spfblock.wait_for_line("configuration refused", after=before)
        for line, pointer in ((3, "/domains/1"), (4, "/action"), (5, "/thread")):
            spfblock.wait_for_line(
                f"{re.escape(spfblock.file)}:{line}: {pointer}: ", after=before
            )
        self.assertFalse(spfblock.matching("configuration reloaded", before))
        self.assertEqual(client.get("62.1.1.1"), (200, "REJECT one.example"))
        self.assertEqual(client.get("62.1.2.1"), (200, "REJECT two.example"))
        self.assertEqual(client.get("62.1.3.1").code, 500)
        self.assertEqual(dict(self.dns.asked), asked)

        spfblock.reload(domains=["three.example"])
        eventually(lambda: client.get("62.1.3.1").code == 200, "the mended one works")

    def test_text_that_is_no_json_and_a_missing_file_change_nothing(self):
        spfblock = self.start()
        self.wait_until_listed(spfblock.port, "62.1.1.1")
        spfblock.write('{\n  "domains": [\n')
        before = spfblock.hang_up()
        spfblock.wait_for_line("configuration refused", after=before)
        spfblock.wait_for_line(re.escape(spfblock.file) + r":\d+: ", after=before)
        self.assert_listed(spfblock.port, "62.1.1.1")

        os.unlink(spfblock.file)
        before = spfblock.hang_up()
        spfblock.wait_for_line("configuration refused", after=before)
        self.assert_listed(spfblock.port, "62.1.1.1")

    def test_opens_and_closes_ports_and_keeps_the_connections_of_both(self):
        spfblock = self.start()
        self.wait_until_listed(spfblock.port, "62.1.1.1")
        first, second = spfblock.port, free_port()
        old_client = self.connect(first)
        self.assertEqual(old_client.get("62.1.1.1").code, 200)

        spfblock.reload(listen=[f"127.0.0.1:{first}", f"127.0.0.1:{second}"])
        eventually(lambda: not refuses_connections(second), "the second port is open")
        new_client = self.connect(second)
        self.assertEqual(new_client.get("62.1.1.1").code, 200)
        self.assert_listed(first, "62.1.1.1")

        spfblock.reload(listen=[f"127.0.0.1:{second}"])
        eventually(lambda: refuses_connections(first), "the first port is closed")
        self.assertEqual(old_client.get("62.1.1.1").code, 200)
        self.assertEqual(new_client.get("62.1.1.1").code, 200)
        self.assert_listed(second, "62.1.1.1")

    def test_a_port_in_use_by_another_is_reported_and_the_rest_goes_on(self):
        spfblock = self.start()
        self.wait_until_listed(spfblock.port, "62.1.1.1")
        other = self.start()
        spfblock.write(
            {
                **spfblock.configuration,
                "listen": [f"127.0.0.1:{spfblock.port}", f"127.0.0.1:{other.port}"],
            }
        )
        before = spfblock.hang_up()
        spfblock.wait_for_line(f"127.0.0.1:{other.port}", after=before)
        self.assertTrue(spfblock.running)
        self.assert_listed(spfblock.port, "62.1.1.1")

    def test_every_serving_thread_takes_over_the_new_table(self):
        spfblock = self.start(threads=4)
        self.wait_until_listed(spfblock.port, "62.1.1.1")
        clients = [self.connect(spfblock.port) for _ in range(40)]
        for client in clients:
            self.assertEqual(client.get("62.1.1.1").code, 200)
        spfblock.reload(domains=["three.example"])
        self.wait_until_listed(spfblock.port, "62.1.3.1")
        for client in clients:
            self.assertEqual(client.get("62.1.3.1"), (200, "REJECT three.example"))
            self.assertEqual(client.get("62.1.1.1"), (500, "not listed"))

    def test_a_file_that_does_not_come_to_its_end_holds_nothing_up(self):
        zone = os.path.join(self.directory(), "a.zone")
        at = f"127.0.0.1:{free_port()}"
        spfblock = self.serve(
            {
                "admin": at,
                "networks": [{"network": "62.1.1.0/24"}],
            }
        )
        self.wait_until_listed(spfblock.port, "62.1.1.1")
        endless = EndlessFile(zone)
        spfblock.write({**spfblock.configuration, "resolver": {"zone_file": zone}})
        spfblock.hang_up()
        endless.wait_until_read()
        # While it waits: the pages, the statistics, the lookups.
        self.assertEqual(admin.ask(at, "/healthz").status, 200)
        spfblock.send_signal(signal.SIGUSR1)
        spfblock.wait_for_line("statistics ")
        self.assert_listed(spfblock.port, "62.1.1.1")
        self.assertEqual(spfblock.matching("configuration refused"), [])
        # Who asks meanwhile has the file read again afterwards.
        networks = [{"network": "62.1.2.0/24"}]
        spfblock.configuration["networks"] = networks
        spfblock.write(spfblock.configuration)
        spfblock.hang_up()
        endless.end()
        self.wait_until_listed(spfblock.port, "62.1.2.1")
        self.assert_not_listed(spfblock.port, "62.1.1.1")
        # Nor the stop: stop() waits for five seconds only.
        endless = EndlessFile(zone)
        spfblock.write({**spfblock.configuration, "resolver": {"zone_file": zone}})
        spfblock.hang_up()
        endless.wait_until_read()
        spfblock.stop()
        endless.end()

    def test_many_sighups_at_once_end_with_the_last_configuration(self):
        spfblock = self.start()
        client = self.connect(spfblock.port)
        for number in range(20):
            spfblock.configuration["networks"] = [
                {"network": "62.3.0.0/16", "action": f"REJECT {number}"}
            ]
            spfblock.write(spfblock.configuration)
            spfblock.hang_up()
        eventually(lambda: client.get("62.3.0.1").text == "REJECT 19", "the last one")


class Stop(BlackBoxCase):
    NETWORKS = {"networks": [{"network": "62.1.1.0/24", "action": "REJECT"}]}

    def start(self, **changes):
        """Serves the networks; returns when they are listed."""
        spfblock = self.serve({**self.NETWORKS, **changes})
        self.wait_until_listed(spfblock.port, "62.1.1.1")
        return spfblock

    def test_sigterm_and_sigint_exit_0_in_time_with_idle_clients_connected(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=number.name):
                spfblock = self.start()
                clients = [self.connect(spfblock.port) for _ in range(50)]
                self.assertEqual(clients[-1].get("62.1.1.1").code, 200)
                started = time.monotonic()
                spfblock.stop(number)
                self.assertLess(time.monotonic() - started, STOP_S)
                spfblock.wait_for_line("stopped")
                for client in clients:
                    self.assertEqual(client.receive_all(), b"")
                self.assertTrue(refuses_connections(spfblock.port))

    def test_what_was_received_before_sigterm_is_answered(self):
        spfblock = self.start()
        clients = [self.connect(spfblock.port) for _ in range(20)]
        for client in clients:
            self.assertEqual(client.get("62.1.1.1").code, 200)
        # Stopped meanwhile, so that it finds the requests and the signal at once.
        spfblock.suspend()
        for client in clients:
            client.send(b"get 62.1.1.1\nget unknown\n")
        spfblock.send_signal(signal.SIGTERM)
        spfblock.send_signal(signal.SIGCONT)
        for client in clients:
            self.assertEqual(
                client.receive_all(), b"200 REJECT\n500 not listed\n"
            )
        self.assertEqual(spfblock.wait(), 0)

    def test_a_client_that_reads_nothing_does_not_hold_up_the_stop(self):
        spfblock = self.start()
        client = self.connect(spfblock.port)
        client.send_without_blocking(b"get 62.1.1.1\n" * 2_000_000)
        spfblock.stop()

    def test_sigterm_during_the_first_expansion_exits_0_in_time(self):
        dns = self.closing(ScriptedDns({}))
        dns.silent.add("one.example")
        spfblock = self.serve(
            {
                "domains": ["one.example"],
                "resolver": {"servers": [dns.server], "timeout": "20s"},
            }
        )
        eventually(lambda: dns.asked["one.example", "TXT"], "a question is under way")
        spfblock.stop()

    def test_the_port_is_free_for_the_next_process_at_once(self):
        spfblock = self.start()
        client = self.connect(spfblock.port)
        self.assertEqual(client.get("62.1.1.1").code, 200)
        spfblock.stop()
        self.start(listen=spfblock.configuration["listen"])

    def test_serves_ipv6_beside_ipv4(self):
        if not has_ipv6():
            self.skipTest("this machine has no ::1")
        port = free_port()
        self.start(listen=[f"127.0.0.1:{port}", f"[::1]:{port}"])
        for host in ("127.0.0.1", "::1"):
            with self.connect(port, host) as client:
                self.assertEqual(client.get("62.1.1.1").code, 200)

    def test_a_port_in_use_at_the_start_exits_69(self):
        first = self.start()
        with self.assertRaisesRegex(AssertionError, str(first.port)):
            self.start(listen=first.configuration["listen"])
