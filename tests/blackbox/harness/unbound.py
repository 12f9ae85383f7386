"""unbound, the resolver of this machine: on port 53, with our door as a stub."""

import os
import shutil
import socket
import tempfile

from .dns_message import encode_question
from .ports import LOOPBACK
from .process import Process, tool
from .waiting import eventually


class Unbound:
    """For the resolver of a machine of its own (own_machine): it takes port 53
    and writes /etc/resolv.conf.

    Asks the door at `port` for names of `zone`, and nobody for others.  `server`
    and `stub` are lines of the clauses of these names; what docs/doors.md says
    stands there.
    """

    STUB = "  stub-tcp-upstream: yes\n"
    SERVER = "  private-address: 127.0.0.0/8\n  private-domain: {zone}\n"

    def __init__(self, zone, port, server=SERVER, stub=STUB):
        self._directory = tempfile.mkdtemp(prefix="spfblock-unbound-")
        path = os.path.join(self._directory, "unbound.conf")
        with open(path, "w", encoding="ascii") as file:
            file.write(
                f"""server:
  interface: {LOOPBACK}
  access-control: 127.0.0.0/8 allow
  do-daemonize: no
  use-syslog: no
  username: ""
  chroot: ""
  pidfile: ""
  directory: "{self._directory}"
  module-config: "iterator"
  do-not-query-localhost: no
{server.format(zone=zone)}remote-control:
  control-enable: no
stub-zone:
  name: {zone}
  stub-addr: {LOOPBACK}@{port}
{stub}"""
            )
        with open("/etc/resolv.conf", "w", encoding="ascii") as file:
            file.write(f"nameserver {LOOPBACK}\n")
        self._process = Process([tool("unbound"), "-d", "-c", path])
        try:
            eventually(lambda: self._answers(zone), "unbound answers")
        except AssertionError as error:
            said = "\n".join(self._process.lines)
            self.close()
            raise AssertionError(f"{error}; it said:\n{said}") from None

    @property
    def pid(self):
        return self._process.pid

    def close(self):
        self._process.end()
        shutil.rmtree(self._directory, ignore_errors=True)

    @staticmethod
    def _answers(zone):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(1)
            try:
                client.connect((LOOPBACK, 53))
                client.send(encode_question(1, zone, "SOA"))
                return client.recv(4096) != b""
            except OSError:
                return False
