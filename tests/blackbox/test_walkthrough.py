"""The commands of README.md, docs/doors.md and docs/operations.md, run as they stand
there.

In a network and with files of their own there are the program, NSD, Postfix
and the very paths and ports that the pages name.
"""

import os
import re
import shutil
import signal
import subprocess

from .harness import own_machine
from .harness.case import BlackBoxCase
from .harness.process import Process
from .harness.spfblock import CHECKOUT, program
from .harness.waiting import PATIENCE_S, eventually

ZONES = {
    "toramaki.net": ['@ 3600 IN TXT "v=spf1 ip4:45.120.196.0/22 ~all"'],
    "spammer.example": ['@ 3600 IN TXT "v=spf1 ip4:45.124.217.0/24 ~all"'],
}

CONFIGURATION = """{{
  "listen": [
    "127.0.0.1:10060",
    {{ "door": "policy", "at": "127.0.0.1:10062" }},
    {{ "door": "socketmap", "at": "127.0.0.1:10064" }},
    {{ "door": "dnsbl", "at": "127.0.0.1:10053", "zone": "bl.example.org" }}
  ],
  "action": "WARN spfblock: {{domain}} {{network}}",
  "domains": ["toramaki.net"],
  "entry_files": ["conf.d/*.json"],
  "allow": {{ "providers": false }},
  "resolver": {{ "servers": ["{server}"] }}
}}
"""

LISTED = "45.120.197.160"

# No systemd runs here, so no journal either: what stands for its commands.
STAND_INS = {
    "systemctl": """\
case $* in
'show --property=MainPID --value spfblock') cat /run/spfblock.pid ;;
'reload spfblock') kill -HUP "$(cat /run/spfblock.pid)" ;;
'kill -s USR1 spfblock') kill -USR1 "$(cat /run/spfblock.pid)" ;;
*) echo "no such stand-in: $*" >&2; exit 1 ;;
esac
""",
    "journalctl": """\
case $* in
'-t postfix/smtpd -g '*)
    exec grep -P "postfix/smtpd\\[[0-9]+\\]: .*$4" /var/log/mail.log ;;
*SYSLOG_FACILITY=2*) # as `-o short-iso` has it
    exec sed -E "s/^... +[0-9]+ ([0-9:]{8}) /$(date +%F)T\\1+0000 /" /var/log/mail.log ;;
*) echo "no such stand-in: $*" >&2; exit 1 ;;
esac
""",
    "mail": 'cat > /run/mail; echo "$*" >> /run/mail\n',
    # What others say to it is about another one than that of this machine.
    "postfix": """\
[ "$*" != reload ] || set -- -c "$(cat /run/postfix.folder)" reload
exec /usr/sbin/postfix "$@"
""",
}

# A command as a page has it: its exit status, and what it prints.
RUN = {
    "spfblock check": (0, ": valid, 1 domain, 0 networks by hand"),
    "spfblock expand toramaki.net": (0, "45.120.196.0/22"),
    "spfblock expand DOMAIN": (0, "45.120.196.0/22"),
    "spfblock expand --address ADDRESS DOMAIN": (0, "passes toramaki.net"),
    "spfblock diff": (0, "1 listing, no change"),
    "spfblock diff --exit-code": (0, "1 listing, no change"),
    "systemctl reload spfblock": (0, ""),
    "postmap -q 45.120.197.160 tcp:127.0.0.1:10060": (
        0,
        "WARN spfblock: toramaki.net 45.120.196.0/22",
    ),
    "spfblock query 45.120.197.160": (0, "45.120.197.160\tWARN spfblock: "),
    "spfblock query ADDRESS": (0, "45.120.197.160\tWARN spfblock: "),
    "spfblock query --door policy 45.120.197.160": (
        0,
        "45.120.197.160\tWARN spfblock: toramaki.net",
    ),
    "spfblock query --door policy ADDRESS": (0, "45.120.197.160\tWARN spfblock: "),
    # A DNSBL has nothing that is only warned of.
    "spfblock query --door dnsbl 45.120.197.160": (1, ""),
    "spfblock query --door dnsbl ADDRESS": (1, ""),
    "spfblock query --door policy 45.120.197.160 recipient=postmaster@example.org": (
        1,
        "",
    ),
    "postmap -q ADDRESS tcp:127.0.0.1:10060": (0, "WARN spfblock: toramaki.net"),
    "postmap -q ADDRESS socketmap:inet:127.0.0.1:10064:spfblock": (
        0,
        "WARN spfblock: toramaki.net",
    ),
    "spfblock explain 45.120.197.160": (0, "is listed by toramaki.net"),
    "spfblock explain ADDRESS": (0, "is listed by toramaki.net"),
    "spfblock explain ADDRESS --sender SENDER --helo NAME": (
        0,
        "pass: 45.120.197.160 from a@toramaki.net",
    ),
    "spfblock history": (0, "the server started"),
    "spfblock history DOMAIN": (0, "1 now: the first look at its record"),
    "spfblock history ADDRESS": (0, "+ 45.120.196.0/22  toramaki.net -> "),
    "journalctl -t postfix/smtpd -g 'warn: .*spfblock:'": (
        0,
        "NOQUEUE: warn: RCPT from unknown[45.120.197.160]: spfblock: toramaki.net",
    ),
    "spfblock report": (0, "toramaki.net: 1 would have been (WARN)"),
    "spfblock report /var/log/mail.log": (0, "toramaki.net: 1 would have been (WARN)"),
    "spfblock suggest --live": (0, ""),
    "spfblock suggest /var/log/mail.log": (0, ""),
    "spfblock replay": (0, "mails: "),
    "spfblock replay /var/log/mail.log": (0, "mails: "),
    "spfblock replay --with spammer.example /var/log/mail.log": (0, "mails: "),
    "spfblock replay --with toramaki.net /var/log/mail.log": (0, "mails: "),
    "spfblock replay --seen /var/lib/spfblock/seen.json /var/log/mail.log": (
        0,
        "mails: ",
    ),
    "spfblock report --json /var/log/mail.log": (0, '"name": "toramaki.net"'),
    "spfblock status": (0, "1 domain: 1 fresh"),
    "spfblock status DOMAIN": (0, "1 domain: 1 fresh"),
    "spfblock status --trouble": (0, "1 domain: 1 fresh"),
    "spfblock status --unused 90": (0, "0 domains without a hit for 90 days or more"),
    "spfblock top": (0, "toramaki.net "),
    "spfblock top --by day": (0, "toramaki.net "),
    "spfblock status --trouble > /run/spfblock-status 2>&1"
    " || mail -s spfblock root < /run/spfblock-status": (0, ""),
    "spfblock export --format plain": (0, ""),
    "curl -s http://127.0.0.1:10061/healthz": (0, "ok"),
    "curl -s http://127.0.0.1:10061/metrics": (0, "spfblock_domain_hits_total{"),
    "spfblock export --format plain | sed '/^#/!s/$/ reject/'"
    " > /etc/postfix/spfblock.new &&"
    " mv /etc/postfix/spfblock.new /etc/postfix/spfblock.cidr": (0, ""),
    "systemctl kill -s USR1 spfblock": (0, ""),
    "postfix reload": (0, ""),
    "find /var/lib/spfblock/public -mmin +1440": (0, ""),
    "spfblock add --watch spammer.example": (
        0,
        "spammer.example lists 1 network, 256 IPv4 addresses",
    ),
    "spfblock remove spammer.example": (0, "spammer.example is not listed any more"),
    "spfblock add spammer.example": (
        0,
        "spammer.example lists 1 network, 256 IPv4 addresses",
    ),
    "spfblock allow 203.0.113.7 --comment 'ticket 7'": (0, "203.0.113.7/32: allowed"),
}

# Of the demo, in a checkout.
DEMO = [
    ('demo="-c etc/demo/spfblock.json"', 0, ""),
    ("build/release/spfblock query $demo 45.120.197.160", 0, "REJECT "),
    ("build/release/spfblock query $demo 45.120.200.1", 1, ""),
    ("postmap -q 45.120.197.160 tcp:127.0.0.1:10060", 0, "REJECT "),
]

# What other tests run.
ELSEWHERE = {
    "spfblock serve": "here, as what all others ask",
    "git clone URL spfblock && cd spfblock": "tests/debian",
    "scripts/run": "tests/debian",
    "apt install ./spfblock_*.deb": "test_package",
    "systemctl enable --now spfblock.socket spfblock.service": "test_package",
    "spfblock check && systemctl daemon-reload": "tests/debian",
    "systemctl stop spfblock.service && systemctl restart spfblock.socket": (
        "tests/debian"
    ),
    "systemctl start spfblock.service": "tests/debian",
    "spfblock check --dnsbl": "test_dnsbl_postfix",
    "spfblock check --postfix": "test_check_postfix",
    "systemctl enable --now spfblock-policy.socket": "tests/debian",
    "systemctl restart spfblock.service": "tests/debian",
    "systemctl restart spfblock": "tests/debian",
    "systemctl status": "tests/debian",
    "systemctl reload": "tests/debian",
    "systemctl stop spfblock.service": "tests/debian",
    "systemctl stop spfblock.socket spfblock.service": "tests/debian",
    "systemctl edit spfblock.socket": "tests/debian, which writes the file",
    "systemctl edit spfblock.service": "test_systemd, with what is written there",
    "systemd-analyze security spfblock.service": "test_systemd",
    "apt install ./spfblock_NEW.deb": "tests/debian, by dpkg",
    "apt purge spfblock": "tests/debian, by dpkg",
    "ssh -L 10061:127.0.0.1:10061": "nowhere: it takes a second machine",
}

# What is no command, but a way of asking.
MENTIONED = {"postmap -q"}

PROGRAMS = (
    "apt build/release/spfblock curl demo= find git grep journalctl postfix postmap"
    " scripts/run spfblock ssh systemctl systemd-analyze"
).split()


def commands_of(page):
    """The commands of its code blocks, and those in its tables and sentences that
    have an argument and are no synopsis."""
    with open(os.path.join(CHECKOUT, page), encoding="utf-8") as file:
        text = file.read()
    joined = re.sub(r" &&\n +", " && ", text)
    lines = re.findall(r"(?m)^ {4,}(\S.*)$", joined)
    spans = [" ".join(each.split()) for each in re.findall(r"`([^`]+)`", joined)]
    told = [each for each in spans if " " in each and "[" not in each]
    for line in (*lines, *told):
        command = line.split("  ")[0].strip()
        if command.endswith("{"):  # of a configuration
            continue
        if any(
            command == each or command.startswith((each + " ", "demo="))
            for each in PROGRAMS
        ):
            yield command


class Walkthrough(BlackBoxCase):
    @classmethod
    def setUpClass(cls):
        own_machine.move_in()
        os.makedirs("/etc/spfblock/conf.d")
        for folder in ("/var/lib/spfblock/public", "/var/lib/rbldns", "/etc/nsd"):
            os.makedirs(folder, exist_ok=True)
        os.mkdir("/run/bin")
        for name, script in STAND_INS.items():
            with open(f"/run/bin/{name}", "w", encoding="ascii") as file:
                file.write("#!/bin/sh\n" + script)
            os.chmod(f"/run/bin/{name}", 0o755)
        os.symlink(program(), "/run/bin/spfblock")
        os.environ["PATH"] = f"/run/bin:{os.environ['PATH']}"

    def setUp(self):
        for name in (
            "/etc/spfblock/conf.d/added.json",
            "/var/lib/spfblock/state.json",
            "/var/log/mail.log",
        ):
            if os.path.lexists(name):
                os.remove(name)

    def start(self, command, cwd=None):
        """Starts a server by a command, as a person would."""
        server = Process(["sh", "-c", f"exec {command}"], cwd)
        self.addCleanup(server.end)
        server.wait_for_line("listening address=127.0.0.1:10060")
        self.wait_until_listed(10060, LISTED)
        with open("/run/spfblock.pid", "w", encoding="ascii") as file:
            file.write(str(server.pid))
        return server

    def configure(self):
        nsd = self.nsd(ZONES)
        with open("/etc/spfblock/spfblock.json", "w", encoding="ascii") as file:
            file.write(CONFIGURATION.format(server=nsd.server))

    def sh(self, command, cwd=None):
        return subprocess.run(
            ["sh", "-c", command],
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=2 * PATIENCE_S,
        )

    def assert_runs(self, command, status, output, cwd=None):
        meant = (
            command.replace("ADDRESS", LISTED)
            .replace("DOMAIN", "toramaki.net")
            .replace("SENDER", "a@toramaki.net")
            .replace("NAME", "mx.toramaki.net")
        )
        done = self.sh(meant, cwd)
        self.assertEqual(done.returncode, status, (done.stdout, done.stderr))
        self.assertIn(output, done.stdout)

    def test_every_command_of_the_pages_is_run(self):
        found = {
            command
            for page in ("README.md", "docs/doors.md", "docs/operations.md")
            for command in commands_of(page)
        } - MENTIONED
        known = {*RUN, *ELSEWHERE, *(command for command, _, _ in DEMO)}
        self.assertEqual(found, known)

    def test_the_commands_do_what_the_pages_say(self):
        self.configure()
        server = self.start("spfblock serve")
        postfix = self.postfix(10060)
        os.symlink(postfix.log_file, "/var/log/mail.log")
        with open("/run/postfix.folder", "w", encoding="ascii") as file:
            file.write(postfix.folder)
        self.assertEqual(postfix.reply_to(LISTED)[0], 250)
        postfix.wait_for_log("NOQUEUE: warn: ")
        for command, (status, output) in RUN.items():
            with self.subTest(command=command):
                mark = server.mark()
                self.assert_runs(command, status, output)
                if "reload spfblock" in command:
                    server.wait_for_line("configuration reloaded", after=mark)
                if "USR1" in command:
                    server.wait_for_line("statistics ", after=mark)
        self.assertFalse(os.path.exists("/run/mail"), "all was well")
        self.assertGreater(os.path.getsize("/etc/postfix/spfblock.cidr"), 0)

    def test_where_systemd_runs_it_the_reload_is_its(self):
        os.makedirs("/run/systemd/system", exist_ok=True)
        self.addCleanup(os.removedirs, "/run/systemd/system")
        self.configure()
        server = self.start("spfblock serve")
        said = self.sh("spfblock add spammer.example")
        self.assertEqual(said.returncode, 0, said.stderr)
        self.wait_until_listed(10060, "45.124.217.1")
        # One that fails is told, with what the server says of it.
        with open("/run/bin/systemctl", encoding="ascii") as file:
            stand_in = file.read()
        self.addCleanup(self.write_stand_in, "systemctl", stand_in)
        self.write_stand_in("systemctl", stand_in + "exit 1\n")
        said = self.sh("spfblock remove spammer.example")
        self.assertEqual(said.returncode, 78, said.stdout)
        self.assertIn("systemctl reload spfblock failed", said.stderr)
        self.wait_until_not_listed(10060, "45.124.217.1")
        self.assertTrue(server.returncode is None)

    @staticmethod
    def write_stand_in(name, text):
        with open(f"/run/bin/{name}", "w", encoding="ascii") as file:
            file.write(text)

    def test_cron_mails_what_is_wrong(self):
        self.configure()
        server = self.start("spfblock serve")
        eventually(
            lambda: os.path.exists("/var/lib/spfblock/state.json"), "it is saved"
        )
        server.send_signal(signal.SIGTERM)
        server.wait(PATIENCE_S)
        (command,) = [each for each in RUN if "mail -s" in each]
        self.assert_runs(command, 0, "")
        self.addCleanup(os.remove, "/run/mail")
        with open("/run/mail", encoding="utf-8") as mail:
            self.assertIn("THE SERVER DOES NOT ANSWER", mail.read())

    def test_warn_if_reject_is_found_as_the_page_says(self):
        self.configure()
        with open("/etc/spfblock/spfblock.json", encoding="ascii") as file:
            text = file.read()
        with open("/etc/spfblock/spfblock.json", "w", encoding="ascii") as file:
            file.write(re.sub(r'  "action": .*\n', "", text))
        self.start("spfblock serve")
        table = "check_client_access tcp:127.0.0.1:10060"
        postfix = self.postfix(
            10060, f"smtpd_client_restrictions = warn_if_reject {table}\n"
        )
        self.assertEqual(postfix.reply_to(LISTED)[0], 250)
        postfix.wait_for_log("NOQUEUE: reject_warning: ")
        self.assert_runs(
            f"spfblock report {postfix.log_file}",
            0,
            "toramaki.net: 1 would have been (WARN)",
        )

    def test_the_demo_answers_as_the_readme_says(self):
        folder = self.directory()
        os.makedirs(os.path.join(folder, "build", "release"))
        os.symlink(program(), os.path.join(folder, "build", "release", "spfblock"))
        shutil.copytree(os.path.join(CHECKOUT, "etc"), os.path.join(folder, "etc"))
        self.start("build/release/spfblock serve -c etc/demo/spfblock.json", folder)
        before = ""
        for command, status, output in DEMO:
            with self.subTest(command=command):
                self.assert_runs(before + command, status, output, folder)
            if command.startswith("demo="):
                before = command + "; "

    def test_the_line_that_postfix_writes_is_as_the_page_shows_it(self):
        with open(
            os.path.join(CHECKOUT, "docs", "operations.md"), encoding="utf-8"
        ) as page:
            (shown,) = re.findall(r"(?m)^ +(postfix/smtpd.*warn: .*)$", page.read())
        self.configure()
        self.start("spfblock serve")
        postfix = self.postfix(10060)
        postfix.reply_to(LISTED)
        postfix.wait_for_log("NOQUEUE: warn: ")
        (line,) = re.findall(r"postfix/smtpd\S* NOQUEUE: warn.*", postfix.log())
        variable = re.compile(r"\[\d+\]|<[^>]*>")
        self.assertEqual(variable.sub("", line), variable.sub("", shown))
