"""A client of the policy door, as Postfix's smtpd is one."""

import select
import socket
import threading

from .ports import LOOPBACK
from .waiting import PATIENCE_S


class PolicyClient:
    """Asks for one mail after the other over one connection."""

    def __init__(self, port):
        self._socket = socket.create_connection((LOOPBACK, port), PATIENCE_S)
        self._replies = self._socket.makefile("rb")

    def close(self):
        self._replies.close()
        self._socket.close()

    def has_reply(self, within_s):
        """Whether octets come within that time."""
        return bool(select.select([self._socket], [], [], within_s)[0])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def ask(self, *mail, **more):
        """The action for a mail of that client."""
        self.send(*mail, **more)
        return self.reply()

    def send(self, address, sender, helo="h.invalid", client_name="unknown"):
        """Asks, and does not wait for the reply."""
        self.send_octets(_request(address, sender, helo, client_name))

    def send_octets(self, octets):
        """Sends them as they are."""
        self._socket.sendall(octets)

    def ask_all(self, address, senders):
        """The actions for many mails of that client, asked all at once."""
        senders = list(senders)
        asked = b"".join(_request(address, each) for each in senders)
        # Beside the reading: who reads no replies is not read from.
        sending = threading.Thread(target=self._socket.sendall, args=(asked,))
        sending.start()
        try:
            return [self.reply() for _ in senders]
        finally:
            sending.join()

    def reply(self):
        """The action of the next reply."""
        action = self._replies.readline().decode().removeprefix("action=").rstrip("\n")
        if self._replies.readline() != b"\n":
            raise AssertionError(f"no reply, but {action!r}")
        return action


def _request(address, sender, helo="h.invalid", client_name="unknown"):
    attributes = {
        "request": "smtpd_access_policy",
        "protocol_state": "RCPT",
        "client_address": address,
        "client_name": client_name,
        "helo_name": helo,
        "sender": sender,
        "recipient": "you@example.org",
    }
    lines = "".join(f"{name}={value}\n" for name, value in attributes.items())
    return (lines + "\n").encode()
