"""A client of the policy door, as Postfix's smtpd is one."""

import socket

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

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def ask(self, address, sender, helo="h.invalid", client_name="unknown"):
        """The action for a mail of that client."""
        request = {
            "request": "smtpd_access_policy",
            "protocol_state": "RCPT",
            "client_address": address,
            "client_name": client_name,
            "helo_name": helo,
            "sender": sender,
            "recipient": "you@example.org",
        }
        lines = "".join(f"{name}={value}\n" for name, value in request.items())
        self._socket.sendall((lines + "\n").encode())
        action = self._replies.readline().decode().removeprefix("action=").rstrip("\n")
        if self._replies.readline() != b"\n":
            raise AssertionError(f"no reply, but {action!r}")
        return action
