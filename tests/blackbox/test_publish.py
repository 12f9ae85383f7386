"""`publish`: files that the server keeps up to date, as Postfix uses them."""

import ipaddress
import json
import os
import random
import re
import shutil
import socket
import subprocess
import threading

from .harness import admin
from .harness.case import BlackBoxCase
from .harness.ports import LOOPBACK, free_port
from .harness.postfix import Postfix
from .harness.process import tool
from .harness.smtp import Smtp
from .harness.spfblock import program, run
from .harness.waiting import PATIENCE_S, eventually, holds_for

LISTED, OTHER, NEIGHBOUR = "192.0.2.1", "198.51.100.1", "203.0.113.1"
BOTH = [LISTED, OTHER, NEIGHBOUR]

# What a record is like that wants to be costly: holes, odd lengths, nested.
NETWORKS = [
    ("62.0.0.0/8", "REJECT {domain} {network}"),
    ("62.1.2.0/24", "WARN only watched"),
    ("62.1.2.128/25", "550 5.7.1 inner {domain}"),
    ("62.1.2.200/32", "OK a friend"),
    ("62.1.3.64/26", "DUNNO"),
    ("5.6.0.0/15", "REJECT odd length"),
    ("7.7.7.0/31", "REJECT {address}"),
    ("9.9.9.128/25", "DISCARD"),
    ("2001:db8::/32", "REJECT six"),
]
HOLES = ["62.9.9.9", "62.77.0.0/16", "5.6.7.0/27"]


def hand_listed(*networks):
    return [{"network": each, "action": "REJECT listed {domain}"} for each in networks]


def lookups(address):
    """What smtpd looks up of an IPv4 client, in this order."""
    octets = address.split(".")
    return [".".join(octets[:count]) for count in (4, 3, 2, 1)]


class CdbPostfix(Postfix):
    """Its smtpd checks clients against a cdb file."""

    def __init__(self, file, settings="", is_chrooted=False):
        self._file = file
        super().__init__(0, settings, is_chrooted)

    def _main_cf(self):
        self.table = "cdb:" + self._file.removesuffix(".cdb")
        return super()._main_cf()


class Published(BlackBoxCase):
    def setUp(self):
        self.folder = self.directory()
        os.chmod(self.folder, 0o755)
        self.cdb = os.path.join(self.folder, "access.cdb")
        self.admin = f"{LOOPBACK}:{free_port()}"

    def configuration(self, networks, files=None, **more):
        return {
            "networks": networks,
            "publish": files
            or [{"format": "cdb", "file": self.cdb, "every": "1s"}],
            "admin": self.admin,
            **more,
        }

    def serve_published(self, networks, files=None, **more):
        server = self.serve(self.configuration(networks, files, **more))
        server.wait_for_line("admin port listening")
        return server

    def status(self, path=None):
        files = json.loads(admin.ask(self.admin, "/status").body)["files"]
        return next(each for each in files if each["file"] == (path or self.cdb))

    def wait_until_current(self, path=None):
        eventually(lambda: self.status(path)["current"], "the file is current")

    def postmap(self, keys):
        """{key: value} of those found, by postmap, as nobody."""
        done = subprocess.run(
            [tool("postmap"), "-q", "-", "cdb:" + self.cdb.removesuffix(".cdb")],
            input="".join(f"{key}\n" for key in keys),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        self.assertEqual(done.stderr, "")
        lines = done.stdout.splitlines()
        return dict(line.split("\t", 1) for line in lines if "\t" in line)


class Files(Published):
    def test_cdb_answers_as_the_server_for_every_edge(self):
        server = self.serve_published(
            [{"network": n, "action": a} for n, a in NETWORKS],
            allow={"networks": HOLES, "reserved": False},
        )
        self.wait_until_current()
        edges = set()
        for text in [n for n, _ in NETWORKS] + HOLES:
            network = ipaddress.ip_network(text)
            if network.version == 4:
                for edge in (network[0], network[-1]):
                    edges |= {str(edge + step) for step in (-1, 0, 1)}
        client = self.connect(server.port)
        replies = client.get_all(sorted(edges))
        found = self.postmap({key for each in edges for key in lookups(each)})
        for address, reply in zip(sorted(edges), replies):
            said = next((found[k] for k in lookups(address) if k in found), "DUNNO")
            expected = reply.text if reply.code == 200 else "DUNNO"
            self.assertEqual(said, expected, address)
        self.assertLess(self.status()["entries"], 1000)
        self.assertRegex(self.status()["left_out"][0], "^1 IPv6 network; behind")

    def test_export_writes_a_cdb_and_says_what_it_lacks(self):
        server = self.serve_published(
            hand_listed("192.0.2.0/24", "2001:db8::/32"),
            [{"format": "plain", "file": os.path.join(self.folder, "plain")}],
        )
        with open(self.cdb, "wb") as file:
            done = subprocess.run(
                [program(), "export", "-c", server.file, "--format", "cdb"],
                stdout=file,
                stderr=subprocess.PIPE,
                text=True,
                timeout=PATIENCE_S,
            )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("left out: 1 IPv6 network; behind this table", done.stderr)
        self.assertEqual(
            self.postmap(lookups(LISTED)), {"192.0.2": "REJECT listed 192.0.2.0/24"}
        )
        self.assertRegex(self.postmap(["#"])["#"], "^# access.5. for Postfix as cdb")

    def test_every_format_is_published_and_replaced_when_it_changes(self):
        forms = ("plain", "json", "cidr", "access", "nftables", "rbldnsd",
                 "dnsbl-zone")
        files = [
            {"format": form, "file": os.path.join(self.folder, form), "every": "1s"}
            for form in forms
        ]
        server = self.serve_published(hand_listed("192.0.2.0/24"), files)
        for each in files:
            self.wait_until_current(each["file"])
        before = {each["file"]: os.stat(each["file"]).st_ino for each in files}
        server.reload(networks=hand_listed("198.51.100.0/24"))
        for each in files:
            with self.subTest(each["format"]):
                path = each["file"]
                eventually(
                    lambda: os.stat(path).st_ino != before[path]
                    and self.status(path)["current"],
                    "it is replaced",
                )
                done = run("export", "-c", server.file, "--format", each["format"])
                with open(path, encoding="utf-8") as file:
                    self.assertEqual(
                        without_time(file.read()), without_time(done.stdout)
                    )
                self.assertEqual(os.stat(path).st_mode & 0o777, 0o644)
        self.assertEqual(sorted(os.listdir(self.folder)), sorted(forms))

    def test_a_restart_and_a_reload_leave_what_says_the_same_alone(self):
        zone = os.path.join(self.folder, "bl.zone")
        files = [{"format": "dnsbl-zone", "file": zone}]
        server = self.serve_published(hand_listed("192.0.2.0/24"), files)
        self.wait_until_current(zone)
        with open(zone, encoding="utf-8") as file:
            text = file.read()
        number = os.stat(zone).st_ino
        server.reload(threads=1)
        server.stop()
        self.admin = f"{LOOPBACK}:{free_port()}"
        with open(zone + ".new", "w", encoding="utf-8") as file:
            file.write("what a killed process left")
        self.serve_published(hand_listed("192.0.2.0/24"), files)
        self.wait_until_current(zone)
        with open(zone, encoding="utf-8") as file:
            self.assertEqual(file.read(), text)
        self.assertEqual(os.stat(zone).st_ino, number)
        self.assertEqual(os.listdir(self.folder), ["bl.zone"])

    def test_a_start_without_state_keeps_the_file_until_the_dns_answers(self):
        zone = os.path.join(self.directory(), "spf.zone")
        with open(zone, "w", encoding="ascii") as file:
            file.write('spam.example. 300 IN TXT "v=spf1 ip4:45.1.2.0/24 -all"\n')
        spam = {
            "domains": ["spam.example"],
            "resolver": {"zone_file": zone},
            "state_file": "",
        }
        server = self.serve_published(hand_listed(), **spam)
        self.wait_until_current()
        self.assertIn("45.1.2", self.postmap(["45.1.2"]))
        server.stop()
        self.admin = f"{LOOPBACK}:{free_port()}"
        spam["resolver"] = {
            "servers": [f"{LOOPBACK}:{self.silent_name_server()}"],
            "timeout": "60s",
        }
        server = self.serve_published(hand_listed("192.0.2.0/24"), **spam)
        self.wait_until_listed(server.port, LISTED)
        holds_for(lambda: "45.1.2" in self.postmap(["45.1.2"]), "it stays", 2)
        self.assertFalse(self.status()["current"])

    def silent_name_server(self):
        """The port of one that takes questions and answers none."""
        sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(sink.close)
        sink.bind((LOOPBACK, 0))
        return sink.getsockname()[1]

    def test_what_cannot_be_written_is_told_everywhere_and_mended_by_a_reload(self):
        gone = os.path.join(self.folder, "none")
        path = os.path.join(gone, "access.cdb")
        server = self.serve_published(
            hand_listed("192.0.2.0/24"),
            [{"format": "cdb", "file": path}, {"format": "cdb", "file": self.cdb}],
        )
        server.wait_for_line("file not published .*none")
        server.wait_for_line("configuration warning .*publish/0/file.*no folder")
        self.wait_until_current()  # the other one
        self.assertIn("No such file", self.status(path)["trouble"])
        said = admin.ask(self.admin, "/healthz")
        self.assertEqual(said.status, 200)
        self.assertIn("ok; warning: a published file is not written: ", said.body)
        metrics = admin.metrics(self.admin)
        self.assertEqual(
            metrics.value("spfblock_published_file_failing", file=path), 1
        )
        self.assertEqual(
            metrics.value("spfblock_published_file_failing", file=self.cdb), 0
        )
        done = run("status", "-c", server.file)
        self.assertRegex(done.stdout, r"(?s)published: .*NOT WRITTEN:")
        os.mkdir(gone)
        server.reload(threads=1)
        server.wait_for_line("file published again")
        self.assertEqual(admin.ask(self.admin, "/healthz").body, "ok\n")
        self.assertEqual(len(server.matching("file not published")), 1)

    def test_a_reload_takes_files_in_and_out(self):
        plain = os.path.join(self.folder, "plain")
        server = self.serve_published(hand_listed("192.0.2.0/24"))
        self.wait_until_current()
        server.reload(publish=[{"format": "plain", "file": plain, "every": "1s"}])
        server.wait_for_line("file published no more")
        self.wait_until_current(plain)
        server.reload(networks=hand_listed("198.51.100.0/24"))
        self.assertEqual(list(self.postmap(["192.0.2"])), ["192.0.2"])

    def test_a_file_that_is_removed_while_nothing_changes_comes_back(self):
        server = self.serve_published(hand_listed("192.0.2.0/24"))
        self.wait_until_current()
        before = server.mark()
        os.remove(self.cdb)
        server.wait_for_line("file published ", timeout=3 * PATIENCE_S, after=before)
        self.assertEqual(list(self.postmap(["192.0.2"])), ["192.0.2"])

    def test_check_says_what_is_wrong_with_a_file(self):
        path = self.file("t.json", json.dumps({
            "networks": [], "publish": [{"format": "plain", "file": "t.json"}],
        }))
        done = run("check", "-c", path)
        self.assertEqual(done.returncode, 78)
        self.assertIn("/publish/0/file: ", done.stderr + done.stdout)
        self.assertIn("would overwrite, the configuration", done.stderr + done.stdout)


class WithPostfix(Published):
    def test_an_open_session_keeps_its_table_and_the_next_has_the_new_one(self):
        server = self.serve_published(hand_listed("192.0.2.0/24"))
        self.wait_until_current()
        # smtpd opens its tables as root, before its root is another one.
        os.chmod(self.folder, 0o700)
        postfix = self.closing(CdbPostfix(self.cdb, is_chrooted=True))
        with Smtp(postfix.port) as session:
            session.command("EHLO client.invalid")
            session.come_from(LISTED)
            code, text = session.recipient_reply()
            self.assertEqual(code, 554)
            self.assertIn("listed 192.0.2.0/24", text)
            server.reload(networks=hand_listed("198.51.100.0/24"))
            self.wait_until_current()
            eventually(lambda: self.postmap(["198.51.100"]), "it is written")
            session.command("RSET")
            self.assertEqual(session.recipient_reply()[0], 554)
        self.assertEqual(postfix.reply_to(LISTED)[0], 250)
        self.assertEqual(postfix.reply_to(OTHER)[0], 554)
        self.assertEqual(postfix.reply_to(NEIGHBOUR)[0], 250)
        self.assertNotIn("fatal", postfix.log())

    def test_a_dead_daemon_stops_no_filtering(self):
        server = self.serve_published(hand_listed("192.0.2.0/24"))
        self.wait_until_current()
        postfix = self.closing(CdbPostfix(self.cdb))
        server.stop()
        self.assertEqual(postfix.reply_to(LISTED)[0], 554)
        self.assertEqual(postfix.reply_to(NEIGHBOUR)[0], 250)

    def test_rewritten_again_and_again_under_sessions_no_answer_is_wrong(self):
        """SPFBLOCK_REWRITES times, 50 by default, with SPFBLOCK_REWRITE_SESSIONS
        at a time."""
        rewrites = int(os.environ.get("SPFBLOCK_REWRITES", "50"))
        sessions = int(os.environ.get("SPFBLOCK_REWRITE_SESSIONS", "4"))
        server = self.serve_published(hand_listed("192.0.2.0/24", "198.51.100.0/24"))
        self.wait_until_current()
        made = [self.copy_of("one")]
        server.reload(networks=hand_listed("192.0.2.0/24"))
        eventually(lambda: not self.postmap(["198.51.100"]), "it is written")
        made.append(self.copy_of("other"))
        server.stop()
        many = f"default_process_limit = {sessions + 20}\n"
        many += "smtpd_client_connection_count_limit = 0\n"
        postfix = self.closing(CdbPostfix(self.cdb, many))
        over, wrong, asked = threading.Event(), [], []

        def ask(seed):
            source = random.Random(seed)
            while not over.is_set():
                address = source.choice(BOTH)
                try:
                    code = postfix.reply_to(address)[0]
                except (OSError, AssertionError) as error:
                    wrong.append((address, repr(error)))
                    continue
                asked.append(address)
                expected = {LISTED: (554,), NEIGHBOUR: (250,), OTHER: (250, 554)}
                if code not in expected[address]:
                    wrong.append((address, code))

        threads = [threading.Thread(target=ask, args=(i,)) for i in range(sessions)]
        for each in threads:
            each.start()
        for i in range(rewrites):
            shutil.copyfile(made[i % 2], self.cdb + ".new")
            os.replace(self.cdb + ".new", self.cdb)  # as the server does it
            count = len(asked)
            eventually(lambda: len(asked) > count or wrong, "they go on")
        over.set()
        for each in threads:
            each.join()
        self.assertEqual(wrong, [])
        self.assertFalse(re.findall(r"(?m)^.*(?:fatal|panic):.*$", postfix.log()))
        self.assertGreaterEqual(len(asked), rewrites)

    def copy_of(self, name):
        path = os.path.join(self.directory(), name)
        shutil.copyfile(self.cdb, path)
        return path


def without_time(text):
    """A document without when it was made."""
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "TIME", text)
    text = re.sub(r'"at": \d+', '"at": 0', text)
    return re.sub(r"(hostmaster\.localhost\. )\d+", r"\g<1>0", text)
