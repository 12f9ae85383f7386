"""A private Postfix, its smtpd on a loopback port, asking us about clients."""

import atexit
import os
import pwd
import re
import shutil
import subprocess
import tempfile

from . import smtp
from .ports import LOOPBACK, free_port
from .process import tool
from .waiting import PATIENCE_S, eventually

SERVICES = """\
postlog    unix-dgram n -  n  -   1  postlogd
cleanup    unix  n  -  n  -   0  cleanup
qmgr       unix  n  -  n  300 1  qmgr
rewrite    unix  -  -  n  -   -  trivial-rewrite
bounce     unix  -  -  n  -   0  bounce
defer      unix  -  -  n  -   0  bounce
trace      unix  -  -  n  -   0  bounce
anvil      unix  -  -  n  -   1  anvil
error      unix  -  -  n  -   -  error
retry      unix  -  -  n  -   -  error
discard    unix  -  -  n  -   -  discard
"""


class Postfix:
    """An instance with configuration, queue, data and log of its own.

    Its smtpd checks each client against tcp:127.0.0.1:`table_port` and takes
    the client's address from XCLIENT.  Whatever mail it accepts is discarded.
    `settings` are lines for its main.cf, `services` for its master.cf.  Where
    `is_chrooted`, its smtpd's root is the queue directory.
    """

    def __init__(self, table_port, settings="", is_chrooted=False, services=""):
        if os.geteuid() != 0:
            raise AssertionError("Postfix starts as root only; run as root")
        self.table = f"tcp:{LOOPBACK}:{table_port}"
        self.port = free_port()
        self._postfix = tool("postfix")
        self._directory = tempfile.mkdtemp(prefix="spfblock-postfix-")
        os.chmod(self._directory, 0o755)  # Postfix' daemons run as `postfix`
        self.log_file = self._path("maillog")
        self._settings = settings
        self._services = services
        self._chroot = "y" if is_chrooted else "n"
        self._write_configuration()
        atexit.register(self.close)  # a daemon: nothing else ends it on Ctrl-C
        try:
            self._run("start")
            eventually(self._greets, "Postfix' smtpd greets", 20)
        except AssertionError as error:
            log = self.log()
            self.close()
            raise AssertionError(f"{error}; its log:\n{log}") from None

    def close(self):
        atexit.unregister(self.close)
        self._run("stop", check=False)
        shutil.rmtree(self._directory, ignore_errors=True)

    @property
    def folder(self):
        """Where its main.cf and master.cf are."""
        return self._directory

    def in_queue(self, name):
        """The path of what a chrooted smtpd calls /NAME."""
        return os.path.join(self._path("queue"), name)

    def log(self):
        """All that it has logged."""
        try:
            with open(self.log_file, encoding="utf-8") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def wait_for_log(self, text):
        """Waits until `text` is in the log: postlogd writes it a bit later."""
        eventually(lambda: text in self.log(), f"in Postfix' log: {text}")

    def reply_to(self, address, recipient=smtp.RECIPIENT, **mail):
        """The reply to RCPT that a client at `address` gets."""
        return smtp.reply_to(self.port, address, recipient, **mail)

    def postmap(self, key):
        """`postmap -q KEY`: (exit status, stdout, stderr)."""
        return self._postmap(key, None)

    def postmap_all(self, keys):
        """`postmap -q -` with the keys on stdin."""
        return self._postmap("-", "".join(key + "\n" for key in keys))

    def _postmap(self, argument, keys):
        done = subprocess.run(
            [tool("postmap"), "-c", self._directory, "-q", argument, self.table],
            input=keys,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        return done.returncode, done.stdout, done.stderr

    def _write_configuration(self):
        for name in ("queue", "data"):
            os.mkdir(self._path(name))
        owner = pwd.getpwnam("postfix")
        os.chown(self._path("data"), owner.pw_uid, owner.pw_gid)
        self._write("main.cf", self._main_cf())
        self._write("master.cf", self._smtpd_service() + SERVICES + self._services)

    def _main_cf(self):
        """The defaults, but for those that `settings` gives."""
        given = re.findall(r"^(\w+) *=", self._settings, re.M)
        kept = [
            line
            for line in self._defaults().splitlines(keepends=True)
            if line.split(" ")[0] not in given
        ]
        return "".join(kept) + self._settings

    def _defaults(self):
        return f"""\
compatibility_level = 3.6
queue_directory = {self._path("queue")}
data_directory = {self._path("data")}
maillog_file = {self.log_file}
maillog_file_prefixes = {self._directory}
myhostname = mail.recipient.invalid
mydestination = recipient.invalid
mynetworks = {LOOPBACK}/32
inet_interfaces = loopback-only
inet_protocols = all
local_recipient_maps =
local_transport = discard
default_transport = discard
alias_maps =
alias_database =
smtpd_authorized_xclient_hosts = {LOOPBACK}
smtpd_peername_lookup = no
smtpd_client_restrictions = check_client_access {self.table}
smtpd_recipient_restrictions = reject_unauth_destination
smtpd_error_sleep_time = 0
smtpd_hard_error_limit = 1000
notify_classes =
"""

    def _smtpd_service(self):
        return f"{LOOPBACK}:{self.port} inet n - {self._chroot} - - smtpd\n"

    def _greets(self):
        try:
            with smtp.Smtp(self.port) as session:
                return session.greeting[0] == 220
        except OSError:
            return False

    def _run(self, command, check=True):
        done = subprocess.run(
            [self._postfix, "-c", self._directory, command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE_S,
        )
        if check and done.returncode != 0:
            raise AssertionError(f"postfix {command} failed: {done.stdout}")

    def _path(self, name):
        return os.path.join(self._directory, name)

    def _write(self, name, text):
        with open(self._path(name), "w", encoding="ascii") as file:
            file.write(text)
