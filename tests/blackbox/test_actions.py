"""Which actions are taken: those that Postfix's smtpd does without a warning."""

import json
import re

from .harness.case import BlackBoxCase
from .harness.raw_table import RawTable
from .harness.smtp import Smtp
from .harness.spfblock import run

# What smtpd makes of an action: a reply code to RCPT, the word under which it
# logs what it does, or nothing to be seen.
SILENTLY = "silently"
# What it warns of, passes over, or takes for something else.
NOT_AT_ALL = None

ACTIONS = [
    ("OK", SILENTLY),
    ("OK whatever", SILENTLY),
    ("DUNNO", SILENTLY),
    ("dunno and more", SILENTLY),
    ("REJECT", 554),
    ("reject", 554),
    ("REJECT 5.7.25 no", 554),
    ("REJECT no: @ 100% sure", 554),
    ("DEFER", 450),
    ("DEFER 4.7.0 later", 450),
    ("DEFER_IF_PERMIT", 450),
    ("DEFER_IF_REJECT later", SILENTLY),
    ("WARN", "warn"),
    ("WARN listed", "warn"),
    ("INFO", "info"),
    ("INFO listed", "info"),
    ("HOLD", "hold"),
    ("HOLD look at it", "hold"),
    ("DISCARD", "discard"),
    ("DISCARD away", "discard"),
    ("PREPEND X-Spf-Block: yes", SILENTLY),
    ("PREPEND X-Spf-Block:", SILENTLY),
    ("PREPEND X-Spf-Block : yes", SILENTLY),
    ("PREPEND  X!/_: yes", SILENTLY),
    ("PREPEND", NOT_AT_ALL),
    ("PREPEND X-Spf-Block", NOT_AT_ALL),
    ("PREPEND two words: yes", NOT_AT_ALL),
    ("PREPEND : yes", NOT_AT_ALL),
    ("PREPEND caf\u00e9: yes", NOT_AT_ALL),
    ("FILTER smtp:[127.0.0.1]:10025", "filter"),
    ("FILTER smtp:", "filter"),
    ("FILTER", NOT_AT_ALL),
    ("FILTER spamfilter", NOT_AT_ALL),
    ("REDIRECT postmaster@recipient.invalid", "redirect"),
    ("REDIRECT", NOT_AT_ALL),
    ("REDIRECT postmaster", NOT_AT_ALL),
    ("BCC abuse@recipient.invalid", "bcc"),
    ("BCC", NOT_AT_ALL),
    ("BCC abuse", NOT_AT_ALL),
    ("450 4.7.1 later", 450),
    ("550 5.7.1 no", 550),
    ("550 4.7.1 no", 550),
    ("550 no", 550),
    ("550 5.7.1", 550),
    ("599 no", 599),
    ("421 4.7.1 bye", 421),
    ("521 bye", 521),
    ("550", NOT_AT_ALL),
    ("Reject 4.7.1 later", 554),
    ("REJECT 5.7.1", 554),
    ("DEFER 5.7.1 no", 450),
    ("DEFER_IF_PERMIT 5.7.1 no", 450),
    ("defer_if_permit", 450),
    ("550 5.7.1000 no", 550),
    ("550 9.9.9 no", 550),
    ("550 5.7 no", 550),
    ("450 5.7.1", 450),
    ("499 no", 499),
    ("500 no", 500),
    ("550 ", NOT_AT_ALL),
    ("warn ", "warn"),
    ("HOLD ", "hold"),
    ("Discard  ", "discard"),
    ("fIlTeR smtp:[127.0.0.1]:10025", "filter"),
    ("FILTER :", "filter"),
    ("FILTER  ", NOT_AT_ALL),
    ("filter spamfilter", NOT_AT_ALL),
    ("Redirect  postmaster@recipient.invalid", "redirect"),
    ("REDIRECT  ", NOT_AT_ALL),
    ("redirect postmaster", NOT_AT_ALL),
    ("bcc abuse@recipient.invalid", "bcc"),
    ("BCC  abuse ", NOT_AT_ALL),
    ("prepend X-Spf-Block: yes", SILENTLY),
    ("PREPEND  ", NOT_AT_ALL),
    ("PREPEND :", NOT_AT_ALL),
    ("prepend x", NOT_AT_ALL),
    ("PREPEND X\u00a0: yes", NOT_AT_ALL),
    ("250 fine", NOT_AT_ALL),
    ("350 what", NOT_AT_ALL),
    ("650 what", NOT_AT_ALL),
    ("5500 no", NOT_AT_ALL),
    ("5x0 no", NOT_AT_ALL),
    ("REJEKT", NOT_AT_ALL),
    ("REJECT: no", NOT_AT_ALL),
    ("see http://x", NOT_AT_ALL),
    ("127.0.0.2", NOT_AT_ALL),
    ("a_class", 454),
    ("another_class", NOT_AT_ALL),
    ("A_CLASS", NOT_AT_ALL),
    ("OK,", NOT_AT_ALL),
    ("DUNNO\u00a0x", NOT_AT_ALL),
    ("DELAY 1h", NOT_AT_ALL),
    ("4500", NOT_AT_ALL),
]

CLASSES = """\
smtpd_restriction_classes = a_class
a_class = check_client_access static:{454 4.7.1 by_the_class}
"""


class Actions(BlackBoxCase):
    def test_what_smtpd_does_is_taken_and_what_it_warns_of_is_a_fault(self):
        by_address = {
            f"62.1.{number}.9": action for number, (action, _) in enumerate(ACTIONS)
        }
        table = self.closing(RawTable(by_address))
        self.postfix_ = self.postfix(table.port, CLASSES)
        for address, (action, does) in zip(by_address, ACTIONS):
            with self.subTest(action=action):
                self.assert_smtpd(address, does)
                self.assertEqual(self.is_taken(action), does is not NOT_AT_ALL)

    def is_taken(self, action):
        file = self.file(
            "c.json",
            json.dumps(
                {
                    "networks": [{"network": "62.1.0.0/24", "action": action}],
                    "restriction_classes": ["a_class"],
                }
            ),
        )
        return run("check", "-c", file).returncode == 0

    def assert_smtpd(self, address, does):
        with Smtp(self.postfix_.port) as session:
            session.command("EHLO client.invalid")
            session.come_from(address)
            code, text = session.recipient_reply()
        self.postfix_.wait_for_log(f"disconnect from unknown[{address}]")
        log = self.postfix_.log()
        warned = f'entry "{address}"' in log or code == 451
        logged = re.findall(rf"NOQUEUE: (\w+): RCPT from \S*\[{address}\]", log)
        if does is NOT_AT_ALL:
            self.assertTrue(warned or (code, logged) == (250, []), (code, text, log))
            return
        self.assertFalse(warned, (code, text, log))
        if isinstance(does, int):
            self.assertEqual((code, logged), (does, ["reject"]), text)
        else:
            self.assertEqual(code, 250, text)
            self.assertEqual(logged, [] if does is SILENTLY else [does])
