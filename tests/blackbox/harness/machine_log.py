"""A syslog daemon for all that runs on a machine of its own (own_machine)."""

import os
import re
import socket
import subprocess
import tempfile
import threading

# A /dev with what programs need and our socket as /dev/log.
_SCRIPT = """
made=$(mktemp -d)
mount -t tmpfs tmpfs "$made"
for name in null zero random urandom tty; do
    : >"$made/$name" && mount --bind /dev/$name "$made/$name"
done
mkdir "$made/shm" "$made/pts"
: >"$made/log" && mount --bind "$1" "$made/log"
mount --move "$made" /dev
"""

_PRIORITY = re.compile(rb"^<\d+>")
_TIME_SIZE = len("Nov 28 01:40:00 ")


class MachineLog:
    """Writes what is logged to /dev/log into one file, as rsyslog's traditional
    form has it, in the order in which it comes."""

    def __init__(self):
        folder = tempfile.mkdtemp(prefix="spfblock-log-")
        self.file = os.path.join(folder, "mail.log")
        path = os.path.join(folder, "socket")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(path)
        os.chmod(path, 0o666)
        subprocess.run(["sh", "-ec", _SCRIPT, "sh", path], check=True, timeout=60)
        threading.Thread(target=self._write, daemon=True).start()

    def text(self):
        with open(self.file, encoding="utf-8", errors="replace") as file:
            return file.read()

    def _write(self):
        with open(self.file, "wb", buffering=0) as file:
            while raw := self._socket.recv(65536):
                line = _PRIORITY.sub(b"", raw).rstrip(b"\n\0")
                file.write(line[:_TIME_SIZE] + b"mx " + line[_TIME_SIZE:] + b"\n")
