"""The door dnsbl as mail servers ask it: Postfix's reject_rbl_client and
postscreen, through unbound as the resolver of the machine."""

import re
import socket
import time

from .harness import own_machine
from .harness.case import BlackBoxCase
from .harness.dnsbl_consumers import ZONE, documented
from .harness.ports import LOOPBACK, free_port
from .harness.postfix import Postfix
from .harness.spfblock import run
from .harness.unbound import Unbound
from .harness.waiting import eventually

LISTED, LISTED_IPV6 = "62.1.1.9", "2a03:b0c0::9"
NEIGHBOUR, NEIGHBOUR_IPV6 = "62.1.2.9", "2a03:b0c1::9"
NETWORKS = [
    {"network": "62.1.1.0/24", "action": "REJECT listed: {domain}"},
    {"network": "62.1.4.0/24", "action": "WARN seen"},
    {"network": "2a03:b0c0::/48", "action": "550 5.7.25 {domain}"},
]
RBL = documented("Postfix, in `main.cf`")


def setUpModule():
    own_machine.move_in()


class Postscreen(Postfix):
    """Its postscreen weighs our answers, and takes the client's address from
    haproxy's protocol."""

    def __init__(self):
        super().__init__(
            0,
            "smtpd_client_restrictions =\n"
            "postscreen_upstream_proxy_protocol = haproxy\n"
            + documented("postscreen, in `main.cf`") +
            "postscreen_greet_wait = 2s\n"
            "postscreen_cache_map = lmdb:$data_directory/postscreen_cache\n"
            "smtpd_upstream_proxy_protocol =\n",
        )

    def _smtpd_service(self):
        return (
            f"{LOOPBACK}:{self.port} inet n - n - 1 postscreen\n"
            "smtpd     pass  - - n - - smtpd\n"
            "dnsblog   unix  - - n - 0 dnsblog\n"
            "tlsproxy  unix  - - n - 0 tlsproxy\n"
        )

    def _greets(self):
        return self.reply_of(NEIGHBOUR).startswith("2")

    def reply_of(self, address):
        """What a client there is told to RCPT, or instead of a greeting."""
        try:
            with socket.create_connection((LOOPBACK, self.port), 20) as client:
                file = client.makefile("r", encoding="ascii", newline="\r\n")
                client.sendall(f"PROXY TCP4 {address} {LOOPBACK} 4711 25\r\n".encode())
                reply = self._line(file)
                for command in (
                    "EHLO client.invalid",
                    "MAIL FROM:<sender@client.invalid>",
                    "RCPT TO:<user@recipient.invalid>",
                ):
                    if not reply.startswith("2"):
                        break
                    client.sendall(f"{command}\r\n".encode())
                    reply = self._line(file)
                return reply
        except OSError as error:
            return str(error)

    @staticmethod
    def _line(file):
        """The last line of a reply."""
        while True:
            line = file.readline()
            if len(line) < 4 or line[3] != "-":
                return line


class Resolved(BlackBoxCase):
    def serve_door(self):
        self.door = free_port()
        return self.serve(
            {
                "listen": [
                    {"door": "dnsbl", "at": f"{LOOPBACK}:{self.door}", "zone": ZONE}
                ],
                "networks": NETWORKS,
            }
        )

    def unbound(self, **more):
        return self.closing(Unbound(ZONE, self.door, **more))


class RejectRblClient(Resolved):
    def assert_rejects(self, postfix):
        eventually(
            lambda: postfix.reply_to("62.1.1.8")[0] == 554, "it is listed"
        )
        for address, reason in ((LISTED, "62.1.1.0/24"), (LISTED_IPV6, "2a03:b0c0::/48")):
            self.assertEqual(
                postfix.reply_to(address),
                (
                    554,
                    f"5.7.1 Service unavailable; Client host [{address}] blocked "
                    f"using {ZONE}; listed by spfblock: {reason}",
                ),
            )
        for address in (NEIGHBOUR, NEIGHBOUR_IPV6, "62.1.4.9"):
            self.assertEqual(postfix.reply_to(address)[0], 250, address)
        self.assertNotIn("RBL lookup error", postfix.log())

    def test_the_listed_are_rejected_with_the_reason(self):
        for ways, stub in (("tcp", Unbound.STUB), ("udp", "")):
            with self.subTest(ways):
                server = self.serve_door()
                unbound = self.unbound(stub=stub)
                postfix = self.postfix(0, RBL)
                self.assert_rejects(postfix)
                for each in (postfix, unbound, server):
                    each.close()

    def test_a_resolver_that_denies_what_is_below_what_is_not_there(self):
        """RFC 8020, and names that grow label by label (RFC 9156): what is told
        of the parts of a name denies no listed address."""
        self.serve_door()
        strict = Unbound.SERVER + (
            "  qname-minimisation: yes\n  qname-minimisation-strict: yes\n"
            "  harden-below-nxdomain: yes\n  use-caps-for-id: yes\n"
        )
        self.unbound(server=strict)
        postfix = self.postfix(0, RBL)
        for address in ("62.0.0.1", "63.1.1.1", "62.2.1.1"):
            self.assertEqual(postfix.reply_to(address)[0], 250)
        self.assert_rejects(postfix)

    def test_without_the_door_mail_goes_on(self):
        server = self.serve_door()
        self.unbound()
        postfix = self.postfix(0, RBL)
        eventually(lambda: postfix.reply_to(LISTED)[0] == 554, "it is listed")
        server.kill()
        took = []
        for address in ("62.1.1.77", "62.1.1.78", "62.1.1.79"):
            begin = time.monotonic()
            self.assertEqual(postfix.reply_to(address)[0], 250)
            took.append(f"{time.monotonic() - begin:.2f}")
        postfix.wait_for_log("RBL lookup error")
        print(f"\nRCPT without the door: {', '.join(took)} s", flush=True)


class PostscreenTest(Resolved):
    def test_the_listed_are_rejected_by_weight(self):
        self.serve_door()
        self.unbound()
        postscreen = self.closing(Postscreen())
        reply = postscreen.reply_of(LISTED)
        self.assertRegex(
            reply,
            rf"^550 5\.7\.1 Service unavailable; client \[{re.escape(LISTED)}\] "
            rf"blocked using {re.escape(ZONE)}",
        )
        postscreen.wait_for_log(f"addr {LISTED} listed by domain {ZONE} as 127.0.0.2")
        postscreen.wait_for_log("DNSBL rank 3 for")
        for address in (NEIGHBOUR, "62.1.4.9"):
            self.assertTrue(postscreen.reply_of(address).startswith("250 "), address)

    def test_without_the_door_it_lets_pass(self):
        server = self.serve_door()
        self.unbound()
        postscreen = self.closing(Postscreen())
        server.kill()
        begin = time.monotonic()
        self.assertTrue(postscreen.reply_of(LISTED).startswith("250 "))
        print(f"\npostscreen without the door: {time.monotonic() - begin:.2f} s, of "
              "which it waits 2 s for who speaks first", flush=True)


class CheckDnsbl(Resolved):
    """`check --dnsbl` in front of resolvers that are set up well and badly."""

    def check(self, file, **resolver):
        unbound = self.unbound(**resolver)
        done = run("check", "-c", file, "--dnsbl")
        unbound.close()
        return done

    def test_it_says_what_is_in_the_way(self):
        server = self.serve_door()
        eventually(
            lambda: run("query", "-c", server.file, LISTED).returncode == 0,
            "it is listed",
        )
        done = self.check(server.file)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn(f"{ZONE}: the resolver of this machine lists", done.stdout)
        for lines, said in (
            ("  private-address: 127.0.0.0/8\n", "private-domain"),
            (f"  local-zone: {ZONE} static\n", "nodefault"),
            (
                f"  local-zone: {ZONE} redirect\n"
                f'  local-data: "{ZONE} A 127.0.0.2"\n'
                f"""  local-data: '{ZONE} TXT "x"'\n""",
                "everybody is rejected",
            ),
        ):
            with self.subTest(said):
                done = self.check(server.file, server=lines)
                self.assertEqual(done.returncode, 1)
                self.assertRegex(done.stderr, rf"(?m)^{re.escape(ZONE)}: .*{said}")
        unbound = self.unbound()
        server.kill()
        done = run("check", "-c", server.file, "--dnsbl")
        unbound.close()
        self.assertEqual(done.returncode, 1)
        self.assertIn("the door is not to be reached from it", done.stderr)

    def test_where_there_is_no_such_door_it_says_so(self):
        file = self.file("c.json", '{"networks": []}')
        done = run("check", "-c", file, "--dnsbl")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no door dnsbl", done.stderr)
