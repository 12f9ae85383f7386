"""/etc/resolv.conf of a machine of its own: whom it names is asked, also where it
changes, or comes later than the server.

Tests also: interface.
"""

import json
import os
import subprocess
import unittest

from .harness import admin, own_machine
from .harness.case import BlackBoxCase
from .harness.ports import LOOPBACK, free_port
from .harness.scripted_dns import ScriptedDns
from .harness.spfblock import run
from .harness.waiting import eventually

FILE = "/etc/resolv.conf"
DOMAIN = "a.example"
LINK_LOCAL = "fe80::53"


def write(text):
    """Replaces the file, as those who own it do."""
    with open(FILE + ".new", "w", encoding="ascii") as file:
        file.write(text)
    os.replace(FILE + ".new", FILE)


class ResolvConf(BlackBoxCase):
    @classmethod
    def setUpClass(cls):
        own_machine.move_in()
        # The name may be a link to where nothing is on this machine.
        if os.path.lexists(FILE):
            os.remove(FILE)

    def dns(self, address, network):
        """A name server at port 53 that authorises that network."""
        record = f"v=spf1 ip4:{network} -all"
        return self.closing(
            ScriptedDns({(DOMAIN, "TXT"): [record]}, address=address, port=53)
        )

    def start(self, **refresh):
        self.admin = f"{LOOPBACK}:{free_port()}"
        return self.serve(
            {
                "admin": self.admin,
                "domains": [DOMAIN],
                "resolver": {"timeout": "1s"},
                "refresh": refresh,
            }
        )

    def assert_status_names(self, server, *asked):
        told = json.loads(admin.ask(self.admin, "/status").body)
        self.assertEqual(told["resolver"]["servers"], list(asked))
        said = run("status", "-c", server.file).stdout
        self.assertIn(f"\nname servers: {', '.join(asked)}\n", said)

    def test_whom_it_names_at_the_time_is_asked(self):
        self.dns("127.0.0.2", "62.1.2.0/24")
        self.dns("127.0.0.3", "62.1.3.0/24")
        write("nameserver 127.0.0.2\n")
        server = self.start(interval="1s", minimum="1s", retry="1s")
        server.wait_for_line(f"name servers servers=127.0.0.2:53 from={FILE}$")
        self.wait_until_listed(server.port, "62.1.2.1")
        self.assert_status_names(server, "127.0.0.2:53")
        write("nameserver 127.0.0.3\nnameserver 127.0.0.2\n")
        server.wait_for_line(
            f'name servers servers="127.0.0.3:53, 127.0.0.2:53" from={FILE}$'
        )
        self.wait_until_listed(server.port, "62.1.3.1")
        self.assert_status_names(server, "127.0.0.3:53", "127.0.0.2:53")

    def test_an_empty_one_at_the_start_is_waited_for(self):
        for text in ("", None):
            with self.subTest(text=text):
                if text is None:
                    os.remove(FILE)
                else:
                    write(text)
                # Far longer than the test waits: no retry mends it.
                server = self.start(retry="1h")
                server.wait_for_line(f"no name server configured file={FILE} ")
                self.assert_not_listed(server.port, "62.1.2.1")
                self.assert_status_names(server, "127.0.0.1:53")
                dns = self.dns("127.0.0.2", "62.1.2.0/24")
                write("nameserver 127.0.0.2\n")
                self.wait_until_listed(server.port, "62.1.2.1")
                server.wait_for_line("name servers servers=127.0.0.2:53 ")
                server.stop()
                dns.close()

    def test_one_that_is_emptied_later_is_told(self):
        self.dns("127.0.0.2", "62.1.2.0/24")
        write("nameserver 127.0.0.2\n")
        server = self.start(interval="1s", minimum="1s", retry="1s")
        self.wait_until_listed(server.port, "62.1.2.1")
        write("# nobody\n")
        server.wait_for_line(f"no name server configured file={FILE} ")
        self.assert_listed(server.port, "62.1.2.1")

    def test_a_link_local_address_with_its_interface(self):
        ip("address", "add", f"{LINK_LOCAL}/64", "dev", "lo", "nodad")
        scoped = f"{LINK_LOCAL}%lo"
        eventually(lambda: "tentative" not in addresses(), "it can be used")
        self.dns(scoped, "62.1.2.0/24")
        write(f"nameserver {scoped}\n")
        server = self.start()
        server.wait_for_line(rf"name servers servers=\[{scoped}\]:53 from={FILE}$")
        self.wait_until_listed(server.port, "62.1.2.1")
        self.assert_status_names(server, f"[{scoped}]:53")

    def test_an_interface_that_comes_later(self):
        write(f"nameserver {LINK_LOCAL}%later0\n")
        server = self.start(interval="1s", minimum="1s", retry="1s")
        server.wait_for_line(
            rf"interface of a name server missing server=\[{LINK_LOCAL}%later0\]:53"
            rf" interface=later0 from={FILE}$"
        )
        self.assert_not_listed(server.port, "62.1.2.1")
        ip("link", "add", "later0", "type", "veth", "peer", "name", "later1")
        for each in ("later0", "later1"):
            ip("link", "set", each, "up")
        ip("address", "add", f"{LINK_LOCAL}/64", "dev", "later0", "nodad")
        eventually(lambda: "tentative" not in addresses("later0"), "it can be used")
        self.dns(f"{LINK_LOCAL}%later0", "62.1.2.0/24")
        self.wait_until_listed(server.port, "62.1.2.1")


def ip(*command):
    """SkipTest where this machine's kernel cannot do it."""
    done = subprocess.run(
        ["ip", *command], capture_output=True, text=True, timeout=60
    )
    if done.returncode != 0:
        raise unittest.SkipTest(f"ip {' '.join(command)}: {done.stderr}")


def addresses(interface="lo"):
    return subprocess.run(
        ["ip", "-6", "address", "show", "dev", interface],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
