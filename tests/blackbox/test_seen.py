"""Who delivered wanted mail is told, or guarded: `replay --seen`, `allow.seen`.

A real Postfix delivers mail, its log is read, and what a record lists later is
measured by that.
"""

import json
import os

from .harness import admin, smtp
from .harness.case import BlackBoxCase
from .harness.ports import LOOPBACK, free_port
from .harness.spfblock import run
from .harness.waiting import eventually

OK, NEGATIVE = 0, 1

PARTNER, NEIGHBOUR = "62.4.1.7", "62.4.1.200"
SPAMMER = "62.4.0.9"
# One network of his own, one in which a partner rents a host.
ZONE = 'spam.example. 300 IN TXT "v=spf1 ip4:62.4.0.0/24 ip4:62.4.1.0/24 -all"\n'

TOLD = "covers who delivered wanted mail domain=spam.example networks=62.4.1.0/24"


class Guarded(BlackBoxCase):
    def setUp(self):
        self.endpoint = f"{LOOPBACK}:{free_port()}"
        zone = self.file("zone", ZONE)
        self.spfblock = self.serve(
            {
                "domains": ["nothing.example"],
                "action": "REJECT listed {domain}",
                "resolver": {"zone_file": zone},
                "admin": self.endpoint,
            }
        )
        self.mail = self.postfix(self.spfblock.port)
        self.seen = os.path.join(self.directory(), "seen.json")

    def deliver(self, address, sender):
        """A mail from there; returns when the log says that it was delivered."""
        before = self.mail.log().count(": removed")
        with smtp.Smtp(self.mail.port) as session:
            session.command("EHLO client.invalid")
            session.come_from(address)
            for line, code in (
                ("EHLO client.invalid", 250),
                (f"MAIL FROM:<{sender}>", 250),
                (f"RCPT TO:<{smtp.RECIPIENT}>", 250),
                ("DATA", 354),
                ("Subject: wanted\r\n\r\nHello\r\n.", 250),
            ):
                self.assertEqual(session.command(line)[0], code, line)
        eventually(
            lambda: self.mail.log().count(": removed") > before,
            "the mail is delivered",
        )

    def replay(self, *arguments):
        return run("replay", "-c", self.spfblock.file, *arguments, self.mail.log_file)

    def guard(self, **how):
        """Lists the spammer, with what was seen."""
        before = self.spfblock.mark()
        self.spfblock.reload(
            domains=["spam.example"], allow={"seen": {"file": self.seen, **how}}
        )
        self.spfblock.wait_for_line("covers who delivered", after=before)
        self.wait_until_listed(self.spfblock.port, SPAMMER)

    def assert_rejected(self, address):
        code, text = self.mail.reply_to(address)
        self.assertEqual(code, 554, address)
        self.assertIn("listed spam.example", text)

    def assert_taken(self, address):
        self.assertEqual(self.mail.reply_to(address)[0], 250, address)

    def overlap(self):
        (told,) = json.loads(admin.ask(self.endpoint, "/status").body)["domains"]
        return told["overlap"], told["overlap_held"], told["overlap_hosts"]

    def test_from_the_log_to_the_guard(self):
        self.deliver(PARTNER, "a.person@partner.example")
        self.assertEqual(self.replay("--seen", self.seen).returncode, OK)
        with open(self.seen, encoding="utf-8") as file:
            text = file.read()
        self.assertNotIn("a.person", text)
        (host,) = json.loads(text)["seen"]
        self.assertEqual(host["network"], f"{PARTNER}/32")
        self.assertEqual((host["domain"], host["mails"]), ("partner.example", 1))

        with self.subTest("what only warns rejects, and is told"):
            self.guard()
            named = f"{PARTNER}/32 (partner.example)"
            self.spfblock.wait_for_line(TOLD + rf' seen="{PARTNER}/32 .* held=no')
            for address in (SPAMMER, PARTNER, NEIGHBOUR):
                self.assert_rejected(address)
            self.assertEqual(self.overlap(), (1, False, named))
            status = run("status", "-c", self.spfblock.file, "--trouble")
            self.assertIn("wanted mail is listed", status.stdout)
            self.assertIn(f"{PARTNER}/32", status.stdout)
            self.assertEqual(self.replay().returncode, NEGATIVE)
            samples = admin.metrics(self.endpoint)
            self.assertEqual(
                samples.value(
                    "spfblock_domain_overlap_networks",
                    domain="spam.example",
                    role="listed",
                ),
                1,
            )

        with self.subTest("diff tells what to hold would change, before it does"):
            self.spfblock.write(
                {
                    **self.spfblock.configuration,
                    "allow": {"seen": {"file": self.seen, "on_overlap": "hold"}},
                }
            )
            told = run("diff", "-c", self.spfblock.file).stdout
            self.assertIn("  - 62.4.1.0/24\n", told)
            self.assertIn("! held: 62.4.1.0/24 with hosts", told)
            self.assertEqual(self.replay().returncode, OK)

        with self.subTest("what is held passes, with all of its network"):
            self.guard(on_overlap="hold")
            self.wait_until_not_listed(self.spfblock.port, PARTNER)
            self.spfblock.wait_for_line(TOLD + r" .*held=yes")
            self.assert_rejected(SPAMMER)
            for address in (PARTNER, NEIGHBOUR):
                self.assert_taken(address)
            self.assertEqual(self.overlap(), (1, True, named))
            why = run("explain", "-c", self.spfblock.file, NEIGHBOUR)
            self.assertEqual(why.returncode, NEGATIVE)
            self.assertIn("kept off spam.example\n", why.stdout)
            self.assertIn("held: its network has hosts", why.stdout)

        with self.subTest("until a person strikes the host"):
            with open(self.seen, "w", encoding="utf-8") as file:
                json.dump({"seen": [{**host, "struck": True}]}, file)
            self.spfblock.reload()
            self.wait_until_listed(self.spfblock.port, PARTNER)
            self.assert_rejected(NEIGHBOUR)
            self.assertEqual(self.overlap(), (0, False, ""))
            self.assertEqual(self.replay("--seen", self.seen).returncode, NEGATIVE)
            with open(self.seen, encoding="utf-8") as file:
                self.assertTrue(json.load(file)["seen"][0]["struck"])

    def test_a_file_that_is_lost_or_faulty_is_a_warning_and_stops_nothing(self):
        with open(self.seen, "w", encoding="utf-8") as file:
            file.write('{"seen":[{"network":"%s"}]}' % PARTNER)
        self.guard(on_overlap="hold")
        self.wait_until_not_listed(self.spfblock.port, PARTNER)
        for text in ('{"seen":[\n', None):
            before = self.spfblock.mark()
            if text is None:
                os.remove(self.seen)
            else:
                with open(self.seen, "w", encoding="utf-8") as file:
                    file.write(text)
            self.spfblock.reload()
            self.spfblock.wait_for_line("configuration warning", after=before)
            self.wait_until_listed(self.spfblock.port, PARTNER)
            done = run("check", "-c", self.spfblock.file)
            self.assertEqual(done.returncode, OK)
            self.assertIn("warning: ", done.stderr)
            self.assertIn(self.seen, done.stderr)
