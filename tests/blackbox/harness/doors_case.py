"""A daemon's door and a real Postfix that asks it."""

import signal

from . import smtp
from .case import BlackBoxCase
from .ports import LOOPBACK, free_port
from .spfblock import Spfblock
from .waiting import PATIENCE_S, eventually

LISTED = "62.1.1.9"
LISTED_IPV6 = "2a03:b0c0::9"
ELSEWHERE = "62.1.9.9"
RCPT = f"RCPT TO:<{smtp.RECIPIENT}>"

NETWORKS = [
    {"network": "62.1.1.0/24", "action": "REJECT 100% of {network} is {domain}"},
    {"network": "2a03:b0c0::/48", "action": "550 5.7.25 {address}"},
    {"network": "62.1.2.0/24", "action": "WARN seen {address}"},
    {"network": "62.1.3.0/24", "action": "PREPEND X-Listed: {address}"},
    {"network": "62.1.4.0/24", "action": "DUNNO"},
]

REFUSED = "<unknown[{0}]>: Client host rejected: {1}"


def policy(port, options="default_action=DUNNO, timeout=2s"):
    return f"smtpd_client_restrictions = check_policy_service {{ inet:{LOOPBACK}:{port}, {options} }}\n"


def tcp_table(port):
    return f"smtpd_client_restrictions = check_client_access tcp:{LOOPBACK}:{port}\n"


def socketmap(port):
    return (
        "smtpd_client_restrictions = check_client_access "
        f"socketmap:inet:{LOOPBACK}:{port}:spfblock\n"
    )


def troubles(postfix):
    """What smtpd warns of."""
    return [
        line
        for line in postfix.log().splitlines()
        if "/smtpd[" in line and "warning:" in line
    ]


class DoorsCase(BlackBoxCase):
    def serve_at(self, door, **more):
        return self.serve(
            {
                "listen": [{"door": door, "at": f"{LOOPBACK}:{free_port()}"}],
                "networks": NETWORKS,
                **more,
            }
        )

    def assert_actions(self, postfix):
        """Each action does what it does by way of a table."""
        eventually(lambda: postfix.reply_to(LISTED)[0] == 554, "it is listed")
        for address, code, said in (
            (LISTED, 554, "5.7.1 " + REFUSED.format(LISTED, "100% of 62.1.1.0/24 is 62.1.1.0/24")),
            (LISTED_IPV6, 550, "5.7.25 " + REFUSED.format(LISTED_IPV6, LISTED_IPV6)),
            ("62.1.2.9", 250, "2.1.5 Ok"),
            ("62.1.3.9", 250, "2.1.5 Ok"),
            ("62.1.4.9", 250, "2.1.5 Ok"),
            (ELSEWHERE, 250, "2.1.5 Ok"),
            ("2a03:b0c1::9", 250, "2.1.5 Ok"),
        ):
            with self.subTest(address=address):
                self.assertEqual(postfix.reply_to(address), (code, said))
        postfix.wait_for_log("NOQUEUE: warn: RCPT from unknown[62.1.2.9]: seen 62.1.2.9")
        self.assertEqual(troubles(postfix), [])

    def served_postfix(self, door, asked):
        """The daemon and a Postfix that asks its door."""
        spfblock = self.serve_at(door)
        postfix = self.postfix(0, asked(spfblock.port))
        eventually(lambda: postfix.reply_to(LISTED)[0] == 554, "it is listed")
        return spfblock, postfix

    def session(self, postfix, client, timeout=PATIENCE_S):
        """An SMTP session of that client, as far as MAIL."""
        session = smtp.Smtp(postfix.port, timeout)
        self.addCleanup(session.__exit__)  # closes it
        session.command("EHLO client.invalid")
        session.come_from(client)
        session.begin_mail()
        return session

    def suspend(self, spfblock):
        spfblock.suspend()
        self.addCleanup(spfblock.send_signal, signal.SIGCONT)

    def assert_waits_for_who_hangs(self, door, asked):
        """Who hangs for a while is waited for, and nothing is seen of it."""
        spfblock, postfix = self.served_postfix(door, asked)
        clients = {LISTED: 554, ELSEWHERE: 250}
        sessions = {each: self.session(postfix, each) for each in clients}
        self.suspend(spfblock)
        for session in sessions.values():
            session.send(RCPT)
        for client, session in sessions.items():
            self.assertFalse(session.has_reply(2), client)
        spfblock.send_signal(signal.SIGCONT)
        for client, session in sessions.items():
            self.assertEqual(session.reply()[0], clients[client], client)
        self.assertEqual(troubles(postfix), [])

    def assert_right_after_a_restart(self, door, asked):
        """Sessions that go on while the daemon is killed and started at once.

        @return the Postfix
        """
        spfblock, postfix = self.served_postfix(door, asked)
        clients = {LISTED: 554, ELSEWHERE: 250}
        sessions = {each: self.session(postfix, each) for each in clients}
        for client, session in sessions.items():
            self.assertEqual(session.command(RCPT)[0], clients[client], client)
        spfblock.kill()
        self.closing(Spfblock(spfblock.configuration))
        for client, session in sessions.items():
            self.assertEqual(session.command(RCPT)[0], clients[client], client)
        return postfix
