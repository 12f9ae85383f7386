"""Whom the mail log says to list: `spfblock suggest`."""

import json
import os

from .harness.case import BlackBoxCase
from .harness.policy import PolicyClient
from .harness.ports import LOOPBACK, free_port
from .harness.spfblock import Spfblock, run
from .harness.waiting import eventually
from .test_mail_log import delivered

OK, USAGE, UNAVAILABLE, CONFIG = 0, 64, 69, 78

FAMILY = "ip4:45.120.196.0/22 ip4:103.232.203.0/24 ~all"
ZONE = f"""\
toramaki.net. 300 IN TXT "v=spf1 include:spf-stx.burn-oxygen.com ~all"
vurbyietloam.xyz. 300 IN TXT "v=spf1 include:spf-stx.burn-oxygen.com ~all"
se2.vurbyietloam.xyz. 300 IN TXT "v=spf1 include:spf-stx.burn-oxygen.com ~all"
spf-stx.burn-oxygen.com. 300 IN TXT "v=spf1 {FAMILY}"
alone.example. 300 IN TXT "v=spf1 ip4:45.7.7.0/24 -all"
victim.example. 300 IN TXT "v=spf1 ip4:62.9.9.0/24 -all"
forwarder.example. 300 IN TXT "v=spf1 ip4:62.1.1.1 -all"
wide.example. 300 IN TXT "v=spf1 +all"
sendgrid.net. 300 IN TXT "v=spf1 ip4:167.89.0.0/17 -all"
customer.example. 300 IN TXT "v=spf1 include:sendgrid.net -all"
xn--mller-kva.example. 300 IN TXT "v=spf1 ip4:45.7.10.0/24 -all"
co.uk. 300 IN TXT "v=spf1 ip4:45.7.7.0/24 -all"
shop.co.uk. 300 IN TXT "v=spf1 ip4:45.7.8.0/24 -all"
by-mail.example. 300 IN TXT "v=spf1 exists:%{{i}}.%{{l}}.by-mail.example -all"
45.7.9.1.good.by-mail.example. 300 IN A 127.0.0.2
by-helo.example. 300 IN TXT "v=spf1 exists:%{{h}}.ok.by-helo.example -all"
x.ok.by-helo.example. 300 IN A 127.0.0.2
"""

# The log of April 2016 that it began with: who is that?  And, once his hosts
# are rejected by hand, who is the next one?
SEED = """\
Apr  4 04:38:11 mx postfix/smtpd[13590]: connect from unknown[45.120.197.160]
Apr  4 04:38:12 mx policyd-spf[13596]: None; identity=helo; client-ip=45.120.197.160; helo=mx1.toramaki.net; envelope-from=info@toramaki.net; receiver=you@example.org
Apr  4 04:38:12 mx policyd-spf[13596]: Pass; identity=mailfrom; client-ip=45.120.197.160; helo=mx1.toramaki.net; envelope-from=info@toramaki.net; receiver=you@example.org
Apr  4 04:38:13 mx postfix/smtpd[13590]: disconnect from unknown[45.120.197.160]
Apr  4 12:00:41 mx postfix/smtpd[14042]: connect from unknown[103.232.203.73]
Apr  4 12:00:41 mx postfix/smtpd[14042]: NOQUEUE: reject: RCPT from unknown[103.232.203.73]: 554 5.7.1 <unknown[103.232.203.73]>: Client host rejected: Access denied; from=<bounce@se2.vurbyietloam.xyz> to=<you@example.org> proto=ESMTP helo=<se2.vurbyietloam.xyz>
Apr  4 12:00:42 mx postfix/smtpd[14042]: NOQUEUE: reject: RCPT from unknown[103.232.203.73]: 554 5.7.1 <unknown[103.232.203.73]>: Client host rejected: Access denied; from=<bounce@se2.vurbyietloam.xyz> to=<me@example.org> proto=ESMTP helo=<se2.vurbyietloam.xyz>
Apr  4 12:00:42 mx postfix/smtpd[14042]: disconnect from unknown[103.232.203.73]
Apr  4 12:03:00 mx postfix/anvil[14044]: statistics: max connection rate 1/60s for (smtp:103.232.203.73) at Apr  4 12:00:41
Apr  4 12:03:00 mx postfix/anvil[14044]: statistics: max cache size 1 at Apr  4 12:00:41
"""


def rejected(client, sender, why="Client host rejected: no"):
    return (
        f"2016-04-04T05:00:00Z mx postfix/smtpd[1]: NOQUEUE: reject: RCPT from"
        f" unknown[{client}]: 554 5.7.1 <unknown[{client}]>: {why};"
        f" from=<{sender}> to=<you@example.org> proto=ESMTP helo=<x>\n"
    )


class Suggest(BlackBoxCase):
    def suggest(self, log, *options, **settings):
        path = self.file("mail.log", log)
        os.utime(path, (1459771200, 1459771200))
        return run("suggest", "-c", self.configured(**settings), *options, path)

    def configured(self, **settings):
        return self.file(
            "spfblock.json",
            json.dumps(
                {
                    "domains": ["nobody.example"],
                    "resolver": {"zone_file": self.file("zone", ZONE)},
                    "state_file": "",
                    **settings,
                }
            ),
        )

    def names(self, log, **settings):
        """What is suggested, and what stands beside it as it is told to a program."""
        done = self.suggest(log, "--json", **settings)
        self.assertEqual(done.returncode, OK, done.stderr)
        told = json.loads(done.stdout)
        names = [
            each["name"] for group in told["groups"] for each in group["suggestions"]
        ]
        return names, told

    def test_the_log_that_it_began_with_names_the_family(self):
        names, told = self.names(SEED)
        self.assertEqual(
            names, ["spf-stx.burn-oxygen.com", "toramaki.net", "vurbyietloam.xyz"]
        )
        (group,) = told["groups"]
        self.assertEqual(group["in_common"], ["include spf-stx.burn-oxygen.com"])
        toramaki = group["suggestions"][1]
        self.assertEqual(
            toramaki["hosts"],
            [
                {
                    "address": "45.120.197.160",
                    "bad": 0,
                    "wanted": 0,
                    "log_says_pass": True,
                }
            ],
        )
        self.assertEqual(
            toramaki["bad_hosts_in_networks"],
            [{"address": "103.232.203.73", "bad": 2}],
        )

    def test_once_a_domain_is_listed_its_hosts_name_the_next(self):
        names, told = self.names(SEED, domains=["toramaki.net"])
        self.assertEqual(names, ["vurbyietloam.xyz"])
        (next_one,) = told["groups"][0]["suggestions"]
        self.assertEqual(next_one["from_listed"], 2)
        self.assertEqual(next_one["listed"], [{"name": "toramaki.net", "percent": 100}])
        self.assertEqual(next_one["first"], "2016-04-04 12:00:41")
        # It is no matter whether the listing rejects or is only watched.
        names, _ = self.names(
            SEED, domains=["toramaki.net"], action="WARN spfblock: {domain}"
        )
        self.assertEqual(names, ["vurbyietloam.xyz"])

    def test_what_is_told_to_a_person(self):
        done = self.suggest(rejected("45.7.7.1", "a@alone.example") * 2)
        self.assertEqual(done.returncode, OK)
        until = done.stdout.split("--until ")[1].split()[0]
        self.assertEqual(
            done.stdout,
            "alone.example: 2 refused\n"
            "  from 2016-04-04 05:00:00 to 2016-04-04 05:00:00\n"
            "  hosts that pass (1): 45.7.7.1 (2)\n"
            "  networks (1): 45.7.7.0/24; from these 2 bad, 0 wanted\n"
            "\n"
            "To watch what a listing would reject:\n"
            f"  spfblock add --watch --until {until} alone.example\n",
        )
        self.assertRegex(
            done.stderr,
            r"^2 lines, 2 of a known form, 2 mails; records as of 20..-..-.. ..:.. UTC\n"
            r"1 suggested\n$",
        )

    def test_victims_are_counted_and_never_named(self):
        log = rejected("45.7.7.1", "a@victim.example") + rejected(
            "45.7.7.1", "a@no-record.example"
        )
        done = self.suggest(log)
        self.assertEqual((done.returncode, done.stdout), (OK, ""))
        self.assertIn(
            "0 suggested; other senders of bad mail: 1 without an SPF record,"
            " 1 forged: their record does not pass who sent\n",
            done.stderr,
        )
        for form in ([], ["--json"], ["--format", "domains"]):
            done = self.suggest(log, *form)
            self.assertNotIn("victim.example", done.stdout + done.stderr)

    def test_providers_and_their_customers_are_left_alone(self):
        log = rejected("167.89.1.1", "a@sendgrid.net") + rejected(
            "167.89.1.1", "a@customer.example"
        )
        names, told = self.names(log)
        self.assertEqual(names, [])
        self.assertEqual(told["objections"]["provider"], 1)
        self.assertEqual(told["not_suggested"], [])

    def test_what_is_allowed_is_left_alone(self):
        log = rejected("45.7.7.1", "a@alone.example")
        names, told = self.names(log, allow={"domains": ["alone.example"]})
        self.assertEqual((names, told["objections"]["allowed"]), ([], 1))
        # Its own networks are nobody's evidence.
        names, told = self.names(log, allow={"networks": ["45.7.7.0/24"]})
        self.assertEqual((names, told["mails"]), ([], 0))
        # Hosts that an allowed domain authorises.
        names, told = self.names(
            rejected("62.9.9.1", "a@alone.example"), allow={"domains": ["victim.example"]}
        )
        self.assertEqual((names, told["objections"]["no_pass"]), ([], 1))

    def test_a_forwarder_whose_mail_is_wanted_is_left_alone(self):
        log = rejected("62.1.1.1", "srs0=a@forwarder.example") + "".join(
            delivered(f"A{i}", "62.1.1.1", "srs0=b@forwarder.example") for i in range(3)
        )
        done = self.suggest(log)
        self.assertEqual(
            done.stdout,
            "Not suggested, though the record passes:\n"
            "  forwarder.example: 1 refused, 3 wanted: of whom, or whose networks,"
            " wanted mail comes: 3 wanted of 1 sender, 1 bad\n",
        )

    def test_who_passes_everybody_is_over_the_limits(self):
        names, told = self.names(rejected("45.7.7.1", "a@wide.example"))
        self.assertEqual(names, [])
        (wide,) = told["not_suggested"]
        self.assertEqual((wide["name"], wide["why"]), ("wide.example", "too_wide"))

    def test_spam_that_was_delivered_is_bad_mail(self):
        spam = (
            "Apr  4 05:00:00 mx rspamd[5]: <a1>; task; rspamd_task_write_log:"
            " id: <A1@x>, qid: <A1>, ip: 45.7.7.1, from: <a@alone.example>,"
            " (default: T (add header): [9.00/15.00] []), len: 1\n"
        )
        names, told = self.names(delivered("A1", "45.7.7.1", "a@alone.example", spam))
        self.assertEqual(names, ["alone.example"])
        self.assertEqual(told["groups"][0]["suggestions"][0]["spam"], 1)

    def test_a_reply_about_the_recipient_is_no_mark(self):
        unknown = rejected("45.7.7.1", "a@alone.example").replace(
            "554 5.7.1 <unknown[45.7.7.1]>: Client host rejected: no",
            "550 5.1.1 <you@example.org>: Recipient address rejected: User unknown",
        )
        names, told = self.names(unknown)
        self.assertEqual((names, told["mails"]), ([], 1))

    def test_domains_are_those_under_a_public_suffix(self):
        log = rejected("45.7.8.1", "a@shop.co.uk") + rejected("45.7.7.1", "a@co.uk")
        names, _ = self.names(log)
        self.assertEqual(names, ["shop.co.uk"])

    def test_a_sender_in_unicode_is_its_ascii_form(self):
        log = "".join(
            rejected("45.7.10.1", sender)
            for sender in (
                "a@m\u00fcller.example",
                "b\u00fcro@M\u00fcller.example",
                "a@xn--mller-kva.example",
                "a@\u2603.m\u00fcller.example",  # no such name
            )
        )
        names, told = self.names(log)
        self.assertEqual(names, ["xn--mller-kva.example"])
        self.assertEqual(told["groups"][0]["suggestions"][0]["hosts"][0]["bad"], 3)
        self.assertEqual(self.names(log, domains=["m\u00fcller.example"])[0], [])
        self.assertEqual(
            self.names(log, allow={"domains": ["m\u00fcller.example"]})[0], []
        )

    def test_a_term_of_the_mail_is_asked_for_the_mail(self):
        names, told = self.names(
            rejected("45.7.9.1", "good@by-mail.example")
            + rejected("45.7.9.2", "good@by-mail.example")
        )
        self.assertEqual(names, ["by-mail.example"])
        (only,) = told["groups"][0]["suggestions"]
        self.assertEqual(only["networks"], [])
        self.assertEqual([each["address"] for each in only["hosts"]], ["45.7.9.1"])
        by_helo = rejected("45.7.9.1", "a@by-helo.example")
        self.assertEqual(self.names(by_helo)[0], ["by-helo.example"])
        other = by_helo.replace("helo=<x>", "helo=<y>")
        self.assertEqual(self.names(other)[0], [])

    def test_a_list_of_domains_can_be_put_into_domain_files(self):
        log = SEED + rejected("45.7.7.1", "a@alone.example")
        done = self.suggest(log, "--format", "domains")
        self.assertEqual(done.returncode, OK)
        lines = [line for line in done.stdout.splitlines() if line[:1] not in ("", "#")]
        self.assertEqual(
            [line.split()[0] for line in lines],
            ["spf-stx.burn-oxygen.com", "alone.example"],
        )
        self.assertIn("# toramaki.net is in spf-stx.burn-oxygen.com: ", done.stdout)
        listed = self.configured(
            domain_files=[self.file("suggested.txt", done.stdout)], domains=[]
        )
        self.assertIn(": valid, 2 domains", run("check", "-c", listed).stdout)

    def test_no_local_part_and_no_recipient_is_told(self):
        log = rejected("45.7.7.1", "secret-local@alone.example") + SEED
        for form in ([], ["--json"], ["--format", "domains"]):
            done = self.suggest(log, *form)
            for private in ("secret-local", "bounce@", "info@", "you@", "example.org"):
                self.assertNotIn(private, done.stdout + done.stderr)

    def test_hostile_senders_neither_stop_it_nor_reach_the_terminal(self):
        hostile = "".join(
            rejected("45.7.7.1", f"a@{domain}")
            for domain in (
                "\x1b[2J.example",
                "$(reboot).example",
                "a..example",
                "." * 300,
                "x" * 253,
                ".".join(["a" * 61] * 4) + ".example",
                "\x00.example",
                "xn--\xff.example",
            )
        )
        done = self.suggest(hostile + rejected("45.7.7.1", "a@alone.example"))
        self.assertEqual(done.returncode, OK)
        self.assertTrue(done.stdout.startswith("alone.example: 1 refused\n"))
        self.assertNotIn("\x1b", done.stdout + done.stderr)
        self.assertNotIn("reboot", done.stdout)

    def test_former_days_can_be_left_out(self):
        log = rejected("45.7.7.1", "a@alone.example")
        done = self.suggest(log, "--since", "2016-04-05")
        self.assertEqual((done.returncode, done.stdout), (OK, ""))
        done = self.suggest(log, "--since=2016-04-04")
        self.assertIn("alone.example: 1 refused", done.stdout)
        done = self.suggest(log, "--until", "2016-04-04 05:00")
        self.assertEqual((done.returncode, done.stdout), (OK, ""))
        self.assertEqual(self.suggest(log, "--since", "yesterday").returncode, USAGE)

    def test_what_cannot_be_done_is_said(self):
        log = rejected("45.7.7.1", "a@alone.example")
        self.assertEqual(
            self.suggest(log, "--json", "--format", "domains").returncode, USAGE
        )
        self.assertEqual(self.suggest(log, "--format", "xml").returncode, USAGE)
        self.assertEqual(self.suggest(log, colour=1).returncode, CONFIG)
        missing = run("suggest", "-c", self.configured(), "no-such-file")
        self.assertEqual(missing.returncode, UNAVAILABLE)
        done = self.suggest(
            log,
            domains=[],
            networks=[{"network": "45.9.9.0/24"}],
            allow={"providers": False},
            resolver={"servers": ["127.0.0.1:1"], "timeout": "1s", "attempts": 1},
        )
        self.assertEqual(done.returncode, UNAVAILABLE, done.stderr)
        self.assertIn("the DNS failed for all senders", done.stderr)


class SuggestLive(BlackBoxCase):
    """What a running server noted at its door `policy`, and no log."""

    def setUp(self):
        self.server = self.serve(
            {
                "listen": [{"door": "policy", "at": f"{LOOPBACK}:{free_port()}"}],
                "threads": 2,
                "admin": f"{LOOPBACK}:{free_port()}",
                "domains": ["toramaki.net"],
                "action": "WARN spfblock: {domain}",
                "resolver": {"zone_file": self.file("zone", ZONE)},
                "state_file": "",
            }
        )
        # Of the null sender nothing is noted.
        eventually(
            lambda: [*self.send(("103.232.203.73", ""))] != ["DUNNO"], "it is listed"
        )

    def serve(self, configuration):
        server = Spfblock(configuration)
        self.addCleanup(server.close)
        return server

    def send(self, *mails):
        """Asks for mails of (client, sender), each over a connection of its own."""
        for client, sender in mails:
            with PolicyClient(self.server.port) as door:
                yield door.ask(client, sender)

    def suggest(self, *arguments):
        return run("suggest", "-c", self.server.file, "--live", *arguments)

    def names(self, *arguments):
        done = self.suggest("--json", *arguments)
        self.assertEqual(done.returncode, OK, done.stderr)
        told = json.loads(done.stdout)
        return told, {
            each["name"]: each
            for group in told["groups"]
            for each in group["suggestions"]
        }

    def test_what_listed_hosts_send_names_the_next_domain(self):
        listed = "WARN spfblock: toramaki.net"
        actions = self.send(
            ("103.232.203.73", "bounce@se2.vurbyietloam.xyz"),
            ("103.232.203.73", "secret-local@se2.vurbyietloam.xyz"),
            ("45.120.197.160", "boss@victim.example"),
            ("45.120.197.160", "a@no-record.example"),
            ("45.120.197.160", ""),
            ("45.120.197.160", "\x1b[2J@a b.example"),
            ("62.1.1.1", "srs0=a@forwarder.example"),
        )
        self.assertEqual([*actions], [listed] * 6 + ["DUNNO"])
        told, suggested = self.names()
        self.assertEqual(list(suggested), ["vurbyietloam.xyz"])
        next_one = suggested["vurbyietloam.xyz"]
        self.assertEqual(next_one["from_listed"], 2)
        self.assertEqual(
            [each["address"] for each in next_one["hosts"]], ["103.232.203.73"]
        )
        self.assertEqual(next_one["listed"], [{"name": "toramaki.net", "percent": 100}])
        self.assertEqual((told["lines"], told["mails"]), (0, 4))
        self.assertEqual((told["live"]["senders"], told["live"]["forgotten"]), (3, 0))
        for form in ([], ["--json"], ["--format", "domains"]):
            done = self.suggest(*form)
            for private in ("victim", "forwarder", "secret-local", "you@", "\x1b"):
                self.assertNotIn(private, done.stdout + done.stderr)
        self.assertRegex(
            self.suggest().stderr,
            r"^the server noted 3 sender domains since 20..-..-.. ..:.. UTC; what mail"
            r" was wanted, only a log can tell\n4 mails; records as of ",
        )

    def test_what_a_log_tells_as_well_counts_once(self):
        sent = [("103.232.203.73", "bounce@se2.vurbyietloam.xyz")] * 3
        self.assertEqual([*self.send(*sent)], ["WARN spfblock: toramaki.net"] * 3)
        log = self.file("mail.log", SEED)  # 2 of the 3
        os.utime(log, (1459771200, 1459771200))
        told, suggested = self.names(log)
        self.assertEqual(suggested["vurbyietloam.xyz"]["from_listed"], 3)
        self.assertEqual(told["mails"], 3)
        # And what only the log tells is there, too.
        partner = rejected("45.7.7.1", "a@alone.example")
        _, suggested = self.names(self.file("other.log", partner))
        self.assertEqual([*suggested], ["vurbyietloam.xyz", "alone.example"])

    def test_who_is_seen_to_send_wanted_mail_is_left_alone(self):
        [*self.send(("103.232.203.73", "bounce@se2.vurbyietloam.xyz"))]
        seen = {"network": "103.232.203.99", "mails": 2}
        self.server.reload(
            allow={"seen": {"file": self.file("seen.json", json.dumps({"seen": [seen]}))}}
        )
        told, suggested = self.names()
        self.assertEqual(suggested, {})
        (objected,) = told["not_suggested"]
        self.assertEqual(
            (objected["name"], objected["why"]), ("vurbyietloam.xyz", "wanted")
        )

    def test_a_server_that_cannot_be_asked_is_said(self):
        self.server.stop()
        done = self.suggest()
        self.assertEqual((done.returncode, done.stdout), (UNAVAILABLE, ""))
        self.assertIn("spfblock: ", done.stderr)
