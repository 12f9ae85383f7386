"""Exim, rspamd and SpamAssassin ask the door dnsbl through unbound, with the lines of
docs/operations.md.  Postfix and postscreen: test_dnsbl_postfix."""

import time

from .harness import own_machine
from .harness.case import BlackBoxCase
from .harness.dnsbl_consumers import ZONE, Exim, Rspamd, SpamAssassin, exim
from .harness.ports import LOOPBACK, free_port
from .harness.unbound import Unbound
from .harness.waiting import eventually

NETWORKS = [
    {"network": "62.1.1.0/24", "action": "REJECT listed: {domain}"},
    {"network": "62.1.4.0/24", "action": "WARN seen"},
    {"network": "2a03:b0c0::/48", "action": "REJECT"},
]


def setUpModule():
    own_machine.move_in()


class Consumers(BlackBoxCase):
    def serve_door(self):
        port = free_port()
        server = self.serve(
            {
                "listen": [
                    {"door": "dnsbl", "at": f"{LOOPBACK}:{port}", "zone": ZONE}
                ],
                "networks": NETWORKS,
            }
        )
        self.closing(Unbound(ZONE, port))
        return server

    def judges_rightly(self, kind, reason):
        server = self.serve_door()
        consumer = self.closing(kind())
        eventually(lambda: consumer.judge("62.1.1.8").rejected, "it is rejected")
        listed, up = self.timed(consumer, "62.1.1.9")
        self.assertTrue(listed.rejected, listed.said)
        self.assertIn(reason, listed.said)
        self.assertTrue(consumer.judge("2a03:b0c0::9").rejected)
        for address in ("62.1.2.9", "62.1.4.9", "2a03:b0c1::9"):
            verdict = consumer.judge(address)
            self.assertFalse(verdict.rejected, verdict.said)
            self.assertNotIn(reason, verdict.said)

        server.kill()
        took = []
        for host in (77, 78, 79):
            verdict, seconds = self.timed(consumer, f"62.1.1.{host}")
            self.assertFalse(verdict.rejected, verdict.said)
            took.append(f"{seconds:.2f}")
        print(
            f"\n{kind.__name__}: a mail {up:.2f} s; without the door "
            f"{', '.join(took)} s",
            flush=True,
        )

    @staticmethod
    def timed(consumer, address):
        begin = time.monotonic()
        return consumer.judge(address), time.monotonic() - begin

    def test_exim(self):
        if not exim():
            self.skipTest("no Exim beside Postfix; scripts/check unpacks one")
        self.judges_rightly(
            Exim, "62.1.1.9 is blocked: listed by spfblock: 62.1.1.0/24"
        )

    def test_rspamd(self):
        self.judges_rightly(Rspamd, "SPFBLOCK")

    def test_spamassassin(self):
        self.judges_rightly(SpamAssassin, "RCVD_IN_SPFBLOCK")
