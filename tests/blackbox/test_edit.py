"""add, remove and allow: they edit the entry files and reload the server."""

import concurrent.futures
import json
import os
import random
import re
import signal
import socket
import subprocess
import threading
import time
import unittest

from .harness.case import BlackBoxCase
from .harness.ports import free_port
from .harness.process import tool
from .harness.scripted_dns import ScriptedDns
from .harness.spfblock import program, run
from .harness.waiting import PATIENCE_S

OK, NEGATIVE, USAGE, UNAVAILABLE, CONFIG = 0, 1, 64, 69, 78

RECORDS = {
    (f"d{i}.example", "TXT"): [f"v=spf1 ip4:62.1.{i}.0/24 -all"] for i in range(30)
}
RECORDS["friend.example", "TXT"] = ["v=spf1 ip4:62.1.1.128/25 -all"]

NOBODY = 65534


class EditCase(BlackBoxCase):
    def setUp(self):
        self.dns = self.closing(ScriptedDns(RECORDS))
        self.folder = self.directory()

    def path(self, name="added.json"):
        return os.path.join(self.folder, name)

    def write(self, text, name="added.json"):
        with open(self.path(name), "w", encoding="utf-8", newline="") as file:
            file.write(text)

    def read(self, name="added.json"):
        with open(self.path(name), encoding="utf-8", newline="") as file:
            return file.read()

    def configuration(self, **changes):
        return {
            "domains": ["d0.example"],
            "action": "REJECT {domain}",
            "entry_files": [self.path("*.json")],
            "resolver": {"servers": [self.dns.server]},
            "admin": f"127.0.0.1:{free_port()}",
            **changes,
        }

    def start(self, **changes):
        server = self.serve(self.configuration(**changes))
        self.wait_until_listed(server.port, "62.1.0.1")
        return server

    def without_server(self, **changes):
        """A configuration that nobody serves: its file."""
        return self.file(
            "spfblock.json", json.dumps(self.configuration(**changes), indent=2)
        )

    def assert_done(self, done, status=OK, stderr=""):
        self.assertEqual(done.returncode, status, (done.stdout, done.stderr))
        if stderr:
            self.assertRegex(done.stderr, stderr)
        return done.stdout


class OfAServer(EditCase):
    def test_what_is_added_is_listed_and_what_is_removed_is_not(self):
        server = self.start()
        said = self.assert_done(
            run("add", "-c", server.file, "d1.example", "D2.example.")
        )
        self.assertEqual(
            said,
            f"d1.example: added to {self.path()}\n"
            f"d2.example: added to {self.path()}\n"
            "reloaded\n"
            "d1.example lists 1 network, 256 IPv4 addresses\n"
            "d2.example lists 1 network, 256 IPv4 addresses\n",
        )
        self.assert_listed(server.port, "62.1.1.1")
        self.assert_listed(server.port, "62.1.2.1")
        self.assertEqual(
            self.read(),
            '{\n  "domains": [\n    "d1.example",\n    "d2.example"\n  ]\n}\n',
        )

        said = self.assert_done(run("remove", "-c", server.file, "d1.example"))
        self.assertEqual(
            said,
            f"d1.example: removed from {self.path()}\n"
            "reloaded\n"
            "d1.example is not listed any more (before: 1 network, 256 IPv4 "
            "addresses)\n",
        )
        self.assert_not_listed(server.port, "62.1.1.1")
        self.assert_listed(server.port, "62.1.2.1")
        self.assertEqual(self.read(), '{\n  "domains": [\n    "d2.example"\n  ]\n}\n')

    def test_a_domain_in_unicode_is_its_ascii_form(self):
        file = self.without_server(domains=["sp\u00e4m.example"])
        said = run("check", "-c", file)
        self.assert_done(said)
        # In the main file already.
        self.assertIn("xn--spm-rla.example", run("add", "-c", file, "SP\u00c4M.example").stdout)
        self.assert_done(run("add", "-c", file, "m\u00fcller.example", "--watch"))
        self.assertIn('"xn--mller-kva.example"', self.read())
        self.assert_done(run("remove", "-c", file, "M\u00fcller.example"))
        self.assertNotIn("xn--mller", self.read())
        self.write('{"domains": ["m\u00fcller.example"]}')
        self.assert_done(run("remove", "-c", file, "xn--mller-kva.example"))
        self.assertNotIn("m\u00fcller", self.read())

    def test_to_watch_is_to_warn(self):
        server = self.start()
        self.assert_done(run("add", "-c", server.file, "d1.example", "--watch"))
        self.assertEqual(
            self.connect(server.port).get("62.1.1.1"),
            (200, "WARN spfblock: d1.example 62.1.1.0/24"),
        )

    def test_what_is_allowed_is_not_listed(self):
        server = self.start()
        said = self.assert_done(
            run(
                "allow", "-c", server.file, "62.1.0.0/25", "62.1.0.200",
                "--until", "9990-01-02", "--comment", 'he wrote: "not me"',
            )
        )
        self.assertIn(f"62.1.0.0/25: allowed in {self.path()}\n", said)
        self.assertIn(f"62.1.0.200/32: allowed in {self.path()}\n", said)
        self.assertIn(
            "d0.example lists 7 networks, 127 IPv4 addresses (before: 1 network, 256 "
            "IPv4\n    addresses)\n",
            said,
        )
        for address in ("62.1.0.1", "62.1.0.200"):
            self.assert_not_listed(server.port, address)
        self.assert_listed(server.port, "62.1.0.201")
        self.assertEqual(
            json.loads(self.read())["allow"]["networks"][0],
            {
                "network": "62.1.0.0/25",
                "until": "9990-01-02",
                "comment": 'he wrote: "not me"',
            },
        )

        self.assert_done(run("add", "-c", server.file, "d1.example"))
        said = self.assert_done(run("allow", "-c", server.file, "friend.example"))
        self.assertIn("friend.example allows 1 network, 128 IPv4 addresses\n", said)
        self.assert_not_listed(server.port, "62.1.1.200")
        self.assert_listed(server.port, "62.1.1.1")

    def test_comments_order_and_layout_stay(self):
        before = (
            "// ours\r\n{\r\n\t/* d9.example */ \"domains\": [ // spammers\r\n"
            '\t\t"D8.example.", // first seen in 2016\r\n'
            '\t\t{ "name" : "d7.example","comment":"[" } /* of the same */\r\n'
            '\t\t// more\r\n\t],\r\n\t"allow" : {"domains":[ "friend.example" ]}\r\n}'
        )
        self.write(before, "10-ours.json")
        server = self.start(entry_files=[self.path("10-ours.json")])
        self.assert_done(
            run("add", "-c", server.file, "d1.example", "--comment", "new")
        )
        comma = before.replace('"[" } /*', '"[" }, /*')
        added = '\t\t{ "name": "d1.example", "comment": "new" }\r\n'
        self.assertEqual(
            self.read("10-ours.json"), comma.replace("\t\t// more", added + "\t\t// more")
        )
        self.assert_done(run("remove", "-c", server.file, "d1.example"))
        self.assertEqual(self.read("10-ours.json"), before)
        self.assert_done(run("remove", "-c", server.file, "d8.example"))
        self.assertEqual(
            self.read("10-ours.json"),
            before.replace('"D8.example.", // first', "// first"),
        )

    def test_twenty_at_once_lose_nothing(self):
        server = self.start()
        names = [f"d{i}.example" for i in range(1, 21)]
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            for done in pool.map(
                lambda name: run("add", "-c", server.file, name, timeout=120), names
            ):
                self.assert_done(done)
        self.assertEqual(sorted(json.loads(self.read())["domains"]), sorted(names))
        for i in range(1, 21):
            self.wait_until_listed(server.port, f"62.1.{i}.1")
        self.assertEqual(os.listdir(self.folder), ["added.json"])

    def test_a_server_that_refuses_its_file_says_why(self):
        server = self.start()
        other = self.file(
            "other.json",
            json.dumps({**server.configuration, "listen": ["127.0.0.1:1"]}),
        )
        server.write('{"domains": ["d0.example"], "thread": 1}')
        done = run("add", "-c", other, "d1.example")
        self.assert_done(
            done, CONFIG, r"the server refuses its configuration: .*/thread: unknown"
        )
        self.assertIn("d1.example", self.read())
        self.assert_not_listed(server.port, "62.1.1.1")

    def test_a_server_that_cannot_be_told_is_no_success(self):
        if os.geteuid() != 0:
            self.skipTest("only root can start it as somebody else")
        server = self.start()
        os.chmod(os.path.dirname(server.file), 0o755)
        os.chown(self.folder, NOBODY, NOBODY)
        self.write("{}")
        os.chown(self.path(), NOBODY, NOBODY)
        done = self.as_nobody("add", "-c", server.file, "d1.example")
        self.assert_done(
            done, UNAVAILABLE, r"cannot reload the server, process \d+: Operation not"
        )
        self.assertIn("d1.example", self.read())

    def as_nobody(self, *arguments):
        return subprocess.run(
            [
                tool("setpriv"), f"--reuid={NOBODY}", f"--regid={NOBODY}",
                "--clear-groups", program(), *arguments,
            ],
            capture_output=True,
            text=True,
            timeout=2 * PATIENCE_S,
        )

    def test_where_it_may_not_write_it_says_so_and_nothing_changes(self):
        if os.geteuid() != 0:
            self.skipTest("only root can start it as somebody else")
        server = self.start()
        for folder in (os.path.dirname(server.file), self.folder):
            os.chmod(folder, 0o755)
        self.write('{"domains": ["d3.example"]}')
        for command in ("add", "remove"):
            done = self.as_nobody(command, "-c", server.file, "d3.example", "d1.example")
            self.assertNotEqual(done.returncode, OK)
        done = self.as_nobody("add", "-c", server.file, "d1.example")
        self.assert_done(
            done, UNAVAILABLE, r'cannot write "\S*\.added\.json\.new": Permission denied'
        )
        self.assertEqual(self.read(), '{"domains": ["d3.example"]}')
        self.assertEqual(os.listdir(self.folder), ["added.json"])


class Stranger:
    """Answers each connection to a port with some octets, or never."""

    def __init__(self, octets):
        self._held = []
        self._octets = octets
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.at = "127.0.0.1:%d" % self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            self._held.append(client)
            if self._octets is not None:
                client.recv(4096)
                client.sendall(self._octets)
                client.close()

    def close(self):
        # Only shutdown() wakes accept().
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for each in self._held:
            each.close()


def http(body, *headers):
    head = "\r\n".join(["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *headers])
    return f"{head}\r\n\r\n{body}".encode("ascii")


class AtTheAdminPort(EditCase):
    """Who may stand there when something was written, with a server that answers
    lookups and without one."""

    OWN = "Server: spfblock"
    JSON = "Content-Type: application/json"
    # What it says; whether a server of ours says so.
    STRANGERS = {
        "another program's page": (http("<p>", "Content-Type: text/html"), False),
        "another program's JSON": (http("{}", JSON, "Server: other/1"), False),
        "no HTTP": (b"220 mx.example.org ESMTP\r\n", False),
        "hangs up": (b"", False),
        "hangs": (None, False),
        "an earlier version": (http('{"time": "2026-11-01T00:00:00Z"}', JSON), True),
        "a later version": (http('{"later": [1]}', JSON, OWN), True),
    }

    def reload(self, admin, port):
        file = self.without_server(admin=admin, listen=[f"127.0.0.1:{port}"])
        return run("add", "-c", file, "d1.example")

    def assert_not_reloaded(self, done, stderr):
        self.assertEqual(
            self.assert_done(done, UNAVAILABLE, stderr),
            f"d1.example: added to {self.path()}\n",
        )
        os.unlink(self.path())

    def assert_not_running(self, done):
        self.assert_done(done, stderr=r"not running \(.*\): takes effect at the next")
        os.unlink(self.path())

    def test_strangers(self):
        server = self.start(admin="")
        for name, (octets, is_ours) in self.STRANGERS.items():
            with self.subTest(name):
                at = self.closing(Stranger(octets)).at
                done = self.reload(at, server.port)
                if is_ours:
                    self.assert_not_reloaded(done, "says what became of the reload")
                else:
                    self.assert_not_reloaded(done, f"cannot reload the server: .*{at}")
                    self.assert_not_running(self.reload(at, free_port()))

    def test_nobody(self):
        server = self.start(admin="")
        nobody = f"127.0.0.1:{free_port()}"
        self.assert_not_running(self.reload(nobody, free_port()))
        self.assert_not_running(self.reload("", free_port()))
        for admin in (nobody, ""):
            self.assert_not_reloaded(
                self.reload(admin, server.port), "takes effect when it is reloaded"
            )


class WithoutAServer(EditCase):
    def test_it_is_written_and_takes_effect_at_the_next_start(self):
        file = self.without_server()
        said = self.assert_done(
            run("add", "-c", file, "d1.example"),
            stderr=r"not running \(127\.0\.0\.1:\d+: Connection refused\): takes "
            "effect at the next start",
        )
        self.assertEqual(said, f"d1.example: added to {self.path()}\n")
        self.assert_done(run("check", "-c", file))

    def test_an_entry_that_is_there_is_told_with_its_place(self):
        self.write(
            '{"domains": ["d1.example",\n'
            ' {"name": "d2.example", "action": "HOLD", "comment": "odd"}],\n'
            ' "allow": {"networks": ["62.2.0.0/24"], "domains": ["d4.example"]}}'
        )
        before = self.read()
        file = self.without_server()
        place = re.escape(self.path())
        said = self.assert_done(run("add", "-c", file, "d1.example", "d0.example"))
        self.assertRegex(said, f"d1.example is listed already: {place}:1\n")
        self.assertRegex(said, r"d0.example is listed already: \S*spfblock.json:3\n")
        self.assert_done(
            run("add", "-c", file, "d1.example", "--watch", "--until", "9990-01-01"),
            NEGATIVE,
            r'd1.example is listed already, but with the action "REJECT {domain}", '
            f"without an end: {place}:1\n",
        )
        self.assert_done(
            run("add", "-c", file, "d2.example", "--comment", "even"),
            NEGATIVE,
            'but with the action "HOLD", with the comment "odd": ' + place + ":2",
        )
        self.assertEqual(
            self.assert_done(run("allow", "-c", file, "62.2.0.0/24", "D4.example")),
            f"62.2.0.0/24 is allowed already: {self.path()}:3\n"
            f"d4.example is allowed already: {self.path()}:3\n",
        )
        self.assert_done(
            run("allow", "-c", file, "62.2.0.0/24", "--until", "9990-01-01"),
            NEGATIVE,
            f"62.2.0.0/24 is allowed already, but without an end: {place}:3",
        )
        self.assertEqual(self.read(), before)

    def test_what_stands_elsewhere_is_not_removed(self):
        with open(self.path("list.txt"), "w", encoding="ascii") as file:
            file.write("# theirs\nd5.example\n")
        self.write('{"domains": ["d1.example", "d5.example"]}')
        file = self.without_server(domain_files=[self.path("list.txt")])
        done = run("remove", "-c", file, "d0.example", "d1.example", "d6.example")
        self.assertEqual(done.returncode, NEGATIVE)
        self.assertRegex(done.stderr, r"d0.example stands in \S*spfblock.json:3, which")
        self.assertRegex(done.stderr, "d6.example is not listed")
        self.assertEqual(done.stdout, f"d1.example: removed from {self.path()}\n")
        done = run("remove", "-c", file, "d5.example")
        self.assertEqual(done.returncode, NEGATIVE)
        self.assertRegex(done.stderr, r"d5.example stands in \S*list.txt:2, which")
        self.assertEqual(self.read(), '{"domains": []}')
        with open(self.path("list.txt"), encoding="ascii") as list_file:
            self.assertEqual(list_file.read(), "# theirs\nd5.example\n")

    def test_all_that_is_wrong_is_said_and_nothing_is_written(self):
        self.write('{"domains": ["d1.example",]}')
        before = self.read()
        for command in ("add", "remove", "allow"):
            self.assert_done(
                run(command, "-c", self.without_server(), "d2.example"),
                CONFIG,
                re.escape(self.path()) + ":1: syntax error",
            )
        faulty = self.without_server(action="FROWN", thread=1)
        self.write('{"domains": ["d1.example"]}', "good.json")
        os.unlink(self.path())
        for command in ("add", "remove", "allow"):
            done = run(command, "-c", faulty, "d1.example")
            self.assert_done(done, CONFIG, ": /action: unknown action")
            self.assertIn(": /thread: unknown setting", done.stderr)
        self.assertEqual(os.listdir(self.folder), ["good.json"])
        self.write(before)
        self.assertEqual(self.read(), before)

    def test_what_is_no_domain_network_or_day_is_usage(self):
        file = self.without_server()
        for arguments, why in (
            (["add", "two words"], "expected a domain name of letters"),
            (["add", "\u2603.example"], "no domain name"),
            (["add", "d1.example", "--until", "soon"], "expected a day of the cal"),
            (["add", "d1.example", "--until", "2020-01-01"], "not begun"),
            (["add"], "DOMAIN is required"),
            (["remove", "192.0.2.1"], "expected a domain name"),
            (["remove", "d1.example", "--watch"], "unknown option: --watch"),
            (["allow", "192.0.2.1/24"], "host bits are set"),
            (["allow", "192.0.2"], "is not an IP address"),
            (["allow", "d_/"], "is not an IP address"),
            (["allow", "localhost"], "at least two labels"),
        ):
            with self.subTest(arguments=arguments):
                self.assert_done(run(*arguments, "-c", file), USAGE, why)
        self.assertEqual(os.listdir(self.folder), [])

    def test_a_file_for_new_entries_must_be_named(self):
        self.assert_done(
            run("add", "-c", self.without_server(entry_files=[]), "d1.example"),
            CONFIG,
            r'add the line "entry_files": \["conf.d/\*.json"\],',
        )
        patterns = [self.path("1*.json"), self.path("*/*.json")]
        self.assert_done(
            run("add", "-c", self.without_server(entry_files=patterns), "d1.example"),
            CONFIG,
            "no pattern takes a file added.json",
        )
        patterns += [self.path("more.json"), self.path("*.json")]
        file = self.without_server(entry_files=patterns)
        self.assert_done(run("add", "-c", file, "d1.example"))
        self.assertEqual(os.listdir(self.folder), ["more.json"])

    def test_owner_and_mode_are_those_of_the_file_or_of_its_like(self):
        file = self.without_server()
        os.chmod(file, 0o640)
        if os.geteuid() == 0:
            os.chown(file, 0, 33)

        def access(path):
            about = os.stat(path)
            return about.st_mode & 0o7777, about.st_uid, about.st_gid

        self.assert_done(run("add", "-c", file, "d1.example"))
        self.assertEqual(access(self.path()), access(file))

        os.chmod(self.path(), 0o604)
        if os.geteuid() == 0:
            os.chown(self.path(), 7, 8)
        before = access(self.path())
        self.assert_done(run("add", "-c", file, "d2.example"))
        self.assertEqual(access(self.path()), before)

        os.rename(self.path(), self.path("other.json"))
        self.assert_done(run("add", "-c", file, "d3.example"))
        self.assertEqual(access(self.path()), before)

    def test_a_symbolic_link_is_written_through(self):
        elsewhere = self.file("real.json", '{"domains": ["d1.example"]}')
        os.symlink(elsewhere, self.path("link"))
        os.symlink("link", self.path())
        file = self.without_server()
        self.assert_done(run("add", "-c", file, "d2.example"))
        self.assertEqual(os.readlink(self.path()), "link")
        self.assertEqual(os.readlink(self.path("link")), elsewhere)
        with open(elsewhere, encoding="ascii") as real:
            self.assertEqual(real.read(), '{"domains": ["d1.example", "d2.example"]}')

    def test_a_provider_is_added_where_that_is_meant(self):
        file = self.without_server(allow={"providers": True})
        done = run("add", "-c", file, "d1.example", "sendgrid.net")
        self.assertEqual((done.returncode, done.stdout), (NEGATIVE, ""))
        self.assertIn("sendgrid.net is a provider: honest mail comes", done.stderr)
        self.assertFalse(os.path.exists(self.path()))
        done = run("add", "-c", file, "--provider", "d1.example", "sendgrid.net")
        self.assert_done(done)
        with open(self.path(), encoding="ascii") as edited:
            self.assertEqual(
                json.load(edited)["domains"],
                ["d1.example", {"name": "sendgrid.net", "provider": True}],
            )
        self.assert_done(run("add", "-c", file, "sendgrid.net"))
        done = run("check", "-c", file)
        self.assertIn("sendgrid.net is a provider: listed on purpose\n", done.stdout)

    def test_what_is_odd_about_the_edit_is_said(self):
        file = self.without_server()
        self.assert_done(
            run("allow", "-c", file, "d0.example"),
            stderr='warning: "d0.example" is allowed, too, and so lists nothing',
        )

    def test_killed_at_any_moment_it_leaves_the_former_file_or_the_new_one(self):
        file = self.without_server()
        seed = random.randrange(2**32)
        moments = random.Random(seed)
        started = time.monotonic()
        self.assert_done(run("add", "-c", file, "a0.example"))
        whole = time.monotonic() - started
        listed = ["a0.example"]
        killed = 0
        for i in range(1, 60):
            child = subprocess.Popen(
                [program(), "add", "-c", file, f"a{i}.example"],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            time.sleep(moments.uniform(0, 1.2 * whole))
            child.send_signal(signal.SIGKILL)
            killed += child.wait(PATIENCE_S) == -signal.SIGKILL
            now = json.loads(self.read())["domains"]
            self.assertIn(now, (listed, [*listed, f"a{i}.example"]), f"seed {seed}")
            listed = now
        self.assertGreater(killed, 0)
        # Whatever it left: the next one is not held up.
        self.assert_done(run("add", "-c", file, "last.example"))
        self.assertEqual(json.loads(self.read())["domains"], [*listed, "last.example"])
        self.assertEqual(os.listdir(self.folder), ["added.json"])


if __name__ == "__main__":
    unittest.main()
