"""Ports that cannot be had, and signals that come before all is there."""

import json
import os
import re
import signal
import socket

from .harness.admin import ask
from .harness.case import BlackBoxCase
from .harness.ports import LOOPBACK, free_port
from .harness.process import Process
from .harness.service_manager import listening_socket
from .harness.spfblock import STOP_S, program, run
from .harness.waiting import eventually

LISTED = "62.1.0.1"


def configuration(**changes):
    return json.dumps(
        {
            "state_file": "",
            "admin": "",
            "networks": [{"network": "62.1.0.0/16", "action": "REJECT by hand"}],
            "allow": {"reserved": False, "providers": False},
            **changes,
        }
    )


class PortCase(BlackBoxCase):
    def start(self, file):
        server = Process([program(), "serve", "-c", file])
        self.addCleanup(server.end)
        return server

    def listening(self, server, port):
        server.wait_for_line(f"listening address={LOOPBACK}:{port}$")


class Taken(PortCase):
    def start(self, **changes):
        return super().start(self.file("spfblock.json", configuration(**changes)))

    def test_the_others_are_served_and_it_is_told_once_and_tried_again(self):
        free, taken, admin = free_port(), free_port(), free_port()
        other = listening_socket(taken)
        server = self.start(
            listen=[f"{LOOPBACK}:{taken}", f"{LOOPBACK}:{free}"],
            admin=f"{LOOPBACK}:{admin}",
        )
        server.wait_for_line(
            f"port unavailable address={LOOPBACK}:{taken} "
            f'reason="cannot listen on {LOOPBACK}:{taken}: Address already in use"'
        )
        self.listening(server, free)
        self.assert_listed(free, LISTED)
        health = ask(f"{LOOPBACK}:{admin}", "/healthz")
        self.assertEqual(health.status, 503)
        self.assertIn(f"cannot listen on {LOOPBACK}:{taken}: Address al", health.body)
        self.assert_status_says(admin, 1, f"PORT UNAVAILABLE: .* {LOOPBACK}:{taken}:")
        page = ask(f"{LOOPBACK}:{admin}", "/metrics").body
        self.assertIn("\nspfblock_ports_unavailable 1\n", page)
        server.send_signal(signal.SIGHUP)
        server.wait_for_line("configuration reloaded")
        other.close()
        self.listening(server, taken)
        self.assert_listed(taken, LISTED)
        self.assertEqual(ask(f"{LOOPBACK}:{admin}", "/healthz").status, 200)
        self.assert_status_says(admin, 0, "^0 domains\n")
        self.assertEqual(len(server.matching("port unavailable")), 1)
        self.assertEqual(len(server.matching(f"listening address={LOOPBACK}:{free}$")), 1)

    def assert_status_says(self, admin, status, pattern):
        file = self.file("asked.json", configuration(admin=f"{LOOPBACK}:{admin}"))
        done = run("status", "-c", file)
        self.assertEqual(done.returncode, status, done.stdout)
        self.assertRegex(done.stdout, pattern)

    def test_the_only_one_too(self):
        taken = free_port()
        other = listening_socket(taken)
        server = self.start(listen=[f"{LOOPBACK}:{taken}"])
        server.wait_for_line("port unavailable")
        other.close()
        self.listening(server, taken)
        self.assert_listed(taken, LISTED)

    def test_an_address_that_the_machine_does_not_have(self):
        free, port = free_port(), free_port()
        server = self.start(listen=[f"{LOOPBACK}:{free}", f"192.0.2.77:{port}"])
        server.wait_for_line(
            f"port unavailable address=192.0.2.77:{port} .*Cannot assign requested"
        )
        self.listening(server, free)
        self.assert_listed(free, LISTED)
        server.send_signal(signal.SIGTERM)
        self.assertEqual(server.wait(STOP_S), 0)

    def test_the_admin_port(self):
        port, taken = free_port(), free_port()
        other = listening_socket(taken)
        server = self.start(
            listen=[f"{LOOPBACK}:{port}"], admin=f"{LOOPBACK}:{taken}"
        )
        server.wait_for_line("admin port unavailable")
        self.listening(server, port)
        self.assert_listed(port, LISTED)
        other.close()
        server.wait_for_line("admin port listening")
        self.assertEqual(ask(f"{LOOPBACK}:{taken}", "/healthz").status, 200)
        self.assertEqual(len(server.matching("admin port unavailable")), 1)


class EarlySignals(PortCase):
    """The configuration is a FIFO: who reads it waits for the test."""

    def test_before_the_start_is_done_they_wait_and_kill_nothing(self):
        port = free_port()
        fifo = os.path.join(self.directory(), "spfblock.json")
        os.mkfifo(fifo)
        server = self.start(fifo)
        eventually(lambda: holds_back(server.pid, signal.SIGHUP), "it is held back")
        for _ in range(3):
            server.send_signal(signal.SIGHUP)
        server.send_signal(signal.SIGUSR1)
        for line in ("listening", "configuration reloaded"):
            with open(fifo, "w", encoding="utf-8") as out:
                out.write(configuration(listen=[f"{LOOPBACK}:{port}"]))
            server.wait_for_line(line)
        server.wait_for_line("statistics")
        self.assert_listed(port, LISTED)

    def test_a_stop_is_heeded_at_once(self):
        fifo = os.path.join(self.directory(), "spfblock.json")
        os.mkfifo(fifo)
        server = self.start(fifo)
        eventually(lambda: holds_back(server.pid, signal.SIGHUP), "it is held back")
        server.send_signal(signal.SIGTERM)
        self.assertEqual(server.wait(STOP_S), -signal.SIGTERM)


def holds_back(pid, number):
    """Whether the main thread of a process has blocked the signal."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        mask = int(re.search(r"^SigBlk:\s*([0-9a-f]+)", file.read(), re.M)[1], 16)
    return mask >> (number - 1) & 1 == 1
