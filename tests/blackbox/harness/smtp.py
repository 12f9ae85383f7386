"""An SMTP client that says where it comes from (Postfix' XCLIENT)."""

import ipaddress
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
        self.greeting = self._reply()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()
        self._socket.close()

    def command(self, line):
        self._socket.sendall(line.encode() + b"\r\n")
        return self._reply()

    def come_from(self, address, name="[UNAVAILABLE]"):
        """Makes Postfix take `address` as the client, of that confirmed name."""
        parsed = ipaddress.ip_address(address)
        form = f"IPV6:{address}" if parsed.version == 6 else address
        self._expect(220, f"XCLIENT NAME={name} ADDR={form}")

    def recipient_reply(self, recipient=RECIPIENT, sender=SENDER):
        """EHLO and MAIL, which must succeed, then the reply to RCPT."""
        self._expect(250, "EHLO client.invalid")
        self._expect(250, f"MAIL FROM:<{sender}>")
        return self.command(f"RCPT TO:<{recipient}>")

    def _expect(self, code, line):
        reply = self.command(line)
        if reply[0] != code:
            raise AssertionError(f"{line}: expected {code}, got {reply}")

    def _reply(self):
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
