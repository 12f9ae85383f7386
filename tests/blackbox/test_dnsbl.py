"""The door dnsbl over UDP and TCP: what it answers, whom, and that NSD answers
the same from the zone that the same table is exported as."""

import contextlib
import ipaddress
import os
import random
import re
import select
import socket
import struct
import subprocess

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from .harness import admin as admin_port
from .harness.case import BlackBoxCase
from .harness.dnsbl import APEX, ZoneFileNsd, reversed_name
from .harness.ports import LOOPBACK, free_port
from .harness.service_manager import ServiceManager
from .harness.spfblock import program, run
from .harness.tcp_table import Closed, ask_once
from .harness.waiting import PATIENCE_S, eventually

# So many random names in the differential; the figure is 100000.
NAMES = int(os.environ.get("SPFBLOCK_DNSBL_NAMES", "6000"))

LISTED = "62.1.1.9"
ELSEWHERE = "62.1.9.9"
NETWORKS = [
    {"network": "62.1.1.0/24", "action": "REJECT {domain}"},
    {"network": "62.1.2.0/24", "action": "WARN {domain}"},
    {"network": "2a03:b0c0::/32", "action": "550 5.7.1 {domain}"},
]
REASON = "listed by spfblock: 62.1.1.0/24"


def door(port, at=LOOPBACK, **more):
    return {"door": "dnsbl", "at": f"{at}:{port}", "zone": APEX, **more}


def query(name, kind="A", **more):
    made = dns.message.make_query(name, kind, **more)
    made.flags = 0
    return made


def over_udp(port, wire, host=LOOPBACK, source=None, patience=PATIENCE_S):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        if source:
            client.bind((source, 0))
        client.settimeout(patience)
        client.connect((host, port))
        client.send(wire)
        return dns.message.from_wire(client.recv(4096))


def told(answer):
    """What an answer says: (rcode, sorted records of its answer section)."""
    records = sorted(
        f"{each.name.to_text().lower()} {each.ttl} {item.to_text()}"
        for each in answer.answer
        for item in each
    )
    return dns.rcode.to_text(answer.rcode()), records


class Stream:
    """Messages over one TCP connection."""

    def __init__(self, port, source=None):
        self._socket = socket.create_connection(
            (LOOPBACK, port), PATIENCE_S, (source, 0) if source else None
        )
        self._file = self._socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()
        self._socket.close()

    def send(self, *wires):
        self._socket.sendall(
            b"".join(struct.pack("!H", len(each)) + each for each in wires)
        )

    def send_octets(self, octets):
        self._socket.sendall(octets)

    def send_until_full(self, wire):
        """Until nothing is taken any more for half a second."""
        self._socket.settimeout(0.5)
        with contextlib.suppress(TimeoutError):
            while True:
                self.send(wire)

    def end(self):
        """Sends nothing more."""
        self._socket.shutdown(socket.SHUT_WR)

    def read(self):
        """The next answer; None where the stream has ended."""
        with contextlib.suppress(ConnectionResetError):
            return self._read()
        return None

    def _read(self):
        size = self._file.read(2)
        if len(size) < 2:
            return None
        return dns.message.from_wire(self._file.read(struct.unpack("!H", size)[0]))


class Door(BlackBoxCase):
    def serve_door(self, networks=None, **more):
        port = free_port()
        server = self.serve(
            {"listen": [door(port)], "networks": networks or NETWORKS, **more}
        )
        eventually(
            lambda: told(over_udp(port, query(reversed_name(LISTED)).to_wire()))[0]
            == "NOERROR",
            "it is listed",
        )
        return server

    def assert_told(self, port, name, kind, rcode, *records):
        answer = over_udp(port, query(name, kind).to_wire())
        said = told(answer)
        self.assertEqual(said[0], rcode, name)
        self.assertEqual([each.split(" ", 1)[1] for each in said[1]], list(records))
        return answer


class Answers(Door):
    def test_what_is_listed_and_what_is_not(self):
        port = self.serve_door().port
        listed, elsewhere = reversed_name(LISTED), reversed_name(ELSEWHERE)
        self.assert_told(port, listed, "A", "NOERROR", "300 127.0.0.2")
        self.assert_told(port, listed, "TXT", "NOERROR", f'300 "{REASON}"')
        answer = self.assert_told(port, elsewhere, "A", "NXDOMAIN")
        self.assertTrue(answer.flags & dns.flags.AA)
        self.assertRegex(answer.authority[0].to_text(), rf"^{APEX}\. 60 IN SOA .* 60$")
        self.assert_told(port, reversed_name("62.1.2.9"), "A", "NXDOMAIN")  # WARN
        self.assert_told(
            port, reversed_name("2a03:b0c0::9"), "A", "NOERROR", "300 127.0.0.2"
        )
        self.assert_told(port, f"1.62.{APEX}", "A", "NOERROR")
        self.assert_told(port, f"2.1.62.{APEX}", "A", "NXDOMAIN")
        self.assert_told(port, reversed_name("127.0.0.2"), "A", "NOERROR", "300 127.0.0.2")
        self.assert_told(port, reversed_name("127.0.0.1"), "A", "NXDOMAIN")
        self.assert_told(port, "example.org", "A", "REFUSED")

    def test_the_case_of_a_question_comes_back(self):
        port = self.serve_door().port
        name = reversed_name(LISTED).replace(APEX, APEX.upper())
        answer = over_udp(port, query(name).to_wire())
        self.assertEqual(answer.question[0].name.to_text(), name + ".")

    def test_edns(self):
        port = self.serve_door().port
        asked = query(reversed_name(LISTED), use_edns=0, payload=4096, want_dnssec=True)
        answer = over_udp(port, asked.to_wire())
        self.assertEqual((answer.edns, answer.payload), (0, 1232))
        self.assertTrue(answer.ednsflags & dns.flags.DO)
        asked.use_edns(1)
        answer = over_udp(port, asked.to_wire())
        self.assertEqual(answer.rcode(), dns.rcode.BADVERS)
        self.assertEqual(answer.answer, [])

    def test_what_is_no_question_gets_no_answer_and_does_no_harm(self):
        server = self.serve_door()
        good = query(reversed_name(LISTED))
        response = dns.message.make_response(good).to_wire()
        for wire in (b"", b"x", response, os.urandom(5), response * 3):
            with self.assertRaises(TimeoutError):
                over_udp(server.port, wire, patience=0.2)
        self.assertEqual(told(over_udp(server.port, good.to_wire()))[0], "NOERROR")

    def test_tcp_is_kept_open_and_answers_in_order(self):
        server = self.serve_door()
        names = [reversed_name(f"62.1.{i % 3}.{i}") for i in range(200)]
        wires = [query(each).to_wire() for each in names]
        with Stream(server.port) as stream:
            for _ in range(2):
                stream.send(*wires)
                for i, name in enumerate(names):
                    answer = stream.read()
                    self.assertEqual(answer.question[0].name.to_text(), name + ".")
                    self.assertEqual(len(answer.answer), 1 if i % 3 == 1 else 0)
            stream.send(query(APEX, "AXFR").to_wire())
            self.assertEqual(stream.read().rcode(), dns.rcode.REFUSED)
            stream.send(b"0123456789")
            self.assertIsNone(stream.read())

    def test_query_asks_there(self):
        server = self.serve_door()
        asked = ("query", "-c", server.file, "--door", "dnsbl")
        done = run(*asked, LISTED, "2a03:b0c0::9", ELSEWHERE, "unknown")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(
            done.stdout,
            f"{LISTED}\t{REASON}\n2a03:b0c0::9\tlisted by spfblock: 2a03:b0c0::/32\n",
        )
        done = run(*asked, "--server", f"{LOOPBACK}:{server.port}", LISTED)
        self.assertEqual((done.returncode, done.stdout), (0, f"{LISTED}\t{REASON}\n"))

    def test_hits_are_logged_once_an_address(self):
        server = self.serve_door(log={"hits": True})
        place = server.mark()
        for kind in ("TXT", "A", "AAAA"):
            over_udp(server.port, query(reversed_name("62.1.1.77"), kind).to_wire())
        server.wait_for_line("62.1.1.77", after=place)
        over_udp(server.port, query(reversed_name("62.1.1.78")).to_wire())
        server.wait_for_line("62.1.1.78", after=place)
        self.assertEqual(len(server.matching("62.1.1.77", after=place)), 1)


class HostileStreams(Door):
    """Over TCP, where who asks has the time that he wants."""

    GOOD = query(reversed_name(LISTED)).to_wire()

    def assert_answers(self, port):
        with Stream(port) as stream:
            stream.send(self.GOOD)
            self.assertEqual(told(stream.read())[0], "NOERROR")

    def assert_ends(self, port, octets):
        """What comes before is answered; behind it nothing."""
        with Stream(port) as stream:
            stream.send(self.GOOD)
            stream.send_octets(octets)
            self.assertEqual(told(stream.read())[0], "NOERROR")
            self.assertIsNone(stream.read())
        self.assert_answers(port)

    def test_lengths_that_no_question_has_end_the_connection(self):
        port = self.serve_door().port
        for length in (0, 1, 11, 4097, 65535):
            with self.subTest(length):
                self.assert_ends(port, struct.pack("!H", length) + bytes(64))

    def test_who_goes_within_a_length_or_a_message_harms_nobody(self):
        port = self.serve_door().port
        whole = struct.pack("!H", len(self.GOOD)) + self.GOOD
        for size in (1, 2, 3, len(whole) - 1):
            with self.subTest(size), Stream(port) as stream:
                stream.send_octets(whole[:size])
                stream.end()
                self.assertIsNone(stream.read())
        self.assert_answers(port)

    def test_a_question_octet_by_octet_is_answered(self):
        port = self.serve_door().port
        with Stream(port) as stream:
            for octet in struct.pack("!H", len(self.GOOD)) + self.GOOD:
                stream.send_octets(bytes([octet]))
            self.assertEqual(told(stream.read())[0], "NOERROR")

    def test_who_holds_many_connections_keeps_nobody_out(self):
        port = self.serve_door(connections=20).port
        held = [Stream(port) for _ in range(60)]
        for each in held:
            self.addCleanup(each.__exit__)
        for each in held[::2]:  # half a length
            with contextlib.suppress(OSError):
                each.send_octets(b"\0")
        self.assert_answers(port)
        self.assertEqual(told(over_udp(port, self.GOOD))[0], "NOERROR")

    def test_who_reads_no_answer_is_waited_for_by_nobody(self):
        port = self.serve_door().port
        with Stream(port) as deaf:
            deaf.send_until_full(self.GOOD)
            self.assert_answers(port)


class Clients(Door):
    def test_nobody_else_is_answered(self):
        admin = f"{LOOPBACK}:{free_port()}"
        port = free_port()
        self.serve(
            {
                "listen": [door(port, clients=["127.0.0.1", "127.1.0.0/16"])],
                "networks": NETWORKS,
                "admin": admin,
            }
        )
        wire = query(reversed_name(LISTED)).to_wire()
        eventually(
            lambda: told(over_udp(port, wire, source="127.1.0.1"))[0] == "NOERROR",
            "it is listed",
        )
        with self.assertRaises(TimeoutError):
            over_udp(port, wire, source="127.2.0.1", patience=0.3)
        with Stream(port, "127.1.0.1") as stream:
            stream.send(wire)
            self.assertEqual(stream.read().rcode(), dns.rcode.NOERROR)
        with Stream(port, "127.2.0.1") as stream:
            self.assertIsNone(stream.read())
        told_of = admin_port.metrics(admin)
        self.assertEqual(told_of.value("spfblock_dnsbl_foreign_total"), 2)

    def test_the_answer_comes_from_the_address_that_was_asked(self):
        port = free_port()
        self.serve({"listen": [door(port, at="0.0.0.0")], "networks": NETWORKS})
        wire = query(reversed_name(LISTED)).to_wire()
        for host in ("127.0.0.1", "127.0.0.77"):
            eventually(
                lambda host=host: told(over_udp(port, wire, host))[0] == "NOERROR",
                "it is listed",
            )  # the socket is connected: another address would not be heard


class Reload(Door):
    def test_a_door_comes_changes_and_goes(self):
        port, table = free_port(), f"{LOOPBACK}:{free_port()}"
        server = self.serve({"listen": [table], "networks": NETWORKS})
        wire = query(reversed_name(LISTED)).to_wire()

        def said(name=LISTED, zone=APEX):
            asked = query(reversed_name(name).replace(APEX, zone)).to_wire()
            return told(over_udp(port, asked, patience=0.3))[0]

        server.reload(listen=[table, door(port)])
        eventually(lambda: said() == "NOERROR", "the door is there")
        eventually(
            lambda: told(over_udp(port, query(f"9.1.62.{APEX}").to_wire()))[0]
            == "NXDOMAIN",
            "the table says where it blocks",
        )
        server.reload(listen=[table, {**door(port), "zone": "bl.example.org"}])
        eventually(lambda: said() == "REFUSED", "it has another zone")
        self.assertEqual(said(zone="bl.example.org"), "NOERROR")
        server.reload(listen=[table, f"{LOOPBACK}:{port}"])
        eventually(lambda: self.is_table(port), "it is a table")
        with self.assertRaises(OSError):  # nobody takes datagrams any more
            over_udp(port, wire, patience=0.3)
        server.reload(listen=[table, door(port)])
        eventually(lambda: self.answers(port, wire), "the door is back")

    @staticmethod
    def is_table(port):
        try:
            return ask_once(port, LISTED).code == 200
        except (Closed, OSError):
            return False

    @staticmethod
    def answers(port, wire):
        try:
            return told(over_udp(port, wire, patience=0.3))[0] == "NOERROR"
        except OSError:
            return False

    def test_threads_share_the_port(self):
        server = self.serve_door(threads=3)
        for _ in range(30):  # each from a port of its own
            wire = query(reversed_name(LISTED)).to_wire()
            self.assertEqual(told(over_udp(server.port, wire))[0], "NOERROR")


class HandedOver(Door):
    def test_both_sockets_are_taken(self):
        stream = socket.create_server((LOOPBACK, 0))
        port = stream.getsockname()[1]
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        datagrams.bind((LOOPBACK, port))
        idle = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        idle.bind((LOOPBACK, 0))
        for each in (stream, datagrams, idle):
            self.addCleanup(each.close)
        manager = ServiceManager(
            {"dnsbl": stream, "dnsbl-udp": datagrams, "other": idle}
        )
        self.addCleanup(manager.close)
        wire = query(reversed_name(LISTED)).to_wire()
        for _ in range(2):  # they outlive the process
            server = self.serve(
                {"listen": [door(port)], "networks": NETWORKS, "threads": 2},
                through=manager.through,
                pass_fds=manager.pass_fds,
            )
            server.wait_for_line("socket of no use handed over.*other")
            eventually(lambda: Reload.answers(port, wire), "it is listed")
            with Stream(port) as client:
                client.send(wire)
                self.assertEqual(client.read().rcode(), dns.rcode.NOERROR)
            server.kill()


OCTET = r"(?:0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])"
PART_OF_IPV4 = re.compile(rf"{OCTET}(?:\.{OCTET}){{0,3}}")
PART_OF_IPV6 = re.compile(r"[0-9a-f](?:\.[0-9a-f]){0,31}")


def is_whole(name):
    """Whether it is that of an address."""
    return bool(
        (name.count(".") == 31 and PART_OF_IPV6.fullmatch(name))
        or (name.count(".") == 3 and PART_OF_IPV4.fullmatch(name))
    )


class ExportedZone:
    """What names the zone file has, to know where a wildcard speaks."""

    def __init__(self, text):
        self.owners = set()
        for line in text.splitlines():
            owner = line.split(" ", 1)[0]
            if owner and owner[0] not in ";$@":
                self.owners.add(owner)
        self.names = {""}
        for owner in self.owners:
            labels = owner.split(".")
            self.names.update(".".join(labels[i:]) for i in range(len(labels)))

    def has_hole(self, name):
        return f"unlisted.{name}" in self.owners

    def wildcard_speaks_for(self, name):
        if name in self.names:
            return False
        labels = name.split(".")
        encloser = next(
            ".".join(labels[i:])
            for i in range(1, len(labels) + 1)
            if ".".join(labels[i:]) in self.names
        )
        return (f"*.{encloser}" if encloser else "*") in self.owners


class Differential(Door):
    """NSD with our own export of the same table is the oracle."""

    KINDS = ("A", "A", "A", "TXT", "TXT", "AAAA", "MX", "NS", "PTR")
    ACTIONS = ("REJECT", "REJECT {domain}", "550 5.7.1 no", "WARN seen", "DUNNO")

    def random_networks(self, source):
        chosen = {}
        while len(chosen) < 120:
            if source.random() < 0.6:
                first, length = source.randrange(20, 24) << 24, 32
                first |= source.getrandbits(24) & 0x03030FFF
                prefix = source.choice((12, 16, 17, 20, 22, 24, 24, 25, 28, 32))
                network = ipaddress.IPv4Network((first, prefix), strict=False)
            else:
                first = source.choice((0x2A020105, 0x2A021105, 0x20010678)) << 96
                first |= (source.getrandbits(96) & 0x0003_0007_0003) << 48
                prefix = source.choice((32, 33, 46, 48, 52, 63, 64, 64, 128))
                network = ipaddress.IPv6Network((first, prefix), strict=False)
            chosen.setdefault(str(network), source.choice(self.ACTIONS))
        return chosen

    def random_name(self, source, networks):
        network = source.choice(networks)
        around = network.supernet(min(4, network.prefixlen))
        offset = source.randrange(around.num_addresses)
        if source.random() < 0.3:
            offset &= ~source.choice((0xFF, 0xFFFF, 0xF))
        labels = reversed_name(str(around.network_address + offset))
        labels = labels.removesuffix(f".{APEX}").split(".")
        kind = source.random()
        if kind < 0.35:
            labels = labels[source.randrange(len(labels)) :]
        elif kind < 0.42:
            labels.insert(0, source.choice(("0", "9", "f", "www", "77", "*")))
        elif kind < 0.5:
            labels[source.randrange(len(labels))] = source.choice(
                ("256", "01", "x", "g", "1-2", "f", "7", "255")
            )
        elif kind < 0.52:
            labels = [str(source.randrange(10)) for _ in range(source.randrange(1, 6))]
        return ".".join(labels)

    def ask_all(self, port, asked):
        """The answers to (name, kind), in order: some under way at once."""
        answers = [None] * len(asked)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.connect((LOOPBACK, port))
            client.setblocking(False)
            for begin in range(0, len(asked), 64):
                waiting = set(range(begin, min(begin + 64, len(asked))))
                for i in waiting:
                    name, kind = asked[i]
                    made = query(f"{name}.{APEX}" if name else APEX, kind)
                    made.id = i % 65536
                    client.send(made.to_wire())
                while waiting:
                    ready, _, _ = select.select([client], [], [], PATIENCE_S)
                    self.assertTrue(ready, "an answer is missing")
                    answer = dns.message.from_wire(client.recv(4096))
                    at = begin + (answer.id - begin) % 65536
                    waiting.remove(at)
                    answers[at] = told(answer)
        return answers

    def test_the_door_answers_as_nsd_does_from_the_export(self):
        source = random.Random(17)
        chosen = self.random_networks(source)
        admin = f"{LOOPBACK}:{free_port()}"
        server = self.serve_door(
            [{"network": n, "action": a} for n, a in chosen.items()] + NETWORKS,
            admin=admin,
        )
        done = subprocess.run(
            [program(), "export", "-c", server.file, "--format", "dnsbl-zone"],
            capture_output=True,
            text=True,
            check=True,
        )
        self.assertNotIn("too many names", done.stdout)
        zone = ExportedZone(done.stdout)
        nsd = self.closing(ZoneFileNsd(done.stdout))
        networks = [ipaddress.ip_network(each) for each in chosen]
        asked = [
            (self.random_name(source, networks), source.choice(self.KINDS))
            for _ in range(NAMES)
        ] + [("", kind) for kind in ("A", "TXT", "NS")]
        same = speaks = holes = data = 0
        for (name, kind), ours, theirs in zip(
            asked, self.ask_all(server.port, asked), self.ask_all(nsd.port, asked)
        ):
            with self.subTest(name=name, kind=kind):
                if not is_whole(name) and zone.wildcard_speaks_for(name):
                    # A wildcard says more than what there is: of a part of a
                    # name, and of a name with anything before it.
                    speaks += 1
                    is_part = PART_OF_IPV4.fullmatch(name) or PART_OF_IPV6.fullmatch(name)
                    self.assertEqual(theirs[0], "NOERROR")
                    self.assertEqual(ours, ("NOERROR" if is_part else "NXDOMAIN", []))
                elif zone.has_hole(name):
                    # What is cut out of a wildcard exists there, without data.
                    holes += 1
                    self.assertEqual(theirs, ("NOERROR", []))
                    self.assertEqual(ours, ("NXDOMAIN", []))
                else:
                    same += 1
                    data += bool(theirs[1])
                    self.assertEqual(ours, theirs)
        self.assertGreater(same, NAMES / 2)
        self.assertGreater(data, NAMES / 10)
        self.assertGreater(speaks, 0)
        self.assertGreater(holes, 0)
        print(f"\n{same} the same, {data} of them with data; {speaks} under a "
              f"wildcard, {holes} holes", flush=True)
