"""The tcp_table port against well-meaning, broken and hostile clients.

Needs no name server: the records come from a zone file.
"""

import ipaddress
import tempfile
import threading
import time

from .harness.case import BlackBoxCase
from .harness.spfblock import Spfblock
from .harness.tcp_table import TableClient, parse_reply
from .harness.waiting import eventually, holds_for

ZONE = """\
listed.example. 300 IN TXT "v=spf1 ip4:62.1.0.0/16 ip6:2a01:4f8::/32 -all"
narrow.example. 300 IN TXT "v=spf1 ip4:62.1.128.0/24 -all"
"""

LISTED = (200, "REJECT listed.example")
NOT_LISTED = (500, "not listed")
LONGEST_REQUEST = 8192


class Protocol(BlackBoxCase):
    @classmethod
    def setUpClass(cls):
        directory = cls.enterClassContext(
            tempfile.TemporaryDirectory(prefix="spfblock-test-")
        )
        zone_file = f"{directory}/test.zone"
        with open(zone_file, "w", encoding="ascii") as file:
            file.write(ZONE)
        cls.spfblock = Spfblock(
            {
                "domains": [
                    "listed.example",
                    {"name": "narrow.example", "action": "REJECT {address} {network}"},
                ],
                "action": "REJECT {domain}",
                "networks": [
                    # What lax parsing would find: inet_aton's 0xdeadbeef, 127.1.
                    {"network": "222.173.190.239/32", "action": "REJECT lax"},
                    {"network": "127.0.0.1/32", "action": "REJECT lax"},
                    {"network": "0.0.0.0/32", "action": "REJECT lax"},
                    {"network": "62.2.0.0/24", "action": "REJECT 100% caf\u00e9"},
                ],
                "resolver": {"zone_file": zone_file},
            }
        )
        cls.addClassCleanup(cls.spfblock.close)
        cls.port = cls.spfblock.port

    def setUp(self):
        self.wait_until_listed(self.port, "62.1.0.1")
        self.wait_until_listed(self.port, "62.1.128.1")
        self.client = self.connect(self.port)

    def tearDown(self):
        self.assertTrue(self.spfblock.running, self.spfblock.lines[-5:])
        self.assert_listed(self.port, "62.1.0.1")


class Answers(Protocol):
    def test_addresses_in_every_spelling_of_inet_pton(self):
        for key in (
            "62.1.0.0",
            "62.1.255.255",
            "2a01:4f8::",
            "2a01:4f8::1",
            "2A01:4F8::AbCd",
            "2a01:04f8:0000:0000:0000:0000:0000:0001",
            "2a01:4f8:0:0:1::",
            "2a01:4f8::62.1.0.1",
            "::ffff:62.1.0.1",
            "::FFFF:62.1.0.1",
            "::ffff:3e01:1",
            "0:0:0:0:0:ffff:62.1.0.1",
        ):
            with self.subTest(key=key):
                self.assertEqual(self.client.get(key), LISTED)

    def test_500_for_any_other_key(self):
        for key in (
            "",
            " ",
            "unknown",
            "mail.example.com",
            "Mail.Example.COM",
            "listed.example",
            "0xdeadbeef",
            "3735928559",
            "0x7f.0x0.0x0.0x1",
            "127.1",
            "0",
            "face",
            "dead.beef",
            "62.1.0",
            "62.1",
            "62.1.0.0/16",
            "62.1.0.0/32",
            "62.1.0.01",
            "062.1.0.1",
            "62.1.0.256",
            "62.1.0.1.",
            ".62.1.0.1",
            "62.1.0.1.2",
            "62.1.0.-1",
            "62.1.0.1 ",
            " 62.1.0.1",
            "62.1.0.1\t",
            "62.1.0.1 62.1.0.1",
            "[62.1.0.1]",
            "62.1.0.1:25",
            "[2a01:4f8::1]",
            "2a01:4f8::1%25eth0",
            "2a01:4f8::1/128",
            "IPv6:2a01:4f8::1",
            "2a01:4f8:::1",
            "2a01:4f8",
            "2a01:4f8::12345",
            "::62.1.0.1",
            "64:ff9b::62.1.0.1",
            "user+ext@example.test",
            "<>",
            "AE:BF:D3:00:11:22:33:44:55:66:77:88:99:AA:BB:CC",
            "caf%C3%A9.test",
            "caf\u00e9.test",
            "\u0666\u0662.1.0.1",
            "%25n%25s",
            "a" * 6000,
        ):
            with self.subTest(key=key[:80]):
                self.assertEqual(self.client.get(key), NOT_LISTED)

    def test_keys_encoded_in_lower_upper_and_mixed_hexadecimal(self):
        for key in (
            b"%36%32.1.0.1",
            b"62%2e1%2E0%2e1",
            b"%32%61%30%31%3a%34%46%38%3A%3a%31",
            b"2%61%30%31%3a4f8%3A:1",
        ):
            with self.subTest(key=key):
                self.assertEqual(self.client.get(key), LISTED)

    def test_decodes_a_key_once_only(self):
        self.assertEqual(self.client.get(b"%2536%2532.1.0.1"), NOT_LISTED)

    def test_control_characters_in_a_key_hide_nothing(self):
        for key in (
            b"62.1.0.1\0",
            b"\x0062.1.0.1",
            b"62.1.0.1%00",
            b"62.1.0.1%0A",
            b"62.1.0.1%0Aget 62.1.0.1",
            b"62.1.0.1%0D",
            b"62.1.0.1\r",
            b"%00",
            b"\0\0\0",
            b"\xff\xfe",
            bytes(each for each in range(1, 256) if each not in b"\n%"),
            b"".join(b"%%%02X" % each for each in range(256)),
        ):
            with self.subTest(key=key):
                self.assertEqual(self.client.get(key), NOT_LISTED)

    def test_400_for_a_percent_sign_without_two_hexadecimal_digits(self):
        for key in (
            b"%",
            b"%%",
            b"%4",
            b"%4g",
            b"%g4",
            b"62.1.0.1%",
            b"62.1.0.1%2",
            b"% 1",
            b"%-1",
            b"%+f",
            b"%0x",
            b"%\x00\x00",
            b"a%ZZb",
        ):
            with self.subTest(key=key):
                self.assertEqual(self.client.get(key).code, 400)
        self.assertEqual(self.client.get("62.1.0.1"), LISTED)

    def test_500_for_put(self):
        for line in (b"put 62.1.0.1 REJECT", b"put k v", b"put 62.1.0.1 %ZZ"):
            with self.subTest(line=line):
                self.assertEqual(self.client.ask(line), (500, "read-only table"))
        self.assertEqual(self.client.get("62.1.0.1"), LISTED)

    def test_400_for_anything_else(self):
        for line in (
            b"",
            b" ",
            b"\r",
            b"get",
            b"get\t62.1.0.1",
            b" get 62.1.0.1",
            b"GET 62.1.0.1",
            b"gets 62.1.0.1",
            b"del 62.1.0.1",
            b"62.1.0.1",
            b"200 REJECT",
            b"quit",
            b"HELP",
            b"GET / HTTP/1.1\r",
            b"EHLO client.invalid\r",
            b"\0",
            b"\0get 62.1.0.1",
            b"\xff\xff\xff\xff",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
            b"%67et 62.1.0.1",
        ):
            with self.subTest(line=line):
                self.assertEqual(self.client.ask(line).code, 400)
        self.assertEqual(self.client.get("62.1.0.1"), LISTED)

    def test_the_most_specific_network_answers_with_everything_filled_in(self):
        self.assertEqual(
            self.client.get("::ffff:62.1.128.77"),
            (200, "REJECT 62.1.128.77 62.1.128.0/24"),
        )
        self.assertEqual(self.client.get("62.1.127.255"), LISTED)
        self.assertEqual(self.client.get("62.1.129.0"), LISTED)

    def test_encodes_what_tcp_table_cannot_carry(self):
        self.client.send(b"get 62.2.0.1\n")
        raw = self.client.receive()
        self.assertIn(b"100%25", raw)
        self.assertEqual(parse_reply(raw), (200, "REJECT 100% caf\u00e9"))


class Framing(Protocol):
    def test_says_nothing_unasked(self):
        self.assertTrue(self.client.is_quiet(0.3))
        self.assertEqual(self.client.get("62.1.0.1"), LISTED)
        self.assertTrue(self.client.is_quiet(0.3))

    def test_a_reply_is_one_segment(self):
        for _ in range(100):
            for key, expected in (("62.1.0.1", LISTED), ("unknown", NOT_LISTED)):
                self.client.send(f"get {key}\n".encode())
                self.assertEqual(parse_reply(self.client.receive()), expected)

    def test_no_reply_waits_for_an_acknowledgement(self):
        """Two writes a reply, or Nagle, would cost 40 ms each: 8 s in all.

        A busy machine may take its time, too, but hardly each time.
        """

        def time_of_200():
            started = time.monotonic()
            for _ in range(200):
                self.client.get("62.1.0.1")
            return time.monotonic() - started

        self.assertTrue(any(time_of_200() < 4 for _ in range(5)))

    def test_pipelined_requests_are_answered_in_order(self):
        first = ipaddress.ip_address("62.1.128.0")
        keys = [
            str(first + number % 256) if number % 3 else "unknown"
            for number in range(1000)
        ]
        self.client.send("".join(f"get {key}\n" for key in keys).encode())
        for key in keys:
            expected = (
                NOT_LISTED
                if key == "unknown"
                else (200, f"REJECT {key} 62.1.128.0/24")
            )
            self.assertEqual(self.client.reply(), expected)
        self.assertTrue(self.client.is_quiet(0.1))

    def test_every_reply_ends_with_one_lf_and_no_cr(self):
        requests = [b"get 62.1.0.1\r", b"get unknown\r", b"put a b\r", b"what\r"]
        self.client.send(b"".join(request + b"\n" for request in requests))
        self.client.finish_sending()
        received = self.client.receive_all()
        self.assertNotIn(b"\r", received)
        self.assertEqual(received.count(b"\n"), len(requests))
        self.assertTrue(received.startswith(b"500 not listed\n500 not listed\n500 "))

    def test_a_request_may_come_byte_by_byte(self):
        for byte in b"get 62.1.0.1\nget unknown\n":
            self.client.send(bytes([byte]))
            time.sleep(0.002)  # lets it go out as a segment of its own
        self.assertEqual(self.client.reply(), LISTED)
        self.assertEqual(self.client.reply(), NOT_LISTED)

    def test_half_a_line_waits_for_the_other_half(self):
        self.client.send(b"get 62.1")
        self.assertTrue(self.client.is_quiet(0.3))
        self.client.send(b".0.1\nget 62.")
        self.assertEqual(self.client.reply(), LISTED)
        self.assertTrue(self.client.is_quiet(0.1))
        self.client.send(b"200.0.1\n")
        self.assertEqual(self.client.reply(), NOT_LISTED)

    def test_half_a_line_at_the_end_gets_no_reply(self):
        self.client.send(b"get unknown\nget 62.1.0.1")
        self.client.finish_sending()
        self.assertEqual(self.client.receive_all(), b"500 not listed\n")

    def test_a_client_that_has_finished_sending_still_gets_its_replies(self):
        self.client.send(b"get 62.1.0.1\n" * 100)
        self.client.finish_sending()
        self.assertEqual(
            self.client.receive_all(), b"200 REJECT listed.example\n" * 100
        )

    def test_an_idle_connection_is_kept(self):
        self.assertEqual(self.client.get("62.1.0.1"), LISTED)
        self.assertTrue(self.client.is_quiet(3))
        self.assertEqual(self.client.get("62.1.0.1"), LISTED)


class Limits(Protocol):
    def test_a_line_of_8192_bytes_is_a_request_and_one_more_is_not(self):
        key = b"a" * (LONGEST_REQUEST - len(b"get "))
        self.assertEqual(self.client.get(key), NOT_LISTED)
        self.assertEqual(self.client.get(key + b"a").code, 400)

    def test_a_line_of_10_kib_gets_400(self):
        for line in (b"get " + b"a" * 10240, b"get " + b"%41" * 3414, b"\0" * 10240):
            with self.subTest(line=line[:10]), TableClient(self.port) as client:
                self.assertEqual(client.get("62.1.0.1"), LISTED)
                self.assertEqual(client.ask(line).code, 400)

    def test_replies_to_earlier_requests_come_before_the_400(self):
        self.client.send(b"get 62.1.0.1\nget unknown\nget " + b"a" * 10240 + b"\n")
        self.assertEqual(self.client.reply(), LISTED)
        self.assertEqual(self.client.reply(), NOT_LISTED)
        self.assertEqual(self.client.reply().code, 400)

    def test_a_line_that_grows_without_an_end_is_cut_off(self):
        for chunk in (1, 100, 4096):
            with self.subTest(chunk=chunk), TableClient(self.port) as client:
                client.send(b"get ")
                for _ in range(10240 // chunk):
                    try:
                        client.send(b"a" * chunk)
                    except (BrokenPipeError, ConnectionResetError):
                        break
                received = client.receive_all()
                self.assertEqual(parse_reply(received).code, 400)

    def test_200_connections_at_once(self):
        clients = [self.connect(self.port) for _ in range(200)]
        for client in clients:
            client.send(b"get 62.1.0.1\nget unknown\n")
        for client in clients:
            self.assertEqual(client.reply(), LISTED)
            self.assertEqual(client.reply(), NOT_LISTED)
        for client in reversed(clients):
            self.assertEqual(client.get("2a01:4f8::5"), LISTED)

    def test_a_connection_over_the_limit_harms_nobody(self):
        spfblock = self.serve(
            {
                "connections": 3,
                "networks": [{"network": "62.1.0.0/16", "action": "REJECT"}],
            }
        )
        eventually(lambda: _answers(spfblock.port), "the network is listed")
        clients = [self.connect(spfblock.port) for _ in range(3)]
        for client in clients:
            self.assertEqual(client.get("62.1.0.1").code, 200)
        clients.append(self.connect(spfblock.port))
        self.assertEqual(clients[-1].get("62.1.0.1").code, 200)
        # Who was silent longest gave way.
        self.assertEqual(clients.pop(0).receive_all(), b"")
        for client in clients:
            self.assertEqual(client.get("62.1.0.1").code, 200)


class BadNeighbours(Protocol):
    def test_bad_clients_do_not_disturb_others(self):
        stopping = threading.Event()
        neighbours = [
            threading.Thread(target=_repeat, args=(stopping, self.port, behaviour))
            for behaviour in (
                _sends_garbage,
                _sends_a_line_without_an_end,
                _hangs_up_in_the_middle,
                _never_reads,
                _resets,
            )
        ]
        for neighbour in neighbours:
            neighbour.start()
        try:
            longest = self._longest_lookup(seconds=3)
        finally:
            stopping.set()
            for neighbour in neighbours:
                neighbour.join()
        self.assertLess(longest, 5.0)

    def test_silent_and_half_open_clients_do_not_disturb_others(self):
        for number in range(100):
            self.connect(self.port).send(b"get 62.1.0.1"[: number % 13])
        holds_for(
            lambda: self.client.get("62.1.0.1") == LISTED, "a good client is served", 1
        )

    def test_a_client_that_never_reads_is_no_memory_leak(self):
        before = self._resident_kib()
        client = self.connect(self.port)
        client.send_without_blocking(b"get 62.1.0.1\n" * 4_000_000)
        self.assertEqual(self.client.get("62.1.0.1"), LISTED)
        self.assertLess(self._resident_kib() - before, 32 * 1024)

    def _longest_lookup(self, seconds):
        longest, until = 0.0, time.monotonic() + seconds
        while time.monotonic() < until:
            started = time.monotonic()
            self.assertEqual(self.client.get("62.1.0.1"), LISTED)
            self.assertEqual(self.client.get("unknown"), NOT_LISTED)
            self.assert_listed(self.port, "62.1.0.1")
            longest = max(longest, time.monotonic() - started)
        return longest

    def _resident_kib(self):
        with open(f"/proc/{self.spfblock.pid}/status", encoding="ascii") as file:
            for line in file:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1])
        raise AssertionError("no VmRSS")


def _repeat(stopping, port, behaviour):
    while not stopping.is_set():
        try:
            with TableClient(port) as client:
                behaviour(client)
        except OSError:
            pass  # the server may hang up on such a client
        time.sleep(0.001)


def _sends_garbage(client):
    client.send(bytes(range(256)) * 20)


def _sends_a_line_without_an_end(client):
    client.send(b"get " + b"a" * 20000)
    client.receive_all()


def _hangs_up_in_the_middle(client):
    client.send(b"get 62.1.")


def _never_reads(client):
    client.send_without_blocking(b"get 62.1.0.1\n" * 200_000)


def _resets(client):
    client.send(b"get 62.1.0.1\n" * 100)
    client.reset()


def _answers(port):
    """Whether a new client is let in, and told of a listed address."""
    try:
        with TableClient(port) as client:
            return client.get("62.1.0.1").code == 200
    except (AssertionError, OSError):
        return False
