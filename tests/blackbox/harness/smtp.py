"""An SMTP client that says where it comes from (Postfix' XCLIENT)."""

import ipaddress
import select
import socket

from .ports import LOOPBACK
from .waiting import PATIENCE_S

SENDER = "sender@client.invalid"
RECIPIENT = "user@recipient.invalid"


class Smtp:
    """One SMTP session; every command returns (code, text of the last line)."""

    def __init__(self, port, timeout=PATIENCE_S):
        self._socket = socket.create_connection((LOOPBACK, port), timeout)
        self._file = self._socket.makefile("rb")
        self.greeting = self.reply()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()
        self._socket.close()

    def command(self, line):
        self.send(line)
        return self.reply()

    def send(self, line):
        """Sends a command, and does not wait for the reply."""
        self._socket.sendall(line.encode() + b"\r\n")

    def has_reply(self, within_s):
        """Whether octets come within that time, after what was read."""
        return bool(select.select([self._socket], [], [], within_s)[0])

    def come_from(self, address, name="[UNAVAILABLE]"):
        """Makes Postfix take `address` as the client, of that confirmed name."""
        parsed = ipaddress.ip_address(address)
        form = f"IPV6:{address}" if parsed.version == 6 else address
        self._expect(220, f"XCLIENT NAME={name} ADDR={form}")

    def begin_mail(self, sender=SENDER):
        """EHLO and MAIL, which must succeed."""
        self._expect(250, "EHLO client.invalid")
        self._expect(250, f"MAIL FROM:<{sender}>")

    def recipient_reply(self, recipient=RECIPIENT, sender=SENDER):
        """EHLO and MAIL, which must succeed, then the reply to RCPT."""
        self.begin_mail(sender)
        return self.command(f"RCPT TO:<{recipient}>")

    def _expect(self, code, line):
        reply = self.command(line)
        if reply[0] != code:
            raise AssertionError(f"{line}: expected {code}, got {reply}")

    def reply(self):
        """The reply that comes next."""
        while True:
            line = self._file.readline().decode("utf-8", "backslashreplace")
            if len(line) < 4:
                raise AssertionError(f"SMTP server hung up: {line!r}")
            if line[3] != "-":
                return int(line[:3]), line[4:].rstrip("\r\n")


def reply_to(
    port, address, recipient=RECIPIENT, sender=SENDER, name="[UNAVAILABLE]"
):
    """The reply to RCPT that a client at `address` gets."""
    with Smtp(port) as session:
        session.command("EHLO client.invalid")
        session.come_from(address, name)
        reply = session.recipient_reply(recipient, sender)
        session.command("QUIT")
        return reply
