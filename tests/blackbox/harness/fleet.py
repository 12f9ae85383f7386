"""A fleet of mail servers around one spfblock, set up with the files of etc/fleet as
they are: the hidden primary at 198.51.100.10, a secondary, unbound and Postfix on
each of 198.51.100.11, .12 and .13."""

import contextlib
import json
import os
import re
import shlex
import socket
import tempfile
import threading
import time

from . import smtp
from .dns_message import encode_question
from .dnsbl import data_of, reversed_name
from .machines import Machine
from .ports import LOOPBACK
from .postfix import SERVICES
from .spfblock import CHECKOUT, program, run
from .waiting import eventually

ZONE = "bl.example.org"

_FILES = os.path.join(CHECKOUT, "etc", "fleet")
# Where the secondaries and the primary answer.
_PORT = 10053
_PUBLISHED = f"/var/lib/spfblock/public/{ZONE}.zone"
_CONFIGURATION = "/etc/spfblock/spfblock.json"


def shipped(name):
    """The text of a file of etc/fleet."""
    with open(shipped_path(name), encoding="ascii") as file:
        return file.read()


def shipped_path(name):
    return os.path.join(_FILES, name)


def exec_start(unit):
    """The command of ExecStart= of a unit of etc/fleet."""
    (command,) = re.findall(
        r"(?m)^ExecStart=((?:.*\\\n)*.*)$", shipped(unit)
    )
    return shlex.split(command.replace("\\\n", " ").replace("$$", "$"))


class NsdServer:
    """NSD as Debian has it; the address of its secondary is .11."""

    host = 11
    command = ("nsd", "-d", "-P", "")
    configuration = f"/etc/nsd/nsd.conf.d/{ZONE}.conf"
    unit = "spfblock-zone-nsd.service"
    folder = "/var/lib/nsd"

    @staticmethod
    def set_up(machine, role):
        machine.write(NsdServer.configuration, shipped(f"nsd-{role}.conf"))
        machine.run("install", "-d", "-o", "nsd", "-g", "nsd", "/run/nsd")

    @staticmethod
    def is_up(machine):
        return os.path.exists(machine.path("/run/nsd/control"))

    @staticmethod
    def be_off_soon(machine):
        """The zone is written down, as it is once a minute."""
        machine.run("nsd-control", "write")
        written = machine.path(f"{NsdServer.folder}/{ZONE}.zone")
        eventually(lambda: os.path.exists(written), "NSD has written the zone down")


class KnotServer:
    host = 12
    command = ("knotd",)
    configuration = "/etc/knot/knot.conf"
    unit = "spfblock-zone-knot.service"
    folder = "/var/lib/knot"

    @staticmethod
    def set_up(machine, role):
        machine.write(KnotServer.configuration, shipped(f"knot-{role}.conf"))
        machine.run("install", "-d", "-o", "knot", "-g", "knot", "/run/knot")

    @staticmethod
    def be_off_soon(machine):
        """Its journal is written at once."""

    @staticmethod
    def is_up(machine):
        return os.path.exists(machine.path("/run/knot/knot.sock"))


class NamedServer:
    host = 13
    command = ("named", "-f", "-u", "bind")

    @staticmethod
    def set_up(machine, role):
        machine.write(f"/etc/bind/{ZONE}.conf", shipped(f"named-{role}.conf"))
        machine.write(
            "/etc/bind/named.conf.local", f'include "/etc/bind/{ZONE}.conf";\n'
        )
        # Its head says what belongs there.
        options = re.findall(r"(?m)^//     (\S.*;)$", shipped(f"named-{role}.conf"))
        machine.write(
            "/etc/bind/named.conf.options",
            'options { directory "/var/cache/bind"; listen-on-v6 { none; };\n'
            + "\n".join(options)
            + "\n};\n",
        )
        machine.run("install", "-d", "-g", "bind", "-m", "775", "/run/named")

    @staticmethod
    def be_off_soon(machine):
        """It writes the zone down as it ends."""


def forgetful(server, changes):
    """The same server; as a primary it keeps so many changes, not those of etc/fleet."""

    class Forgetful(server):
        @staticmethod
        def set_up(machine, role):
            server.set_up(machine, role)
            if role == "primary":
                path = machine.path(server.configuration)
                with open(path, encoding="ascii") as file:
                    text, found = re.subn(
                        r"((?:ixfr-number|journal-max-depth): )\d+", rf"\g<1>{changes}",
                        file.read(),
                    )
                assert found == 1
                machine.write(server.configuration, text)

    return Forgetful


class Origin:
    """The machine of spfblock and of the hidden primary.

    A thread is what systemd would be: it runs the service of etc/fleet whenever the
    published file is another one.
    """

    def __init__(self, server, configuration):
        self._server = server
        # When the file that is published now was seen first (time.monotonic()).
        self.published_at = None
        self._ended = threading.Event()
        self._threads = []
        self._stack = contextlib.ExitStack()
        with contextlib.ExitStack() as stack:
            self.machine = _closing(stack, Machine(10))
            stack.callback(self._end_threads)
            self.machine.run("mkdir", "-p", os.path.dirname(_PUBLISHED))
            server.set_up(self.machine, "primary")
            self.primary = _closing(stack, self.machine.start(*server.command))
            eventually(lambda: server.is_up(self.machine), "the primary is up")
            self._serve(stack, configuration)
            self._begin(self._reload)
            self._stack = stack.pop_all()

    def close(self):
        self._stack.close()

    def published(self):
        """The zone file."""
        with open(self.machine.path(_PUBLISHED), encoding="ascii") as file:
            return file.read()

    def wait_until_primary_has(self, name):
        """Until the file that it reads has a record of that name."""
        copy = self.machine.path(f"{self._server.folder}/{ZONE}.zone")

        def has():
            with open(copy, encoding="ascii") as file:
                return f"\n{name} " in file.read()

        eventually(has, "the primary has " + name)

    def _serve(self, stack, configuration):
        """spfblock, and whoever publishes the zone."""
        publishes = knows_publish()
        if publishes:
            configuration = {**configuration, "publish": [_publication(_PUBLISHED)]}
        self.machine.write(_CONFIGURATION, json.dumps(configuration))
        self.spfblock = _closing(stack, self.machine.start(program(), "serve"))
        self.spfblock.wait_for_line("table published")
        if not publishes:
            self._begin(self._publish)

    def _publish(self):
        """Stands in for `publish` where the program cannot do it yet: a file when the
        table is another one, at most once a second."""
        seen = 0
        while not self._ended.wait(0.05):
            published = len(self.spfblock.matching("table published"))
            if published != seen and self.spfblock.returncode is None:
                self.machine.run(
                    "sh", "-ec", f"{shlex.quote(program())} export"
                    f" --format dnsbl-zone > {_PUBLISHED}.new;"
                    f" mv {_PUBLISHED}.new {_PUBLISHED}",
                )
                seen = published
                time.sleep(1)

    def _reload(self):
        seen = None
        while not self._ended.wait(0.02):
            with contextlib.suppress(FileNotFoundError):
                there = os.stat(self.machine.path(_PUBLISHED)).st_ino
                if there != seen and self.primary.returncode is None:
                    seen = there
                    self.published_at = time.monotonic()
                    self.machine.run(*exec_start(self._server.unit))

    def _begin(self, work):
        self._threads.append(threading.Thread(target=work, daemon=True))
        self._threads[-1].start()

    def _end_threads(self):
        self._ended.set()
        for each in self._threads:
            each.join()


class MailServer:
    """A machine with a secondary, unbound and Postfix, which rejects by the list."""

    def __init__(self, server):
        self._server = server
        self._stack = contextlib.ExitStack()
        with contextlib.ExitStack() as stack:
            self.machine = _closing(stack, Machine(server.host))
            self._stack = stack
            server.set_up(self.machine, "secondary")
            self.start_secondary()
            self._start_unbound()
            self._start_postfix()
            self._stack = stack.pop_all()

    def close(self):
        self._stack.close()

    def start_secondary(self):
        self.secondary = _closing(
            self._stack, self.machine.start(*self._server.command)
        )

    def stop_secondary(self):
        self._server.be_off_soon(self.machine)
        self.secondary.stop()

    def lists(self, address):
        """Whether the secondary says so."""
        return _lists(self.machine, address)

    def reply_to(self, address):
        """What a client there is told to RCPT."""
        with self.machine.network():
            return smtp.reply_to(25, address)

    def _start_unbound(self):
        machine = self.machine
        machine.write(f"/etc/unbound/unbound.conf.d/{ZONE}.conf", shipped("unbound.conf"))
        # What many have besides.
        machine.write(
            "/etc/unbound/unbound.conf.d/rebinding.conf",
            "server:\n    private-address: 127.0.0.0/8\n",
        )
        machine.copy("/usr/share/dns/root.key", "/var/lib/unbound/root.key")
        machine.write("/etc/resolv.conf", f"nameserver {LOOPBACK}\n")
        _closing(self._stack, machine.start("unbound", "-d", "-p"))

    def _start_postfix(self):
        self.machine.write(
            "/etc/postfix/main.cf",
            "compatibility_level = 3.6\n"
            "myhostname = mx.recipient.invalid\n"
            "mydestination = recipient.invalid\n"
            "inet_interfaces = loopback-only\n"
            "local_recipient_maps =\n"
            "local_transport = discard\n"
            "alias_maps =\n"
            "alias_database =\n"
            "maillog_file = /var/log/mail.log\n"
            "mynetworks = 192.0.2.0/24\n"
            f"smtpd_authorized_xclient_hosts = {LOOPBACK}\n"
            "smtpd_peername_lookup = no\n"
            "smtpd_client_restrictions = permit_mynetworks,\n"
            f"    reject_rbl_client {ZONE}=127.0.0.2\n",
        )
        self.machine.write(
            "/etc/postfix/master.cf", "smtp inet n - n - - smtpd\n" + SERVICES
        )
        self.machine.run("postfix", "start")


class RsyncOrigin:
    """The machine of spfblock where rbldnsd is served by rsync instead."""

    def __init__(self, text):
        self._stack = contextlib.ExitStack()
        with contextlib.ExitStack() as stack:
            self.machine = _closing(stack, Machine(10))
            self.machine.write("/etc/rsyncd.conf", shipped("rsyncd.conf"))
            self.publish(text)
            _closing(stack, self.machine.start("rsync", "--daemon", "--no-detach"))
            self._stack = stack.pop_all()

    def close(self):
        self._stack.close()

    def publish(self, text):
        path = self.machine.path(f"/var/lib/spfblock/public/{ZONE}.rbldnsd")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path + ".new", "w", encoding="ascii") as file:
            file.write(text)
        os.replace(path + ".new", path)


class RbldnsdServer:
    """A secondary of it: `fetch` is what its timer does."""

    def __init__(self):
        self._stack = contextlib.ExitStack()
        with contextlib.ExitStack() as stack:
            self.machine = _closing(stack, Machine(11))
            self.machine.write("/etc/default/rbldnsd", shipped("rbldnsd.default"))
            eventually(self._fetches, "rsync answers")
            # As Debian's rbldnsd.service starts it.
            _closing(stack, self.machine.start("/usr/sbin/rbldnsd.wrapper"))
            self._stack = stack.pop_all()

    def close(self):
        self._stack.close()

    def fetch(self):
        """Octets that it took."""
        before = self.machine.octets()
        self.machine.run(*exec_start("spfblock-rsync.service"))
        return self.machine.octets() - before

    def lists(self, address):
        return _lists(self.machine, address)

    def _fetches(self):
        with contextlib.suppress(AssertionError):
            return self.fetch()


def _lists(machine, address):
    with machine.network():
        client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with client:
        client.settimeout(1)
        try:
            client.connect((LOOPBACK, _PORT))
            client.send(encode_question(1, reversed_name(address, ZONE), "A"))
            return data_of(client.recv(4096), "A") == [bytes((127, 0, 0, 2))]
        except OSError:
            return False


def knows_publish():
    """Whether the program writes the files of the section `publish` itself."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"publish": [_publication("/tmp/zone")]}, file)
        file.flush()
        return "publish" not in run("check", "-c", file.name).stderr


def _publication(file):
    return {"format": "dnsbl-zone", "file": file, "every": "1s"}


def _closing(stack, part):
    stack.callback(part.close)
    return part
