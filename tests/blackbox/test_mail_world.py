"""The mail log of a world that was made up and is real all the same.

Postfix, policyd-spf, rspamd and NSD run as Debian has them, on a machine of their
own, and mails of all sorts are sent through them.  What they log is read, and what
is told must be what the generator of the world computes.
"""

import collections
import json
import os

from .harness import mail_world, own_machine, smtp
from .harness.case import BlackBoxCase
from .harness.machine_log import MachineLog
from .harness.nsd import Nsd
from .harness.postfix import Postfix
from .harness.ports import LOOPBACK
from .harness.rspamd import Rspamd
from .harness.spfblock import Spfblock, run
from .harness.waiting import eventually

OK, NEGATIVE = 0, 1

OUR_SEED = 3  # a world in which all is there that is to be shown
SEED = int(os.environ.get("SPFBLOCK_MAIL_WORLD_SEED", OUR_SEED))
COUNT = int(os.environ.get("SPFBLOCK_MAIL_WORLD_MAILS", "60"))

TABLE_PORT, MILTER_PORT, NAME_SERVER_PORT = 10060, 11332, 53

POLICY = "policyd-spf unix - n n - 0 spawn user=nobody argv=" + " ".join(
    ["/usr/bin/policyd-spf", "/etc/postfix-policyd-spf-python/policyd-spf.conf"]
)


class MailWorld(BlackBoxCase):
    @classmethod
    def setUpClass(cls):
        own_machine.move_in()
        with open("/etc/resolv.conf", "w", encoding="ascii") as file:
            file.write(f"nameserver {LOOPBACK}\n")
        cls.log = MachineLog()
        nsd = Nsd({"example": mail_world.zone()}, NAME_SERVER_PORT)
        cls.addClassCleanup(nsd.close)
        rspamd = Rspamd(MILTER_PORT)
        cls.addClassCleanup(rspamd.close)
        cls.spfblock = Spfblock(
            {
                "listen": [f"{LOOPBACK}:{TABLE_PORT}"],
                "domains": [
                    {"name": name, "action": action}
                    for name, action in mail_world.ACTIONS.items()
                ],
            }
        )
        cls.addClassCleanup(cls.spfblock.close)
        cls.spfblock.wait_for_line("table published .*domains=2")
        postfix = Postfix(
            TABLE_PORT,
            f"""\
maillog_file =
smtpd_recipient_restrictions = reject_unauth_destination
    check_policy_service {{ unix:private/policyd-spf, default_action=DEFER }}
smtpd_milters = {rspamd.milter}
milter_default_action = tempfail
policyd-spf_time_limit = 3600
""",
            services=POLICY + "\n",
        )
        cls.addClassCleanup(postfix.close)
        cls.sent = mail_world.mails(SEED, COUNT)
        for number, mail in enumerate(cls.sent):
            cls.send(postfix.port, mail, number)
        eventually(cls.all_is_logged, "all mails are logged")

    @classmethod
    def send(cls, port, mail, number):
        expected = mail_world.fate_of(mail)
        with smtp.Smtp(port) as session:
            session.command("EHLO client.invalid")
            session.come_from(mail.client)
            session.command(f"EHLO host{number}.nothing.example")
            session.command(f"MAIL FROM:<{mail.sender}>")
            reply = session.command(f"RCPT TO:<{mail.recipient}>")
            if reply[0] == 250:
                session.command("DATA")
                reply = session.command(
                    f"Message-ID: <{number}@{mail.client}>\r\nFrom: {mail.sender}\r\n"
                    f"To: {mail.recipient}\r\nSubject: {mail.subject}\r\n\r\nHello\r\n."
                )
            code = 250 if expected.became == "delivered" else reply[0]
            if reply[0] != code or (code != 250 and reply[0] // 100 != 5):
                raise AssertionError(f"{mail}: {reply}\n{cls.log.text()}")

    @classmethod
    def all_is_logged(cls):
        delivered = [
            mail for mail in cls.sent if mail_world.fate_of(mail).became == "delivered"
        ]
        return cls.log.text().count(": removed\n") == len(delivered)

    def command(self, name, *arguments):
        return run(name, "-c", self.spfblock.file, *arguments, self.log.file)

    def test_the_world_has_all_of_it(self):
        fates = {(mail_world.listing_of(each) is None, mail_world.fate_of(each))
                 for each in self.sent}
        self.assertEqual(len(fates), 6, fates)
        for daemon in "postfix/smtpd[", "policyd-spf[", "rspamd[", "postfix/qmgr[":
            self.assertIn(daemon, self.log.text())

    def test_report_is_what_the_listings_did(self):
        told = json.loads(self.command("report", "--json").stdout)
        listings = {
            each["name"]: {
                "rejected": each["rejected"],
                "would_be_rejected": each["would_be_rejected"],
                **{
                    key: collections.Counter(
                        {one["value"]: one["count"] for one in each[key]["counts"]}
                    )
                    for key in ("hosts", "senders", "recipients")
                },
            }
            for each in told["listings"]
        }
        self.assertEqual(listings, mail_world.report(self.sent))

    def assert_replayed(self, rejecting, *arguments):
        done = self.command("replay", "--json", *arguments)
        told = json.loads(done.stdout)
        expected = mail_world.replay(self.sent, rejecting)
        self.assertEqual(told["mails"], expected.mails)
        for key in "would_be_rejected", "would_be_told":
            self.assertEqual(
                +collections.Counter(told[key]), getattr(expected, key), key
            )
        self.assertEqual(told["delivered_as_spam"], expected.delivered_as_spam)
        self.assertEqual(
            collections.Counter(
                (
                    each["address"],
                    each["sender"],
                    *each["recipients"],
                    each["listing"],
                    each["network"],
                )
                for each in told["harmed_mails"]
            ),
            expected.harmed,
        )
        self.assertEqual(told["harmed"], expected.harmed.total())
        self.assertEqual(done.returncode, NEGATIVE if expected.harmed else OK)

    def test_replay_is_what_became_of_the_mails(self):
        self.assert_replayed([])
        self.assert_replayed([mail_world.WATCHED], "--with", mail_world.WATCHED)

    def suggested(self, file):
        done = run("suggest", "--json", "-c", file, self.log.file)
        self.assertEqual(done.returncode, OK, done.stderr)
        return json.loads(done.stdout)

    def assert_suggested(self, file, listed):
        told = self.suggested(file)
        expected = mail_world.suggestions(self.sent, listed)
        self.assertEqual(told["mails"], len(self.sent))
        suggested = {
            each["name"]: {
                **{
                    key: each[key]
                    for key in mail_world.COMPARED_AS_THEY_ARE
                },
                "hosts": {
                    host["address"]: (host["bad"], host["wanted"])
                    for host in each["hosts"]
                },
                "bad_hosts_in_networks": {
                    host["address"]: host["bad"]
                    for host in each["bad_hosts_in_networks"]
                },
                **{key: set(each[key]) for key in ("networks", "includes", "users")},
                "listed": {one["name"]: one["percent"] for one in each["listed"]},
            }
            for group in told["groups"]
            for each in group["suggestions"]
        }
        self.assertEqual(suggested, expected.suggested)
        self.assertEqual(
            {each["name"]: each["why"] for each in told["not_suggested"]},
            expected.not_suggested,
        )
        self.assertEqual(
            +collections.Counter(told["objections"]), +expected.objections
        )
        return told, expected

    def test_suggested_are_the_spammers_and_nobody_else(self):
        told, expected = self.assert_suggested(
            self.spfblock.file, [*mail_world.ACTIONS]
        )
        self.assertLessEqual(
            set(expected.suggested), {*mail_world.FAMILY, mail_world.SHARED}
        )
        if SEED != OUR_SEED:
            return
        # The family by what it shares, and an innocent.
        self.assertIn(mail_world.SHARED, expected.suggested)
        self.assertEqual(expected.not_suggested[mail_world.TENANT], "let_through")
        (family,) = told["groups"]
        self.assertEqual(
            family["in_common"],
            [f"include {mail_world.SHARED}", f"networks of {mail_world.WATCHED}"],
        )

    def test_suggested_are_the_same_while_nothing_is_listed(self):
        file = self.file(
            "other.json",
            json.dumps(
                {
                    "domains": ["nobody.example"],
                    "allow": {"reserved": False, "providers": False},
                    "admin": "",
                    "state_file": "",
                }
            ),
        )
        _, expected = self.assert_suggested(file, [])
        self.assertLessEqual(
            set(expected.suggested),
            {*mail_world.FAMILY, mail_world.SHARED, mail_world.REJECTED},
        )
        if SEED == OUR_SEED:
            self.assertIn(mail_world.REJECTED, expected.suggested)

    def test_seen_is_who_delivered_wanted_mail(self):
        file = os.path.join(self.directory(), "seen.json")
        for _ in range(2):
            self.assertEqual(self.command("replay", "--seen", file).returncode, OK)
            with open(file, encoding="utf-8") as kept:
                told = {
                    each["network"]: each["mails"] for each in json.load(kept)["seen"]
                }
            self.assertEqual(told, mail_world.seen(self.sent))

    def test_the_network_that_a_tenant_shares_with_spammers_is_told(self):
        file = os.path.join(self.directory(), "seen.json")
        self.command("replay", "--seen", file)
        self.spfblock.reload(allow={"seen": {"file": file}})
        self.spfblock.wait_for_line(
            f"covers who delivered wanted mail domain={mail_world.WATCHED}"
            r" networks=.*45\.120\.196\.0/22"
        )
