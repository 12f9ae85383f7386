"""Programs that ask a DNSBL, each set up with the lines that docs/operations.md has
for it, on a machine of their own (own_machine).  `judge(address)` is what becomes of
a mail from there: whether it is rejected, and what is said of it."""

import collections
import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile

from .ports import LOOPBACK, free_port
from .process import Process, tool
from .spfblock import CHECKOUT
from .waiting import PATIENCE_S, eventually

ZONE = "bl.example.org"

Verdict = collections.namedtuple("Verdict", "rejected said")

_MAIL = """\
Received: from client.invalid (client.invalid [{address}])
\tby mx.example.org (Postfix) with ESMTP id 4711
\tfor <user@example.org>; Sat, 28 Nov 2026 05:00:00 +0000 (UTC)
From: <sender@client.invalid>
To: <user@example.org>
Subject: offer
Date: Sat, 28 Nov 2026 05:00:00 +0000
Message-Id: <4711@client.invalid>

Look.
"""


def documented(head):
    """The block of docs/operations.md behind the line that begins with `head`."""
    with open(os.path.join(CHECKOUT, "docs", "operations.md"), encoding="utf-8") as file:
        page = file.read()
    (block,) = re.findall(
        rf"(?m)^{re.escape(head)}[^\n]*(?:\n[^\n]+)*\n\n((?:    [^\n]*\n)+)", page
    )
    return re.sub(r"(?m)^    ", "", block)


class Part:
    """With a folder of its own, and a process or none."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="spfblock-consumer-")
        self._process = None

    def close(self):
        if self._process:
            self._process.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path


class Rspamd(Part):
    """Its module rbl alone; the other parts are slow to start."""

    def __init__(self):
        super().__init__()
        self._port = free_port()
        self.write("tld", "example\n")
        rbls = self.write("rbl.conf", documented("rspamd, in `local.d/rbl.conf`"))
        groups = self.write("groups.conf", documented("and in `local.d/groups.conf`"))
        configuration = self.write(
            "rspamd.conf",
            f"""\
options {{
  pidfile = "{self.folder}/pid";
  control_socket = "{self.folder}/control mode=0600";
  cache_file = "{self.folder}/cache";
  hs_cache_dir = "{self.folder}";
  rrd = "";
  url_tld = "{self.folder}/tld";
  disable_hyperscan = true;
  filters = "";
  dns {{ nameserver = ["{LOOPBACK}:53"]; }}
}}
logging {{ type = "console"; level = "info"; }}
modules {{ path = "/usr/share/rspamd/plugins/rbl.lua"; }}
actions {{ reject = 15; add_header = 6; }}
rbl {{
  default_exclude_users = true;
  .include(duplicate=merge) "{rbls}"
}}
.include "{groups}"
worker "normal" {{ bind_socket = "{LOOPBACK}:{self._port}"; count = 1; }}
""",
        )
        self._process = Process([tool("rspamd"), "-f", "-i", "-c", configuration])
        try:
            eventually(lambda: _listens(self._port), "rspamd listens")
        except AssertionError as error:
            said = "\n".join(self._process.lines)
            self.close()
            raise AssertionError(f"{error}; rspamd said:\n{said}") from None

    def judge(self, address):
        asking = http.client.HTTPConnection(LOOPBACK, self._port, PATIENCE_S)
        asking.request(
            "POST", "/checkv2", _MAIL.format(address=address), {"IP": address}
        )
        told = json.load(asking.getresponse())
        asking.close()
        return Verdict(told["action"] == "reject", json.dumps(told["symbols"]))


class SpamAssassin(Part):
    """Of the rules only that one, each mail in a process of its own."""

    def __init__(self):
        super().__init__()
        self._site = os.path.join(self.folder, "site")
        self._rules = os.path.join(self.folder, "rules")
        for each in (self._site, self._rules):
            os.mkdir(each)
        self.write(
            "site/init.pre",
            "loadplugin Mail::SpamAssassin::Plugin::Check\n"
            "loadplugin Mail::SpamAssassin::Plugin::DNSEval\n",
        )
        self.write(
            "site/local.cf",
            "dns_available yes\nuse_bayes 0\n"
            "add_header all Status _YESNO_, tests=_TESTS_\n"
            + documented("SpamAssassin, in"),
        )
        self.write("rules/none.cf", "")

    def judge(self, address):
        done = subprocess.run(
            [tool("spamassassin"), "-C", self._rules, "--siteconfigpath", self._site]
            + ["-p", "/dev/null", "-x", "-t"],
            input=_MAIL.format(address=address),
            capture_output=True,
            text=True,
            env={**os.environ, "HOME": self.folder},
            timeout=PATIENCE_S,
        )
        said = done.stdout + done.stderr
        return Verdict("X-Spam-Status: Yes" in said, said)


class Exim(Part):
    """Its ACLs, as they judge an SMTP session from any address (exim -bh)."""

    def __init__(self):
        super().__init__()
        os.chmod(self.folder, 0o755)
        _add_user("Debian-exim")
        self._configuration = self.write(
            "exim.conf",
            f"""\
exim_user = nobody
exim_group = nogroup
spool_directory = {self.folder}
primary_hostname = mx.example.org
domainlist local_domains = example.org
acl_smtp_rcpt = check_rcpt
begin acl
check_rcpt:
{documented("Exim, in the ACL")}
  accept domains = +local_domains
begin routers
all:
  driver = accept
  transport = none
begin transports
none:
  driver = appendfile
  file = /dev/null
""",
        )

    def judge(self, address):
        done = subprocess.run(
            [exim(), "-C", self._configuration, "-bh", address],
            input="EHLO client.invalid\r\nMAIL FROM:<sender@client.invalid>\r\n"
            "RCPT TO:<user@example.org>\r\nQUIT\r\n",
            capture_output=True,
            text=True,
            env=_exim_environment(),
            timeout=PATIENCE_S,
        )
        replies = re.findall(r"(?m)^(?:250 Accepted|550 .*)$", done.stdout)
        if len(replies) != 1:
            raise AssertionError(f"exim said: {done.stdout}{done.stderr}")
        return Verdict(replies[0].startswith("550"), replies[0])


def exim():
    """The program, or None: installed, or unpacked below $SPFBLOCK_EXIM, since no
    machine of Debian has both Exim and Postfix."""
    return shutil.which("exim4", path=_exim_environment()["PATH"])


def _exim_environment():
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    folder = os.environ.get("SPFBLOCK_EXIM")
    if not folder:
        return {**os.environ, "PATH": path}
    libraries = os.path.join(os.path.abspath(folder), "usr", "lib")
    return {
        **os.environ,
        "PATH": os.path.join(os.path.abspath(folder), "usr", "sbin") + ":" + path,
        "LD_LIBRARY_PATH": ":".join(
            os.path.join(libraries, each) for each in os.listdir(libraries)
        ),
    }


def _add_user(name):
    """To this machine's; an unpacked program finds none of its own."""
    for file, entry in (
        ("/etc/passwd", f"{name}:x:65533:65533:::/usr/sbin/nologin\n"),
        ("/etc/group", f"{name}:x:65533:\n"),
    ):
        with open(file, "r+", encoding="utf-8") as accounts:
            if f"\n{name}:" not in accounts.read():
                accounts.write(entry)


def _listens(port):
    try:
        with socket.create_connection((LOOPBACK, port), 1):
            return True
    except OSError:
        return False
