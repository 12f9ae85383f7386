"""Policy servers that are asked the same: is this mail from whom its sender's domain
authorises?  On a machine of its own, where NSD is the name server."""

import contextlib
import os
import signal
import socket
import subprocess
import tempfile

from ..blackbox.harness.nsd import Nsd
from ..blackbox.harness.ports import LOOPBACK, free_port
from ..blackbox.harness.process import tool
from ..blackbox.harness.spfblock import Spfblock
from ..blackbox.harness.waiting import eventually
from . import measure

CLIENT, DOMAIN = "62.1.1.9", "sender.test"
RECORD = "v=spf1 include:_spf.sender.test ip4:62.1.2.0/24 -all"
INCLUDED = "v=spf1 ip4:62.1.1.0/24 -all"


def question(number):
    """One RCPT of a client whom the sender's domain authorises.  Two have never the
    same `instance`: some keep what they said of one."""
    attributes = {
        "request": "smtpd_access_policy",
        "protocol_state": "RCPT",
        "protocol_name": "ESMTP",
        "client_address": CLIENT,
        "client_name": "unknown",
        "reverse_client_name": "unknown",
        "helo_name": f"mail.{DOMAIN}",
        "sender": f"a@{DOMAIN}",
        "recipient": "user@recipient.invalid",
        "recipient_count": "0",
        "queue_id": "",
        "instance": f"{number:x}.6928fb1e.2c71c.0",
        "size": "0",
        "sasl_username": "",
        "encryption_protocol": "",
    }
    return "".join(f"{name}={value}\n" for name, value in attributes.items()) + "\n"


class Server:
    """One that answers over a stream.

    `expected` is a word of what it says of a mail that passes: those who check SPF
    let it through, those who list the domain reject it.
    """

    def __init__(self, name, pid, requests, replies, expected):
        self.name = name
        self._pid, self._expected = pid, expected
        self._requests, self._replies = requests, replies
        self._asked = 0

    def is_right(self):
        self._asked += 1
        self._requests(question(self._asked).encode())
        action = self._replies.readline().decode()
        while self._replies.readline() not in (b"\n", b""):
            pass
        return self._expected in action

    def cpu_seconds(self):
        """Of the process and its children."""
        children = f"/proc/{self._pid}/task/{self._pid}/children"
        with open(children, encoding="ascii") as file:
            pids = [self._pid, *map(int, file.read().split())]
        return sum(map(measure.cpu_seconds, pids))


@contextlib.contextmanager
def peers():
    """{name: Server}, each with its own connection."""
    with contextlib.ExitStack() as ends, tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        nsd = Nsd({"test": [f'{DOMAIN}. IN TXT "{RECORD}"', f'_spf.{DOMAIN}. IN TXT "{INCLUDED}"']}, 53)
        ends.callback(nsd.close)
        with open("/etc/resolv.conf", "w", encoding="ascii") as file:
            file.write(f"nameserver {LOOPBACK}\n")
        servers = {}
        servers["spfblock"] = _spfblock(ends, nsd)
        servers["postfwd (a table of networks, no SPF)"] = _postfwd(ends, folder)
        servers["policyd-spf (pyspf)"] = _spawned(
            ends, "policyd-spf (pyspf)", [tool("policyd-spf"), _policyd_spf_settings(folder)], "Pass"
        )
        servers["postfix-policyd-spf-perl (Mail::SPF)"] = _spawned(
            ends,
            "postfix-policyd-spf-perl (Mail::SPF)",
            [tool("perl"), "/usr/sbin/postfix-policyd-spf-perl"],
            "pass",
        )
        yield servers


def _spfblock(ends, nsd):
    ours = Spfblock(
        {
            "listen": [{"door": "policy", "at": f"{LOOPBACK}:{free_port()}"}],
            "action": "REJECT",
            "domains": [DOMAIN],
            "resolver": {"servers": [nsd.server]},
            "log": {"level": "notice"},
        }
    )
    ends.callback(ours.close)
    return _connected(ends, "spfblock", ours.pid, ours.port, "REJECT")


def _postfwd(ends, folder):
    rules, port = os.path.join(folder, "rules"), free_port()
    with open(rules, "w", encoding="ascii") as file:
        file.write("id=listed; client_address=62.1.1.0/24; action=REJECT\n")
    command = [tool("postfwd1"), "-f", rules, "-i", LOOPBACK, "-p", str(port)]
    command += ["-u", "nobody", "-g", "nogroup", "--cache", "0", "-n", "-P"]
    pid_file = os.path.join(folder, "pid")
    subprocess.run([*command, "--daemon", "--pidfile", pid_file], check=True, capture_output=True, timeout=60)
    eventually(lambda: os.path.exists(pid_file) and os.path.getsize(pid_file), "postfwd starts")
    with open(pid_file, encoding="ascii") as file:
        pid = int(file.read())
    ends.callback(os.kill, pid, signal.SIGTERM)
    return _connected(ends, "postfwd", pid, port, "REJECT")


def _connected(ends, name, pid, port, expected):
    stream = eventually(lambda: _connection(port), f"{name} listens")
    ends.callback(stream.close)
    return Server(name, pid, stream.sendall, stream.makefile("rb"), expected)


def _connection(port):
    with contextlib.suppress(OSError):
        return socket.create_connection((LOOPBACK, port), 60)
    return None


def _policyd_spf_settings(folder):
    path = os.path.join(folder, "policyd-spf.conf")
    with open(path, "w", encoding="ascii") as file:
        file.write("debugLevel = 0\nHELO_reject = False\nMail_From_reject = Fail\nHeader_Type = SPF\n")
    return path


def _spawned(ends, name, command, expected):
    """A process that speaks on standard input and output, as spawn(8) has it."""
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    ends.callback(child.wait)
    ends.callback(child.kill)

    def send(octets):
        child.stdin.write(octets)
        child.stdin.flush()

    return Server(name, child.pid, send, child.stdout, expected)
