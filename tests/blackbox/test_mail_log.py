"""What the mail log tells: `spfblock report`."""

import gzip
import json
import os

from .harness.case import BlackBoxCase
from .harness.spfblock import run

OK, NEGATIVE, UNAVAILABLE, CONFIG = 0, 1, 69, 78

REJECT = "listed in the SPF record of {domain}"
WARN = "spfblock: {domain} {network}"

# A spammer of April 2016 and what he sends: the hosts are his, the times differ.
CLIENT = "unknown[45.120.197.160]"
ENVELOPE = "from=<info@toramaki.net> to=<you@example.org> proto=ESMTP helo=<mx.toramaki.net>"
REJECTED = (
    f"Apr  4 04:38:31 mx postfix/smtpd[14042]: NOQUEUE: reject: RCPT from {CLIENT}:"
    f" 554 5.7.1 <{CLIENT}>: Client host rejected: listed in the SPF record of"
    f" toramaki.net; {ENVELOPE}\n"
)
WARNED = (
    f"2016-04-04T04:39:31.1+02:00 mx postfix/smtpd[14042]: NOQUEUE: warn: RCPT from"
    f" {CLIENT}: spfblock: toramaki.net 45.120.196.0/22; {ENVELOPE}\n"
)
BY_ANOTHER = REJECTED.replace("listed in the SPF record of toramaki.net", "no")


class MailLog(BlackBoxCase):
    def configured(self, action):
        return self.file(
            "spfblock.json",
            json.dumps({"domains": ["toramaki.net"], "action": action}),
        )

    def log(self, name, text):
        """A log that was last written when its lines say."""
        path = self.file(name, text)
        os.utime(path, (1459771200, 1459771200))
        return path


class Report(MailLog):
    def report(self, action, *files, stdin=""):
        return run("report", "-c", self.configured(action), *files, stdin=stdin)

    def test_says_what_a_listing_rejected(self):
        log = self.log("mail.log", REJECTED + BY_ANOTHER + REJECTED + "rubbish\n")
        done = self.report("REJECT " + REJECT, log)
        self.assertEqual(done.returncode, OK)
        self.assertEqual(
            done.stdout,
            "toramaki.net: 2 rejected\n"
            "  from 2016-04-04 04:38:31 to 2016-04-04 04:38:31\n"
            "  hosts (1): 45.120.197.160 (2)\n"
            "  senders (1): info@toramaki.net (2)\n"
            "  recipients (1): you@example.org (2)\n",
        )
        self.assertEqual(done.stderr, "")

    def test_says_what_it_would_have_rejected(self):
        done = self.report("WARN " + WARN, self.log("mail.log", WARNED))
        self.assertIn("toramaki.net: 1 would have been (WARN)\n", done.stdout)
        self.assertIn("from 2016-04-04 04:39:31 to", done.stdout)

    def test_reads_compressed_files_and_stdin_in_order(self):
        old = os.path.join(self.directory(), "mail.log.1.gz")
        with open(old, "wb") as file:
            # Two members, as two runs of gzip leave them.
            file.write(gzip.compress(REJECTED.encode()))
            file.write(gzip.compress(REJECTED[:30].encode()))
            file.write(gzip.compress(REJECTED[30:].encode()))
        os.utime(old, (1459771200, 1459771200))
        log = self.log("mail.log", REJECTED)
        dated = REJECTED.replace("Apr  4 04:38:31", "2016-04-05T00:00:00Z")
        done = self.report("REJECT " + REJECT, "--json", old, log, "-", stdin=dated)
        told = json.loads(done.stdout)
        self.assertEqual((told["lines"], told["known_lines"]), (4, 4))
        (listing,) = told["listings"]
        self.assertEqual(listing["name"], "toramaki.net")
        self.assertEqual(listing["rejected"], 4)
        self.assertEqual(listing["first"], "2016-04-04 04:38:31")
        self.assertEqual(listing["last"], "2016-04-05 00:00:00")
        self.assertEqual(
            listing["hosts"],
            {"counts": [{"value": "45.120.197.160", "count": 4}], "others": 0},
        )

    def test_says_that_there_is_nothing_and_how_much_it_read(self):
        done = self.report("REJECT " + REJECT, self.log("mail.log", BY_ANOTHER))
        self.assertEqual((done.returncode, done.stdout), (OK, ""))
        self.assertIn("nothing of our listings in 1 lines", done.stderr)

    def test_an_action_without_a_text_is_said_to_be_left_out(self):
        done = self.report("REJECT", self.log("mail.log", REJECTED))
        self.assertEqual(done.stdout, "")
        self.assertIn('the action "REJECT" has no text of its own', done.stderr)

    def test_says_what_it_cannot_read(self):
        cut = self.file("cut.gz", "")
        with open(cut, "wb") as file:
            file.write(gzip.compress(REJECTED.encode() * 100)[:-20])
        for file, why in ("no-such-file", "No such file"), (cut, "ends too early"):
            done = self.report("REJECT " + REJECT, file)
            self.assertEqual((done.returncode, done.stdout), (UNAVAILABLE, ""))
            self.assertIn(f"spfblock: cannot read {file}: ", done.stderr)
            self.assertIn(why, done.stderr)

    def test_what_senders_wrote_is_safe_for_a_terminal(self):
        log = self.log("mail.log", REJECTED.replace("info@", "\x1b[2Jinfo@"))
        done = self.report("REJECT " + REJECT, log)
        self.assertIn("\\x1b[2Jinfo@toramaki.net (1)", done.stdout)
        self.assertNotIn("\x1b", done.stdout)
