"""The door policy to those who mean no good: what they put into a mail, which
Postfix hands on, and what comes from who is no Postfix at all.

Whatever it is: never OK, never a hang; and where it is no request, the connection
is closed without a reply and the next one is served.
"""

import contextlib
import socket

from .harness.case import BlackBoxCase
from .harness.policy import PolicyClient
from .harness.ports import LOOPBACK, free_port
from .harness.scripted_dns import ScriptedDns
from .harness.smtp import Smtp
from .harness.waiting import PATIENCE_S, eventually

LISTED = "62.1.1.9"
ELSEWHERE = "62.1.9.9"
REJECT = "REJECT {domain} lists {network}"
REJECTED = b"action=REJECT 62.1.1.0/24 lists 62.1.1.0/24\n\n"
DUNNO = b"action=DUNNO\n\n"
LONGEST = 16384  # octets of a request

BEGIN = b"request=smtpd_access_policy\n"
CLIENT = b"client_address=" + LISTED.encode() + b"\n"


def request(*lines, client=CLIENT):
    """A request about the listed client, with these lines behind the others."""
    return BEGIN + client + b"".join(each + b"\n" for each in lines) + b"\n"


def of_size(octets):
    """A request of that many octets."""
    unfilled = request(b"sender=")
    return request(b"sender=" + b"x" * (octets - len(unfilled)))


class PolicyCase(BlackBoxCase):
    def start(self, **settings):
        self.spfblock = self.serve(
            {
                "listen": [{"door": "policy", "at": f"{LOOPBACK}:{free_port()}"}],
                "action": REJECT,
                "networks": [{"network": "62.1.1.0/24"}],
                **settings,
            }
        )
        eventually(lambda: self.answer(request()) == REJECTED, "it is listed")

    def answer(self, octets, is_end=True):
        """All that comes until the door closes; a hang fails.

        @param is_end nothing more will be sent, which the door is told
        """
        with socket.create_connection((LOOPBACK, self.spfblock.port), PATIENCE_S) as client:
            said = b""
            # It may be closed with octets unread, or before the last one is sent.
            with contextlib.suppress(OSError):
                client.sendall(octets)
                if is_end:
                    client.shutdown(socket.SHUT_WR)
            with contextlib.suppress(ConnectionResetError):
                while some := client.recv(4096):
                    said += some
            return said


class Octets(PolicyCase):
    """From who is no Postfix."""

    def setUp(self):
        self.start()

    def assert_served(self):
        self.assertEqual(self.answer(request()), REJECTED)

    def test_what_is_no_request_is_closed_without_a_reply(self):
        for octets in (
            b"\n",
            b"\0\n\n",
            b"\r\n\r\n",
            b"EHLO h.invalid\r\n",
            b"11:62.1.1.9,\n",
            bytes(range(256)) + b"\n",
            CLIENT + b"\n",
            request().replace(b"\n", b"\r\n"),
            BEGIN + CLIENT + b"sender\n\n",
            b"request=smtpd_access_policy\0\n" + CLIENT + b"\n",
            b"request =smtpd_access_policy\n" + CLIENT + b"\n",
            b"REQUEST=smtpd_access_policy\n" + CLIENT + b"\n",
            request(b"request=other"),
            of_size(LONGEST + 1),
            BEGIN + CLIENT + b"sender=" + b"x" * 1_000_000,
            (BEGIN + CLIENT) * 10_000,
        ):
            with self.subTest(begin=octets[:60], size=len(octets)):
                # Not for the end of the stream: it is closed by itself.
                self.assertEqual(self.answer(octets, is_end=False), b"")
        self.assert_served()

    def test_what_was_asked_before_it_is_answered(self):
        for octets in (b"\n", b"quit\n", of_size(LONGEST + 1)):
            with self.subTest(begin=octets[:20]):
                self.assertEqual(
                    self.answer(request() + octets + request(), is_end=False), REJECTED
                )

    def test_a_request_without_its_end_is_waited_for_and_never_answered(self):
        for octets in (b"", b"request=", BEGIN, BEGIN + CLIENT, request()[:-1]):
            with self.subTest(octets=octets):
                self.assertEqual(self.answer(octets), b"")
        with PolicyClient(self.spfblock.port) as slow:
            slow.send_octets(request()[:-1])
            self.assertFalse(slow.has_reply(0.3))
            self.assert_served()  # others do not wait
            slow.send_octets(b"\n")
            self.assertEqual(slow.reply(), REJECTED.decode()[len("action=") : -2])

    def test_a_request_may_have_16_kib_and_not_an_octet_more(self):
        self.assertEqual(self.answer(of_size(LONGEST)), REJECTED)
        self.assertEqual(self.answer(of_size(LONGEST) * 3), REJECTED * 3)
        self.assertEqual(self.answer(of_size(LONGEST + 1)), b"")

    def test_of_an_attribute_that_comes_twice_the_last_counts(self):
        other = b"client_address=" + ELSEWHERE.encode()
        for lines, said in (
            ([b"sasl_username=me"], DUNNO),
            ([b"sasl_username=me", b"sasl_username="], REJECTED),
            ([b"sasl_username=", b"sasl_username=me"], DUNNO),
            ([b"recipient=postmaster@a.test", b"recipient=you@a.test"], REJECTED),
            ([b"recipient=you@a.test", b"recipient=postmaster@a.test"], DUNNO),
            ([other], DUNNO),
            ([other, CLIENT[:-1]], REJECTED),
            ([b"request=other", b"request=smtpd_access_policy"], REJECTED),
        ):
            with self.subTest(lines=lines):
                self.assertEqual(self.answer(request(*lines)), said)

    def test_names_are_compared_as_they_are(self):
        for line in (
            b"sasl_username\0=me",
            b"SASL_USERNAME=me",
            b" sasl_username=me",
            b"sasl_username =me",
            b"sasl_user=me",
            b"=sasl_username=me",
            b"=",
            b"recipient\0=postmaster@a.test",
        ):
            with self.subTest(line=line):
                self.assertEqual(self.answer(request(line)), REJECTED)

    def test_octets_in_values_change_nobody_into_somebody_else(self):
        for value in (b"\0", b"\0me", b"\xff", b"=", b"x" * 2048):
            for name in (b"sender", b"helo_name", b"client_name", b"recipient", b"size"):
                with self.subTest(name=name, value=value[:8]):
                    self.assertEqual(self.answer(request(name + b"=" + value)), REJECTED)
        for address in (
            b"62.1.1.9\0",
            b"62.1.1.9\x00.example",
            b" 62.1.1.9",
            b"62.1.1.9\r",
            b"062.1.1.9",
            b"62.1.265",
            b"0x3e.1.1.9",
            b"62.1.1.0/24",
            b"[62.1.1.9]",
            b"::ffff:62.1.1.9%lo",
            b"unknown",
            b"",
        ):
            with self.subTest(address=address):
                client = b"client_address=" + address + b"\n"
                self.assertEqual(self.answer(request(client=client)), DUNNO)

    def test_a_client_of_ipv4_is_the_same_by_way_of_ipv6(self):
        for address in (b"::ffff:62.1.1.9", b"::FFFF:62.1.1.9", b"::ffff:3e01:109"):
            with self.subTest(address=address):
                client = b"client_address=" + address + b"\n"
                self.assertEqual(self.answer(request(client=client)), REJECTED)


class Recipients(PolicyCase):
    """`allow.recipients` against who would have it mean somebody else."""

    def test_whole_local_parts_and_domains_in_any_case(self):
        self.start()
        for recipient, said in (
            (b"postmaster@a.test", DUNNO),
            (b"POSTMASTER@A.TEST", DUNNO),
            (b"Postmaster", DUNNO),
            (b"postmaster+x@a.test", REJECTED),
            (b"postmaster-x@a.test", REJECTED),
            (b"x+postmaster@a.test", REJECTED),
            (b"postmaster.@a.test", REJECTED),
            (b"postmaster @a.test", REJECTED),
            (b"postmaster\0@a.test", REJECTED),
            (b"postmaster%a.test@b.test", REJECTED),
            (b"postmaster@a.test@b.test", REJECTED),
            (b"you@postmaster", REJECTED),
            (b"@a.test:postmaster@b.test", REJECTED),
            (b"@postmaster", REJECTED),
            (b"postmaster@", DUNNO),
            (b"@", REJECTED),
            (b"", REJECTED),
            ("postm\u00e4ster@a.test".encode(), REJECTED),
            ("\uff50ostmaster@a.test".encode(), REJECTED),
        ):
            with self.subTest(recipient=recipient):
                self.assertEqual(self.answer(request(b"recipient=" + recipient)), said)

    def test_a_domain_that_a_quoted_local_part_imitates(self):
        self.start(allow={"recipients": ["@open.test", "list@b.test"]})
        for recipient, said in (
            (b"x@open.test", DUNNO),
            (b"x@Open.Test", DUNNO),
            (b"x@open.test@b.test", REJECTED),
            (b"x@sub.open.test", REJECTED),
            (b"x@open.test.", REJECTED),
            (b"list@b.test", DUNNO),
            (b"list+x@b.test", REJECTED),
            (b"list@b.test@c.test", REJECTED),
            (b"@open.test@c.test", REJECTED),
        ):
            with self.subTest(recipient=recipient):
                self.assertEqual(self.answer(request(b"recipient=" + recipient)), said)

    def test_as_a_real_postfix_hands_them_on(self):
        allowed = ["postmaster", "list@recipient.invalid"]
        self.start(allow={"recipients": allowed})
        postfix = self.postfix(
            0,
            "recipient_delimiter = +\n"
            "smtpd_client_restrictions = check_policy_service"
            f" {{ inet:{LOOPBACK}:{self.spfblock.port}, default_action=DUNNO, timeout=20s }}\n",
        )
        for recipient, code in (
            ("POSTMASTER@recipient.invalid", 250),
            ('"postmaster"@recipient.invalid', 250),
            ("postmaster", 250),
            ("postmaster+x@recipient.invalid", 554),
            ('"postmaster@x"@recipient.invalid', 554),
            ('"list@recipient.invalid"@recipient.invalid', 554),
            ('"post\\master"@recipient.invalid', 250),
            ("@a.test:you@recipient.invalid", 554),
        ):
            with self.subTest(recipient=recipient):
                found, said = postfix.reply_to(LISTED, recipient)
                self.assertEqual((found, "Client host rejected" in said), (code, code == 554))
        with Smtp(postfix.port) as session:
            session.command("EHLO client.invalid")
            session.come_from(LISTED)
            self.assertEqual(session.recipient_reply("postmaster@recipient.invalid")[0], 250)
            # Who got in by way of postmaster has got nobody else.
            self.assertEqual(session.command("RCPT TO:<you@recipient.invalid>")[0], 554)


class Claims(PolicyCase):
    """Mail that claims a domain, in whatever form: decided, and never a hang."""

    def wait_until_claims_are_asked_about(self, dns):
        def asks():
            self.answer(
                request(b"sender=a@spam.test", client=f"client_address={ELSEWHERE}\n".encode())
            )
            return ("a._x.spam.test", "A") in dns.asked

        eventually(asks, "the record is known")

    def test_no_form_of_a_claim_is_answered_by_more_than_dunno_or_its_action(self):
        dns = self.closing(
            ScriptedDns({("spam.test", "TXT"): ["v=spf1 exists:%{l}._x.%{d} ptr -all"]})
        )
        self.start(
            domains=["spam.test"],
            resolver={"servers": [dns.server], "timeout": "1s", "attempts": 1},
        )
        self.wait_until_claims_are_asked_about(dns)
        claims = (
            b'"a b"@spam.test',
            b'"a@b"@spam.test',
            b"a@b@spam.test",
            b"\0@spam.test",
            b"a\0b@spam.test",
            b"a@spam.test\0",
            "\u00e4@spam.test".encode(),
            "a@sp\u00e4m.test".encode(),
            b"\xff\xfe@spam.test",
            b"a" * 5000 + b"@spam.test",
            b"a." * 2000 + b"@spam.test",
            b"a@" + b"b" * 64 + b".spam.test",
            b"a@SPAM.TEST.",
            b"a@[62.1.9.9]",
            b"@spam.test",
            b"a@",
            b"@",
            b"a",
            b"",
        )
        helos = (b"[62.1.9.9]", b"[IPv6:::1]", b"spam.test", b"spam.test\0", b"..", b"\xff")
        names = (b"spam.test", b"m.spam.test.", b"spam.test\0", b"[spam.test]", b"." * 300)
        mails = [
            *((b"sender=" + each,) for each in claims),
            *((b"sender=", b"helo_name=" + each) for each in helos),
            *((b"client_name=" + each, b"sender=a@spam.test") for each in names),
        ]
        for client in (ELSEWHERE.encode(), b"2a03:b0c0::9", b"::ffff:62.1.9.9", b"unknown"):
            for lines in mails:
                with self.subTest(client=client, lines=[each[:40] for each in lines]):
                    said = self.answer(
                        request(*lines, client=b"client_address=" + client + b"\n")
                    )
                    self.assertRegex(said, rb"\Aaction=(DUNNO|DEFER_IF_PERMIT [ -~]+)\n\n\Z")
        self.assertEqual(self.answer(request()), REJECTED)

    def test_a_forged_client_name_lists_nobody_whom_no_record_holds(self):
        """The name is what Postfix has confirmed; `reverse_client_name` is not, and
        does not count."""
        dns = self.closing(ScriptedDns({("spam.test", "TXT"): ["v=spf1 ptr -all"]}))
        self.start(
            domains=["spam.test"],
            resolver={"servers": [dns.server], "timeout": "10s", "attempts": 1},
        )
        client = b"client_address=" + ELSEWHERE.encode() + b"\n"
        named = request(b"client_name=m.spam.test", client=client)
        rejected = f"action=REJECT spam.test lists {ELSEWHERE}/32\n\n".encode()
        eventually(lambda: self.answer(named) == rejected, "the record is known")
        for lines in (
            [b"reverse_client_name=m.spam.test", b"client_name=unknown"],
            [b"client_name=m.spam.test.example"],
            [b"client_name=mspam.test"],
            [b"client_name=m.spam.test\0"],
            [b"client_name=m.spam.test", b"client_name="],
        ):
            with self.subTest(lines=lines):
                self.assertEqual(self.answer(request(*lines, client=client)), DUNNO)
