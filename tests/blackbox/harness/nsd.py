"""NSD, serving zones on a port of its own over UDP and TCP."""

import os
import shutil
import signal
import socket
import struct
import tempfile

from .dns_message import encode_question
from .ports import LOOPBACK, free_port
from .process import Process, tool
from .waiting import eventually


class Nsd:
    """A name server of its own, as the current user, without chroot.

    Its EDNS size is 1232 octets, so a larger answer is truncated on UDP.

    `zones` maps the apex of a zone ("toramaki.net") to its records in master
    format, one a line, names without a trailing dot being below the apex; SOA
    and NS are added.
    """

    def __init__(self, zones, port=None, address=LOOPBACK):
        self.port = port or free_port()
        self._address = address
        self.server = f"{address}:{self.port}"
        self._serial = 1
        self._zones = dict(zones)
        self._directory = tempfile.mkdtemp(prefix="spfblock-nsd-")
        for apex in self._zones:
            self._write_zone(apex)
        self._write(self._path("nsd.conf"), self._configuration())
        self._process = Process([tool("nsd"), "-d", "-c", self._path("nsd.conf")])
        try:
            self._wait_for_serial()
        except AssertionError as error:
            said = "\n".join(self._process.lines)
            self.close()
            raise AssertionError(f"{error}; nsd said:\n{said}") from None

    @property
    def pid(self):
        return self._process.pid

    def close(self):
        self._process.end()
        shutil.rmtree(self._directory, ignore_errors=True)

    def change(self, apex, records):
        """Replaces the records of a zone; returns when NSD serves them."""
        self._serial += 1
        self._zones[apex] = records
        for each in self._zones:
            self._write_zone(each)
        self._process.send_signal(signal.SIGHUP)
        self._wait_for_serial()

    def _wait_for_serial(self):
        for apex in self._zones:
            eventually(
                lambda: self._serves(apex), f"nsd serves {apex} {self._serial}"
            )

    def _serves(self, apex):
        """Whether it answers for the zone with the serial written last."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(0.2)
            try:
                client.connect((self._address, self.port))
                client.send(encode_question(1, apex, "SOA"))
                answer = client.recv(4096)
            except OSError:
                return False
        return struct.pack("!I", self._serial) in answer

    def _configuration(self):
        zones = "".join(
            f'zone:\n  name: "{apex}"\n  zonefile: "{apex}.zone"\n'
            for apex in self._zones
        )
        return f"""server:
  ip-address: {self._address}@{self.port}
  do-ip6: no
  server-count: 1
  username: ""
  chroot: ""
  zonesdir: "{self._directory}"
  database: ""
  pidfile: "{self._path('nsd.pid')}"
  xfrdfile: "{self._path('xfrd.state')}"
  xfrdir: "{self._directory}"
  zonelistfile: "{self._path('zone.list')}"
  zonefiles-check: yes
  zonefiles-write: 0
  ipv4-edns-size: 1232
  rrl-ratelimit: 0
  hide-version: yes
  verbosity: 1
remote-control:
  control-enable: no
{zones}"""

    def _write_zone(self, apex):
        records = "\n".join(self._zones[apex])
        self._write(
            self._path(f"{apex}.zone"),
            f"$ORIGIN {apex}.\n$TTL 300\n"
            f"@ IN SOA ns hostmaster {self._serial} 3600 900 604800 300\n"
            f"@ IN NS ns\nns IN A {self._address}\n{records}\n",
        )

    def _path(self, name):
        return os.path.join(self._directory, name)

    @staticmethod
    def _write(path, text):
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
