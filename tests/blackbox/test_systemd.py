"""As a service of systemd: what the units say, what the service manager is
told, and sockets that it hands over.

Tests also: service_manager_none, service_manager_systemd.
"""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import time
import unittest

from .harness.case import BlackBoxCase
from .harness.package import is_sanitized
from .harness.ports import free_port, has_ipv6
from .harness.process import Process, tool
from .harness.service_manager import ServiceManager, listening_socket
from .harness.spfblock import CHECKOUT, program
from .harness.tcp_table import TableClient, ask_once, refuses_connections
from .harness.waiting import eventually

UNITS = ("spfblock.service", "spfblock.socket", "spfblock-policy.socket")
ETC = os.path.join(CHECKOUT, "etc")

BY_HAND = {"networks": [{"network": "62.1.1.0/24"}], "action": "REJECT by hand"}
LISTED, NOT_LISTED = "62.1.1.1", "62.1.2.1"


def analyze(*arguments):
    return subprocess.run(
        [tool("systemd-analyze"), *arguments],
        capture_output=True,
        text=True,
        timeout=600,
    )


def lines_of(unit):
    """[(name, value)] of its settings."""
    with open(os.path.join(ETC, unit), encoding="utf-8") as file:
        return re.findall(r"^(\w+)=(.*)$", file.read(), re.MULTILINE)


def with_added(section, lines):
    """Adds lines to each unit that has that section."""
    return lambda text: text + lines if section in text else text


class Units(BlackBoxCase):
    def verify(self, change=lambda text: text):
        """What systemd has to say of them, with a program that exists."""
        directory = self.directory()
        for unit in UNITS:
            with open(os.path.join(ETC, unit), encoding="utf-8") as file:
                text = file.read().replace("/usr/sbin/spfblock", "/bin/true")
            with open(os.path.join(directory, unit), "w", encoding="utf-8") as file:
                file.write(change(text))
        done = analyze(
            "verify", "--man=no", *(os.path.join(directory, each) for each in UNITS)
        )
        return done.returncode, done.stdout + done.stderr

    def test_are_valid(self):
        self.assertEqual(self.verify(), (0, ""))

    def test_the_check_sees_a_wrong_word(self):
        status, said = self.verify(lambda text: text.replace("WatchdogSec", "Watchdog"))
        self.assertIn("Watchdog", said, status)

    def test_are_valid_with_what_the_page_has_edited_in(self):
        """By `systemctl edit`, in the order of the page."""
        with open(
            os.path.join(CHECKOUT, "docs", "operations.md"), encoding="utf-8"
        ) as page:
            blocks = re.findall(r"(?m)^    \[S\w+\]\n(?:    \w+=.*\n)+", page.read())
        self.assertEqual([each.split()[0] for each in blocks], ["[Socket]", "[Service]"])
        for block in blocks:
            added = block.replace("    ", "")
            section = block.split()[0]
            self.assertEqual(
                self.verify(with_added(section, added)),
                (0, ""),
                block,
            )

    def test_leave_little_to_an_intruder(self):
        done = analyze(
            "security",
            "--offline=true",
            "--threshold=12",
            "--no-pager",
            os.path.join(ETC, "spfblock.service"),
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_bound_what_a_fault_of_the_program_costs_the_machine(self):
        service = dict(lines_of("spfblock.service"))
        self.assertEqual(service["LimitCORE"], "0")
        self.assertRegex(service["MemoryMax"], "^[1-9][0-9]*[MG]$")
        self.assertRegex(service["TasksMax"], "^[1-9][0-9]*$")

    def test_hand_over_the_port_of_the_default_configuration(self):
        listen = [value for name, value in lines_of("spfblock.socket")
                  if name == "ListenStream"]
        with open(os.path.join(ETC, "spfblock.json"), encoding="utf-8") as file:
            self.assertIn(f'"listen": ["{listen[0]}"]', file.read())
        self.assertEqual(len(listen), 1)


class ReloadOfTheUnit(BlackBoxCase):
    """What ExecReload= runs, as systemd does: one after the other until one
    fails."""

    def reload(self, spfblock):
        commands = [value for name, value in lines_of("spfblock.service")
                    if name == "ExecReload"]
        self.assertEqual(len(commands), 2)
        for command in commands:
            check = f"{program()} check -c {spfblock.file}"
            done = subprocess.run(
                shlex.split(command.replace("/usr/sbin/spfblock check", check)),
                env={**os.environ, "MAINPID": str(spfblock.pid)},
                capture_output=True,
                timeout=60,
            )
            if done.returncode != 0:
                return done.returncode
        return 0

    def test_is_done_where_the_file_is_accepted(self):
        spfblock = self.serve(BY_HAND)
        spfblock.write({**spfblock.configuration, "action": "HOLD"})
        self.assertEqual(self.reload(spfblock), 0)
        spfblock.wait_for_line("configuration reloaded")

    def test_fails_where_it_is_refused_and_the_service_knows(self):
        spfblock = self.serve(BY_HAND)
        spfblock.write('{"domainz": []}')
        self.assertEqual(self.reload(spfblock), 78)
        spfblock.wait_for_line("configuration refused, former one in force")
        self.assert_listed(spfblock.port, LISTED)

    def test_nothing_is_checked_before_the_start(self):
        self.assertNotIn("ExecStartPre", dict(lines_of("spfblock.service")))


class SystemCalls(BlackBoxCase):
    """The filter of the unit lets through what the program needs."""

    def allowed(self):
        """The system calls that SystemCallFilter= lets through."""
        allowed = set()
        for name, value in lines_of("spfblock.service"):
            if name != "SystemCallFilter":
                continue
            takes_away = value.startswith("~")
            for word in value.lstrip("~").split():
                calls = self.group(word) if word.startswith("@") else {word}
                allowed = allowed - calls if takes_away else allowed | calls
        return allowed

    def group(self, name):
        said = analyze("syscall-filter", name).stdout
        words = [line.strip() for line in said.splitlines()[1:]]
        calls = set()
        for word in words:
            if word.startswith("@"):
                calls |= self.group(word)
            elif word and not word.startswith("#"):
                calls.add(word)
        self.assertTrue(calls, f"{name} is empty: {said}")
        return calls

    def test_all_that_it_makes_are_let_through(self):
        if shutil.which("strace") is None:
            self.skipTest("strace is not installed")
        if is_sanitized():
            self.skipTest("a sanitizer makes calls of its own")
        trace = os.path.join(self.directory(), "trace")
        state = os.path.join(self.directory(), "state.json")
        zone = self.file("a.zone", 'spam.example. 60 TXT "v=spf1 ip4:62.1.3.0/24"\n')
        port, admin = free_port(), free_port()
        manager = self.closing(ServiceManager({"a": listening_socket(port)}, 0.2))
        spfblock = self.serve(
            {
                "listen": [f"127.0.0.1:{port}", f"127.0.0.1:{free_port()}"],
                "admin": f"127.0.0.1:{admin}",
                "threads": 2,
                "state_file": state,
                "domains": ["spam.example"],
                "allow": {"reserved": True},
                "resolver": {"zone_file": zone},
                "log": {"target": "stderr"},
            },
            # -D: the program stays the child, and strace is its grandchild.
            through=("strace", "-D", "-f", "-qqq", "-o", trace, *manager.through),
            pass_fds=manager.pass_fds,
        )
        manager.wait_until_told("WATCHDOG=1")
        self.wait_until_listed(spfblock.port, "62.1.3.1")
        with TableClient(admin) as curl:
            curl.send(b"GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n")
            self.assertIn(b"spam.example", curl.receive())
        spfblock.send_signal(signal.SIGUSR1)
        spfblock.reload(domains=[], resolver={"servers": ["127.0.0.1:9"]})
        spfblock.reload(domains=["spam.example"])
        spfblock.wait_for_line("domain failing")
        spfblock.stop()

        with open(trace, encoding="utf-8") as file:
            text = file.read()
        # What came before the program is systemd's own business.
        ours = text[text.rindex('"serve", "-c"') :].partition("\n")[2]
        made = set(re.findall(r"^\d+ +([a-z0-9_]+)\(", ours, re.MULTILINE))
        self.assertIn("accept4", made)
        self.assertIn("fsync", made)
        self.assertEqual(made - self.allowed(), set())


class Notifications(BlackBoxCase):
    def start(self, configuration=None, watchdog_s=None):
        self.manager = self.closing(ServiceManager(watchdog_s=watchdog_s))
        return self.serve(configuration or BY_HAND, through=self.manager.through)

    def test_is_ready_when_lookups_are_answered_from_the_table(self):
        spfblock = self.start()
        self.manager.wait_until_told("READY=1")
        self.assert_listed(spfblock.port, LISTED)
        self.assertEqual(self.manager.told[0][1], "READY=1")

    def test_tells_when_a_reload_begins_and_ends(self):
        spfblock = self.start()
        ready = self.manager.wait_until_told("READY=1")
        spfblock.reload(networks=[{"network": "62.1.2.0/24"}])
        reloading = self.manager.wait_until_told("RELOADING=1", ready)
        self.manager.wait_until_told("READY=1", reloading)
        moment = int(self.manager.values("MONOTONIC_USEC", ready)[0])
        self.assertGreater(moment, 0)
        self.wait_until_listed(spfblock.port, "62.1.2.1")

    def test_a_refused_reload_ends_too_and_is_shown_until_one_is_not(self):
        spfblock = self.start()
        ready = self.manager.wait_until_told("READY=1")
        spfblock.write("{")
        spfblock.hang_up()
        reloading = self.manager.wait_until_told("RELOADING=1", ready)
        place = self.manager.wait_until_told("READY=1", reloading)
        self.wait_for_status("the last reload was refused", place)
        spfblock.reload()
        place = self.manager.wait_until_told("READY=1", place)
        self.wait_for_status("0 connections$", place)

    def test_shows_figures(self):
        zone = self.file("a.zone", 'spam.example. 60 TXT "v=spf1 ip4:62.1.3.0/24"\n')
        spfblock = self.start(
            {
                **BY_HAND,
                "domains": ["spam.example", "lost.example"],
                "resolver": {"zone_file": zone},
            },
            watchdog_s=0.2,
        )
        self.wait_until_listed(spfblock.port, "62.1.3.1")
        client = self.connect(spfblock.port)
        client.get(LISTED)
        self.wait_for_status("^2 domains: .*; 2 networks; ")
        self.wait_for_status("; ([2-9]|[1-9][0-9]+) lookups, 1 connection$")

    def test_says_that_it_stops(self):
        spfblock = self.start()
        ready = self.manager.wait_until_told("READY=1")
        spfblock.stop()
        self.manager.wait_until_told("STOPPING=1", ready)
        self.assertNotIn("WATCHDOG", self.manager.told[-1][1])

    def test_is_alive_at_half_of_the_interval(self):
        started = time.monotonic()
        self.start(watchdog_s=1.0)
        manager = self.manager
        manager.wait_for(lambda: len(manager.values("WATCHDOG")) >= 5, "5 times alive")
        at = [moment for moment, text in manager.told if text == "WATCHDOG=1"]
        # Late on a busy machine, but neither in a burst nor at another pace.
        self.assertGreaterEqual(at[4] - started, 4 * 0.5)
        self.assertLess(at[4] - at[0], 4 * 1.0)

    def test_is_not_alive_while_it_is_stopped(self):
        spfblock = self.start(watchdog_s=0.2)
        manager = self.manager
        manager.wait_until_told("WATCHDOG=1")
        spfblock.suspend()
        try:
            eventually_stopped(spfblock.pid)
            manager.settle()
            count = len(manager.values("WATCHDOG"))
            with self.assertRaises(AssertionError):
                manager.wait_for(
                    lambda: len(manager.values("WATCHDOG")) > count, "a beat", 1.0
                )
        finally:
            spfblock.send_signal(signal.SIGCONT)
        manager.wait_for(lambda: len(manager.values("WATCHDOG")) > count, "a beat")

    def test_a_manager_that_is_gone_stops_nothing(self):
        spfblock = self.serve(
            BY_HAND,
            through=("env", "NOTIFY_SOCKET=/nowhere/at/all", "WATCHDOG_USEC=1000"),
        )
        self.assert_listed(spfblock.port, LISTED)
        spfblock.reload()
        self.assert_listed(spfblock.port, LISTED)

    def wait_for_status(self, pattern, after=0):
        def matching():
            return [
                text
                for text in self.manager.values("STATUS", after)
                if re.search(pattern, text)
            ]

        return self.manager.wait_for(matching, f"a status with {pattern}")


def eventually_stopped(pid):
    os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOWAIT)


def is_admin_port(endpoint):
    with TableClient(int(endpoint.rpartition(":")[2])) as curl:
        curl.send(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return b"HTTP/1.1 200" in curl.receive()


class SocketActivation(BlackBoxCase):
    def start(self, sockets, configuration, **changes):
        """`sockets` is {name: port}, handed over on 127.0.0.1."""
        self.manager = self.closing(
            ServiceManager(
                {name: listening_socket(port) for name, port in sockets.items()}
            )
        )
        return self.serve(
            {**BY_HAND, **configuration, **changes},
            through=self.manager.through,
            pass_fds=self.manager.pass_fds,
        )

    def test_serves_on_a_socket_that_was_handed_over(self):
        port = free_port()
        spfblock = self.start({"x.socket": port}, {"listen": [f"127.0.0.1:{port}"]})
        spfblock.wait_for_line(f"listening address=127.0.0.1:{port} socket=x.socket")
        self.assert_listed(port, LISTED)
        self.assert_not_listed(port, NOT_LISTED)
        self.assertEqual(spfblock.matching("socket handed over"), [])

    def test_answers_those_who_connected_before_it_was_started(self):
        port = free_port()
        held = listening_socket(port)
        early = self.connect(port)
        early.send(f"get {LISTED}\n".encode())
        manager = self.closing(ServiceManager({"x.socket": held}))
        self.serve(
            {**BY_HAND, "listen": [f"127.0.0.1:{port}"]},
            through=manager.through,
            pass_fds=manager.pass_fds,
        )
        self.assertEqual(early.reply(), (200, "REJECT by hand"))

    def test_finds_each_socket_by_its_address_and_opens_the_others(self):
        first, second, third = free_port(), free_port(), free_port()
        admin = free_port()
        spfblock = self.start(
            {"b": second, "admin": admin, "a": first},
            {
                "listen": [f"127.0.0.1:{each}" for each in (first, second, third)],
                "admin": f"127.0.0.1:{admin}",
            },
        )
        for port in (first, second, third):
            self.assert_listed(port, LISTED)
        with TableClient(admin) as curl:
            curl.send(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            self.assertIn(b"HTTP/1.1 200", curl.receive())
        for port, name in ((first, "a"), (second, "b")):
            spfblock.wait_for_line(
                f"listening address=127.0.0.1:{port} socket={name}$"
            )
        spfblock.wait_for_line(f"listening address=127.0.0.1:{third}$")
        self.assertEqual(spfblock.matching("not in listen"), [])

    def test_takes_ipv6_sockets(self):
        if not has_ipv6():
            self.skipTest("no ::1 on this machine")
        port = free_port()
        manager = self.closing(ServiceManager({"six": listening_socket(port, "::1")}))
        self.serve(
            {**BY_HAND, "listen": [f"[::1]:{port}"]},
            through=manager.through,
            pass_fds=manager.pass_fds,
        )
        self.assertEqual(ask_once(port, LISTED, "::1").code, 200)

    def test_a_socket_on_every_address_stands_for_the_one_in_listen(self):
        for host in ("0.0.0.0", "::"):
            if host == "::" and not has_ipv6():
                continue
            port = free_port()
            held = socket.socket(
                socket.AF_INET6 if host == "::" else socket.AF_INET, socket.SOCK_STREAM
            )
            if host == "::":
                held.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            held.bind((host, port))
            held.listen(16)
            manager = self.closing(ServiceManager({"wide": held}))
            at = f"[::]:{port}" if host == "::" else f"{host}:{port}"
            directory = self.directory()
            file = os.path.join(directory, "spfblock.json")
            with open(file, "w", encoding="utf-8") as out:
                json.dump(
                    {
                        **BY_HAND,
                        "listen": [f"127.0.0.1:{port}"],
                        "admin": "",
                        "state_file": "",
                        "allow": {"reserved": False, "providers": False},
                    },
                    out,
                )
            server = Process(
                [*manager.through, program(), "serve", "-c", file],
                pass_fds=manager.pass_fds,
            )
            self.addCleanup(server.end)
            server.wait_for_line(
                "socket handed over stands for an address "
                f"address=127.0.0.1:{port} socket=wide on={re.escape(at)}"
            )
            self.assert_listed(port, LISTED)

    def test_warns_of_what_it_has_no_use_for(self):
        port, other = free_port(), free_port()
        stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        manager = self.closing(
            ServiceManager({"other": listening_socket(other), "datagrams": stranger})
        )
        spfblock = self.serve(
            {**BY_HAND, "listen": [f"127.0.0.1:{port}"]},
            through=manager.through,
            pass_fds=manager.pass_fds,
        )
        self.assert_listed(port, LISTED)
        spfblock.wait_for_line(
            "socket handed over but not in listen "
            f"address=127.0.0.1:{other} socket=other"
        )
        self.assert_listed(other, LISTED)  # nobody hangs there
        spfblock.wait_for_line("socket of no use handed over socket=datagrams")

    def test_a_reload_that_leaves_a_socket_out_leaves_nobody_unanswered(self):
        port, other = free_port(), free_port()
        spfblock = self.start({"x": port}, {"listen": [f"127.0.0.1:{port}"]})
        client = self.connect(port)
        self.assertEqual(client.get(LISTED).code, 200)
        before = spfblock.mark()
        spfblock.reload(listen=[f"127.0.0.1:{other}"])
        spfblock.wait_for_line(
            f"socket handed over but not in listen address=127.0.0.1:{port}",
            after=before,
        )
        self.assert_listed(other, LISTED)
        self.assertEqual(client.get(LISTED).code, 200)  # stays connected
        self.assert_listed(port, LISTED)
        spfblock.reload(listen=[f"127.0.0.1:{port}"])
        eventually(lambda: refuses_connections(other), "the other port is closed")
        self.assert_listed(port, LISTED)

    def test_a_reload_moves_the_admin_port_off_a_socket_and_back(self):
        admin, other = free_port(), free_port()
        at = f"127.0.0.1:{admin}"
        spfblock = self.start({"x": admin}, {"admin": at})
        for place in (f"127.0.0.1:{other}", at):
            spfblock.reload(admin=place)
            # Meanwhile the socket is one for lookups: a thread lets go of it.
            eventually(lambda at=place: is_admin_port(at), f"{place} is the admin port")

    def test_accepted_connections_send_at_once_and_notice_dead_peers(self):
        port = free_port()
        self.start({"x": port}, {"listen": [f"127.0.0.1:{port}"]})
        client = self.connect(port)
        self.assertEqual(client.get(LISTED).code, 200)
        held = self.manager.sockets["x"]
        # What accepted connections inherit (tcp(7)).
        for level, option in (
            (socket.IPPROTO_TCP, socket.TCP_NODELAY),
            (socket.SOL_SOCKET, socket.SO_KEEPALIVE),
        ):
            self.assertEqual(held.getsockopt(level, option), 1)
        keep_idle = held.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE)
        self.assertEqual(keep_idle, 300)

    def test_several_threads_share_a_socket(self):
        port = free_port()
        spfblock = self.start(
            {"x": port}, {"listen": [f"127.0.0.1:{port}"]}, threads=4
        )
        clients = [self.connect(port) for _ in range(100)]
        for client in clients:
            client.send(f"get {LISTED}\n".encode())
        for client in clients:
            self.assertEqual(client.reply().code, 200)
        spfblock.send_signal(signal.SIGUSR1)
        spfblock.wait_for_line("statistics .* connections_open=100 ")

    def test_those_who_wait_when_it_stops_are_the_next_ones(self):
        port = free_port()
        spfblock = self.start({"x": port}, {"listen": [f"127.0.0.1:{port}"]})
        idle = self.connect(port)
        self.assertEqual(idle.get(LISTED).code, 200)
        spfblock.stop()
        self.assertEqual(idle.receive_all(), b"")
        waiting = self.connect(port)
        waiting.send(f"get {LISTED}\n".encode())
        self.serve(
            {**BY_HAND, "listen": [f"127.0.0.1:{port}"]},
            through=self.manager.through,
            pass_fds=self.manager.pass_fds,
        )
        self.assertEqual(waiting.reply().code, 200)
