"""What the mail log tells: `spfblock report` and `replay`."""

import gzip
import json
import os
import subprocess
from unittest import mock

from .harness.case import BlackBoxCase
from .harness.spfblock import program, run
from .harness.waiting import PATIENCE_S

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
        self.assertIn("nothing of our listings in 1 line, of which", done.stderr)

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


ZONE = """\
toramaki.net. 300 IN TXT "v=spf1 include:spf-stx.burn-oxygen.com ~all"
spf-stx.burn-oxygen.com. 300 IN TXT "v=spf1 ip4:45.120.196.0/22 ip4:103.232.203.0/24 ~all"
partner.example. 300 IN TXT "v=spf1 ip4:62.1.1.0/24 -all"
"""


def delivered(queue_id, client, sender, more=""):
    """The lines of a mail that a recipient got; `more` stands within them."""
    syslog = "Apr  4 05:00:00 mx postfix/"
    return (
        f"{syslog}smtpd[1]: {queue_id}: client=unknown[{client}]\n"
        f"{syslog}cleanup[2]: {queue_id}: message-id=<{queue_id}@x>\n{more}"
        f"{syslog}qmgr[3]: {queue_id}: from=<{sender}>, size=1, nrcpt=1 (queue active)\n"
        f"{syslog}lmtp[4]: {queue_id}: to=<you@example.org>, relay=mx[private/lmtp],"
        " delay=1, delays=1/0/0/0, dsn=2.0.0, status=sent (250 2.0.0 Saved)\n"
        f"{syslog}qmgr[3]: {queue_id}: removed\n"
    )


class Journal(MailLog):
    def test_without_a_file_the_journal_is_read(self):
        stand_in = self.file(
            "journalctl",
            "#!/bin/sh\n"
            "echo '2016-04-04T04:38:31+0200 mx' 'postfix/smtpd[1]: NOQUEUE: warn: RCPT"
            f" from {CLIENT}: spfblock: toramaki.net 45.120.196.0/22; {ENVELOPE}'\n"
            'for asked; do echo "$asked" >&2; done\n'
            "exit $STATUS\n",
        )
        os.chmod(stand_in, 0o755)
        for status, expected in ("0", OK), ("1", UNAVAILABLE):
            path = os.path.dirname(stand_in) + ":" + os.environ["PATH"]
            done = self.in_environment({"PATH": path, "STATUS": status})
            self.assertEqual(done.returncode, expected, done.stderr)
            self.assertIn("SYSLOG_FACILITY=2\n", done.stderr)
            told = "toramaki.net: 1 would have been (WARN)\n" in done.stdout
            self.assertEqual(told, expected == OK)
        self.assertIn("journalctl failed; name the files", done.stderr)

    def in_environment(self, changes):
        return subprocess.run(
            [program(), "report", "-c", self.configured("WARN " + WARN)],
            env={**os.environ, **changes},
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )


class Period(MailLog):
    """`--since` and `--until`, which all three commands have."""

    def report(self, log, *options):
        done = run("report", "-c", self.configured("REJECT " + REJECT), *options, log)
        return done.returncode, done.stdout.partition("\n")[0]

    def test_lines_of_other_times_are_left_out(self):
        times = "2016-04-03T23:59:59", "2016-04-04T00:00:00", "2016-04-04T12:30:00"
        log = self.log(
            "mail.log",
            "".join(REJECTED.replace("Apr  4 04:38:31", f"{at}.5+02:00") for at in times),
        )
        for count, options in (
            (3, []),
            (2, ["--since", "2016-04-04"]),
            (1, ["--since", "2016-04-04 12:30"]),
            (1, ["--since=2016-04-04T00:00:01"]),
            (1, ["--until", "2016-04-04"]),
            (2, ["--until", "2016-04-04 12:30"]),
            (1, ["--since", "2016-04-04", "--until", "2016-04-04 12:30:00"]),
        ):
            told = self.report(log, *options)
            self.assertEqual(told, (OK, f"toramaki.net: {count} rejected"), options)
        self.assertEqual(self.report(log, "--since", "2016-04-05"), (OK, ""))

    def test_a_log_without_years_has_those_of_its_file(self):
        log = self.log(
            "mail.log",
            REJECTED.replace("Apr  4", "Dec 31") + REJECTED.replace("Apr  4", "Jan  1"),
        )
        new_year = 1451649600  # 2016-01-01 12:00
        os.utime(log, (new_year, new_year))
        for count, options in (
            (2, ["--since", "2015-12-31", "--until", "2016-01-02"]),
            (1, ["--since", "2016-01-01"]),
            (1, ["--until", "2016-01-01"]),
        ):
            told = self.report(log, *options)
            self.assertEqual(told, (OK, f"toramaki.net: {count} rejected"), options)

    def test_a_mail_is_of_the_time_when_it_came(self):
        late = delivered("A1", "62.1.1.1", "a@partner.example").replace(
            "Apr  4 05:00:00 mx postfix/lmtp", "Apr  5 05:00:00 mx postfix/lmtp"
        )
        file = self.file(
            "spfblock.json",
            json.dumps(
                {
                    "domains": ["partner.example"],
                    "resolver": {"zone_file": self.file("zone", ZONE)},
                    "state_file": "",
                }
            ),
        )
        log = self.log("mail.log", late)
        os.utime(log, (1459900800, 1459900800))
        for expected, options in (
            (NEGATIVE, ["--until", "2016-04-05"]),
            (OK, ["--since", "2016-04-05"]),
        ):
            done = run("replay", "-c", file, *options, log)
            self.assertEqual(done.returncode, expected, options)

    def test_what_is_no_time_is_refused(self):
        for wrong in "yesterday", "2016-04", "2016-04-04 25:00", "":
            for option in "--since", "--until":
                for command in "report", "replay", "suggest":
                    done = run(command, option, wrong, "no-such-file")
                    self.assertEqual(done.returncode, 64, (command, option, wrong))
                    self.assertIn("is no day, YYYY-MM-DD, nor a time", done.stderr)


class SeveralFiles(MailLog):
    """Files that are parts of one log."""

    SPAM = (
        "2016-04-04 05:00:00 #700(normal) <a1>; task; rspamd_task_write_log:"
        " id: <{0}@x>, qid: <{0}>, ip: 45.120.197.1, from: <a@toramaki.net>,"
        " (default: T (add header): [9.00/15.00] []), len: 1\n"
    )

    def became(self, *files, stdin=""):
        file = self.file(
            "spfblock.json",
            json.dumps(
                {
                    "domains": ["toramaki.net"],
                    "resolver": {"zone_file": self.file("zone", ZONE)},
                    "state_file": "",
                }
            ),
        )
        done = run("replay", "--json", "-c", file, *files, stdin=stdin)
        self.assertIn(done.returncode, (OK, NEGATIVE), done.stderr)
        told = json.loads(done.stdout)
        return told["mails"], told["delivered_as_spam"], told["harmed"]

    def test_what_a_filter_logs_by_itself_is_joined_in_either_order(self):
        mails = [f"A{number}" for number in range(5)]
        text = "".join(
            delivered(each, "45.120.197.1", "a@toramaki.net") for each in mails
        )
        log = self.log("mail.log", text)
        # Whether it is logged in the second of the mail, or in the next one.
        for second in "05:00:00", "05:00:01":
            spam = self.log(
                "rspamd.log",
                "".join(
                    self.SPAM.format(each).replace("05:00:00", second)
                    for each in mails[1:]
                ),
            )
            self.assertEqual(self.became(log, spam), (5, 4, 1))
            self.assertEqual(self.became(spam, log), (5, 4, 1))
        later = self.SPAM.format("A0").replace("05:00:00", "06:00:00")
        self.assertEqual(self.became(log, self.log("late.log", later)), (5, 0, 5))

    def test_the_parts_of_a_log_may_be_named_in_any_order(self):
        lines = delivered("A1", "45.120.197.1", "a@toramaki.net").splitlines(True)
        former, latter = "".join(lines[:2]), "".join(lines[2:]).replace(
            "Apr  4", "Apr  5"
        )
        old, new = self.log("mail.log.1", former), self.log("mail.log", latter)
        packed = os.path.join(self.directory(), "mail.log.1.gz")
        with gzip.open(packed, "wb") as file:
            file.write(former.encode())
        for each in packed, old, new:
            os.utime(each, (1459900800, 1459900800))
        for files in (old, new), (new, old), (new, packed), (packed, new):
            self.assertEqual(self.became(*files), (1, 0, 1), files)
        self.assertEqual(self.became(new, "-", stdin=former.replace(
            "Apr  4 05:00:00", "2016-04-04T05:00:00Z")), (1, 0, 1))
        self.assertEqual(self.became("-", "-", stdin=former + latter)[0], 1)
        # What is named twice is read twice.
        self.assertEqual(self.became(old, new, old, new)[0], 2)

    def test_files_of_several_zones_are_merged_by_the_moment(self):
        """Postfix in local time, a filter in a container in UTC, and the reverse."""
        mail = delivered("A0", "45.120.197.1", "a@toramaki.net")  # at 05:00:00
        spam = self.SPAM.format("A0")
        in_utc = self.log("utc.log", spam.replace("05:00:00", "03:00:00"))
        says_so = self.log(
            "z.log", spam.replace("2016-04-04 05:00:00 #700(normal)",
                                  "2016-04-04T03:00:00Z mx rspamd[700]:")
        )
        elsewhere = self.log(
            "east.log", spam.replace("2016-04-04 05:00:00 #700(normal)",
                                     "2016-04-04T12:00:00+09:00 mx rspamd[700]:")
        )
        local = self.log("mail.log", mail)
        joined, apart = (1, 1, 0), (1, 0, 1)
        with mock.patch.dict(os.environ, TZ="Europe/Berlin"):
            self.assertEqual(self.became(local, "--utc", in_utc), joined)
            self.assertEqual(self.became(local, in_utc), apart)
            for each in says_so, elsewhere:
                self.assertEqual(self.became(local, each), joined)
                self.assertEqual(self.became(each, "--utc", local), apart)
            mail_in_utc = self.log("utc.log", mail.replace("05:00:00", "03:00:00"))
            here = self.log("rspamd.log", spam)
            self.assertEqual(self.became("--utc", mail_in_utc, here), joined)
        with mock.patch.dict(os.environ, TZ="UTC"):
            self.assertEqual(self.became(self.log("mail.log", mail), here), joined)
            self.assertEqual(self.became("--utc", local, "--utc", here), joined)

    def test_all_lines_are_counted_once(self):
        files = [
            self.log("a.log", REJECTED + "rubbish\n"),
            self.log("b.log", "nothing\nof this\n"),
            self.log("c.log", ""),
            self.log("d.log", REJECTED),
        ]
        configured = self.configured("REJECT " + REJECT)
        told = json.loads(run("report", "--json", "-c", configured, *files).stdout)
        self.assertEqual((told["lines"], told["known_lines"]), (5, 2))


class Replay(MailLog):
    def replay(self, *arguments, **settings):
        file = self.file(
            "spfblock.json",
            json.dumps(
                {
                    "domains": ["toramaki.net"],
                    "resolver": {"zone_file": self.file("zone", ZONE)},
                    "state_file": "",
                    **settings,
                }
            ),
        )
        return run("replay", "-c", file, *arguments)

    def test_a_table_that_rejects_only_what_was_refused_harms_nobody(self):
        log = self.log("mail.log", REJECTED + delivered("A1", "62.1.1.1", "a@b.example"))
        done = self.replay(log)
        self.assertEqual(
            (done.returncode, done.stdout),
            (OK, "mails: 2\nwould be rejected: 1\n  refused anyway: 1\n"),
        )

    def test_delivered_mail_that_would_be_rejected_is_named(self):
        log = self.log("mail.log", delivered("A1", "62.1.1.1", "a@partner.example"))
        self.assertEqual(self.replay(log).returncode, OK)
        done = self.replay("--with", "partner.example", log)
        self.assertEqual(done.returncode, NEGATIVE)
        self.assertEqual(
            done.stdout,
            "mails: 1\nwould be rejected: 1\n  DELIVERED: 1\n"
            "    2016-04-04 05:00:00  62.1.1.1  <a@partner.example> ->"
            " you@example.org: partner.example (62.1.1.0/24)\n",
        )
        told = json.loads(self.replay("--with=partner.example", "--json", log).stdout)
        self.assertEqual(told["harmed"], 1)
        self.assertEqual(told["harmed_mails"][0]["network"], "62.1.1.0/24")

    def test_what_is_allowed_is_not_rejected(self):
        log = self.log("mail.log", delivered("A1", "62.1.1.1", "a@partner.example"))
        done = self.replay(
            "--with", "partner.example", log, allow={"networks": ["62.1.1.1/32"]}
        )
        self.assertEqual(
            (done.returncode, done.stdout),
            (OK, "mails: 1\nwould be rejected: 0\n"),
        )

    def test_a_domain_that_is_watched_rejects_where_it_is_named(self):
        log = self.log("mail.log", delivered("A1", "45.120.197.1", "a@toramaki.net"))
        action = "WARN spfblock: {domain}"
        done = self.replay(log, action=action)
        self.assertEqual(done.returncode, OK)
        self.assertIn("would only be told of (WARN and its like): 1", done.stdout)
        done = self.replay("--with", "toramaki.net", log, action=action)
        self.assertEqual(done.returncode, NEGATIVE)

    def test_what_was_taken_for_spam_is_not_missed(self):
        spam = (
            "Apr  4 05:00:00 mx rspamd[5]: <a1>; task; rspamd_task_write_log:"
            " id: <A1@x>, qid: <A1>, ip: 45.120.197.1, from: <a@toramaki.net>,"
            " (default: T (add header): [9.00/15.00] []), len: 1\n"
        )
        log = self.log("mail.log", delivered("A1", "45.120.197.1", "a@x.example", spam))
        done = self.replay(log)
        self.assertEqual(done.returncode, OK)
        self.assertIn("delivered, and taken for spam: 1", done.stdout)

    def test_networks_that_delivered_wanted_mail_are_kept(self):
        seen = os.path.join(self.directory(), "seen.json")
        spam = (
            "Apr  4 05:00:00 mx rspamd[5]: <a1>; task; rspamd_task_write_log:"
            " id: <A3@x>, qid: <A3>, ip: 62.1.1.3, from: <a@x.example>,"
            " (default: T (add header): [9.00/15.00] []), len: 1\n"
        )
        log = self.log(
            "mail.log",
            REJECTED
            + delivered("A1", "62.1.1.1", "a.person@partner.example")
            + delivered("A2", "2001:4860::1", "b@shop.example")
            + delivered("A3", "62.1.1.3", "a@x.example", spam)
            + delivered("A4", "62.9.1.1", "a@own.example")
            + delivered("A5", "10.1.1.1", "a@own.example"),
        )
        own = {"networks": ["62.9.0.0/16"]}
        for new in (2, 0):
            done = self.replay("--seen", seen, log, allow=own)
            self.assertEqual(done.returncode, OK)
            self.assertEqual(
                done.stderr,
                f"spfblock: 2 networks delivered wanted mail, {new} of them new\n",
            )
            at = '"first":"2016-04-04 05:00:00","last":"2016-04-04 05:00:00","mails":1'
            with open(seen, encoding="utf-8") as file:
                text = file.read()
            self.assertEqual(
                text,
                '{"seen":[\n'
                f'{{"network":"62.1.1.1/32",{at},"domain":"partner.example"}},\n'
                f'{{"network":"2001:4860::/64",{at},"domain":"shop.example"}}\n'
                "]}\n",
            )
        self.assertEqual(os.listdir(os.path.dirname(seen)), ["seen.json"])

    def test_the_file_is_named_from_where_one_is(self):
        log = self.log("mail.log", delivered("A1", "62.1.1.1", "a@partner.example"))
        folder = self.directory()
        configuration = self.configured("WARN " + WARN)
        zone = {"resolver": {"zone_file": self.file("zone", ZONE)}, "state_file": ""}
        with open(configuration, "w", encoding="utf-8") as file:
            json.dump({"domains": ["toramaki.net"], **zone}, file)
        done = run("replay", "-c", configuration, "--seen", "seen.json", log, cwd=folder)
        self.assertEqual(done.returncode, OK, done.stderr)
        self.assertEqual(os.listdir(folder), ["seen.json"])

    def test_what_is_kept_is_said_whatever_would_be_harmed(self):
        seen = os.path.join(self.directory(), "seen.json")
        log = self.log("mail.log", delivered("A1", "62.1.1.1", "a@partner.example"))
        done = self.replay("--with", "partner.example", "--seen=" + seen, log)
        self.assertEqual(done.returncode, NEGATIVE)
        with open(seen, encoding="utf-8") as file:
            self.assertIn("62.1.1.1/32", file.read())

    def test_a_network_that_was_struck_does_not_come_back(self):
        log = self.log("mail.log", delivered("A1", "62.1.1.1", "a@partner.example"))
        struck = '{"network":"62.1.1.1","struck":true}'
        seen = self.file("seen.json", '{"seen":[' + struck + "]}")
        os.chmod(seen, 0o604)
        link = os.path.join(self.directory(), "link.json")
        os.symlink(seen, link)
        self.assertEqual(self.replay("--seen", link, log).returncode, OK)
        with open(seen, encoding="utf-8") as file:
            self.assertEqual(
                json.load(file)["seen"][0]["struck"], True
            )
        self.assertTrue(os.path.islink(link))
        self.assertEqual(os.stat(seen).st_mode & 0o777, 0o604)
        old = ["--forget-after", "3650d"]
        self.assertEqual(self.replay("--seen", link, *old, log).returncode, OK)

    def test_old_networks_are_forgotten_where_that_is_asked_for(self):
        seen = os.path.join(self.directory(), "seen.json")
        log = self.log("mail.log", delivered("A1", "62.1.1.1", "a@partner.example"))
        done = self.replay("--seen", seen, "--forget-after", "30d", log)
        self.assertEqual(done.returncode, OK)
        with open(seen, encoding="utf-8") as file:
            self.assertEqual(json.load(file), {"seen": []})

    def test_a_faulty_file_of_seen_networks_is_left_alone(self):
        log = self.log("mail.log", delivered("A1", "62.1.1.1", "a@partner.example"))
        seen = self.file("seen.json", '{"seen":[\n{"network":"62.1.1.1"},\n]}')
        done = self.replay("--seen", seen, log)
        self.assertEqual((done.returncode, done.stdout), (CONFIG, ""))
        self.assertIn(f"{seen}:3: ", done.stderr)
        with open(seen, encoding="utf-8") as file:
            self.assertTrue(file.read().endswith("},\n]}"))
        nowhere = os.path.join(self.directory(), "none", "seen.json")
        self.assertEqual(self.replay("--seen", nowhere, log).returncode, UNAVAILABLE)
        for wrong in ["--forget-after", "30d"], ["--seen", seen, "--forget-after", "x"]:
            self.assertEqual(self.replay(*wrong, log).returncode, 64)

    def test_what_is_wrong_is_said(self):
        log = self.log("mail.log", "")
        self.assertEqual(self.replay("--with", "a b", log).returncode, 64)
        self.assertEqual(self.replay(log + ".gone").returncode, UNAVAILABLE)
        self.assertEqual(self.replay(log, colour=1).returncode, CONFIG)
