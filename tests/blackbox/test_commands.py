"""The command line: what each command prints, exit codes, the examples.

Tests also: command_output, standard_streams.
"""

import http.server
import json
import os
import re
import shutil
import signal
import subprocess
import threading

from .harness.case import BlackBoxCase
from .harness.dns_message import SERVFAIL
from .harness.ports import LOOPBACK, free_port
from .harness.process import Process
from .harness.scripted_dns import ScriptedDns
from .harness.spfblock import CHECKOUT, listening, program, run
from .harness.waiting import PATIENCE_S, eventually

OK, NEGATIVE, USAGE, UNAVAILABLE, CONFIG = 0, 1, 64, 69, 78

TORAMAKI = [
    "45.120.196.0/22",
    "45.124.217.0/24",
    "103.58.71.0/24",
    "103.227.8.0/22",
    "103.232.203.0/24",
    "103.243.243.0/24",
    "103.248.70.0/24",
    "103.251.157.0/24",
]
ZONE = (
    'toramaki.net. 3600 IN TXT "v=spf1 include:spf-stx.burn-oxygen.com ~all"\n'
    'spf-stx.burn-oxygen.com. 300 IN TXT "v=spf1 '
    + " ".join(f"ip4:{network}" for network in TORAMAKI)
    + ' ~all"\n'
)

COMMANDS = re.findall(r"(?m)^  ([a-z]+) ", run("--help").stdout.split("Subcommands:")[1])

# What must follow a command; where nothing is said, nothing must.
ARGUMENTS = {
    "query": ["62.1.0.1"],
    "expand": ["toramaki.net"],
    "explain": ["62.1.0.1"],
    "export": ["--format", "plain"],
    "top": ["--once"],
    "add": ["toramaki.net"],
    "remove": ["toramaki.net"],
    "allow": ["62.1.0.1"],
    "replay": ["/dev/null"],
    "suggest": ["/dev/null"],
    "report": ["/dev/null"],
}

# One fault a line, each with the pointer that must be named.
FAULTS = [
    ('"listen": ["127.0.0.1:99999"]', "/listen/0"),
    ('"threds": 1', "/threds"),
    ('"connections": "many"', "/connections"),
    ('"action": "FROWN at {domain}"', "/action"),
    ('"domains": ["toramaki.net", "two words"]', "/domains/1"),
    (
        '"networks": [{"network": "62.1.0.0/33", "action": "REJECT"}]',
        "/networks/0/network",
    ),
    ('"on_permerror": "panic"', "/on_permerror"),
    (
        '"allow": {"domains": [{"name": "a.example", "until": "2027-02-30"}]}',
        "/allow/domains/0/until",
    ),
    ('"limits": {"widest_ipv4": 64}', "/limits/widest_ipv4"),
    ('"resolver": {"servers": ["ns.example"]}', "/resolver/servers/0"),
    ('"refresh": {"interval": "soon"}', "/refresh/interval"),
    ('"state_file": null', "/state_file"),
    ('"log": {"level": "loud"}', "/log/level"),
]


class Check(BlackBoxCase):
    def test_a_valid_configuration_exits_0(self):
        file = self.file(
            "valid.json",
            '{ // a comment\n "domains": ["toramaki.net"] /* another */ }\n',
        )
        self.assertEqual(run("check", "-c", file).returncode, OK)

    def test_every_fault_is_named_on_one_run_with_file_line_and_pointer(self):
        lines = ",\n".join(f"  {text}" for text, _ in FAULTS)
        file = self.file("broken.json", "{\n" + lines + "\n}\n")
        done = run("check", "-c", file)
        self.assertEqual(done.returncode, CONFIG)
        for number, (text, pointer) in enumerate(FAULTS, start=2):
            with self.subTest(fault=text):
                self.assertRegex(
                    done.stderr,
                    rf"(?m)^{re.escape(file)}:{number}: {pointer}: \S",
                )

    def test_a_key_given_twice_is_a_fault(self):
        file = self.file(
            "twice.json",
            '{\n  "domains": ["a.example"],\n  "domains": ["b.example"]\n}\n',
        )
        done = run("check", "-c", file)
        self.assertEqual(done.returncode, CONFIG)
        self.assertIn(f"{file}:3: /domains: ", done.stderr)

    def test_text_that_is_no_json_is_reported_with_its_line(self):
        for text, line in (
            ("", 1),
            ("{\n", 2),
            ('{\n  "domains": ["a.example"],,\n}\n', 2),
            ('{\n\n\n  "domains": [0x]\n}\n', 4),
            ("\0\0\0", 1),
        ):
            with self.subTest(text=text):
                file = self.file("no.json", text)
                done = run("check", "-c", file)
                self.assertEqual(done.returncode, CONFIG)
                found = re.search(rf"(?m)^{re.escape(file)}:(\d+): ", done.stderr)
                self.assertTrue(found, done.stderr)
                self.assertLessEqual(int(found[1]), line)

    def test_nothing_to_list_is_a_fault(self):
        done = run("check", "-c", self.file("empty.json", "{}"))
        self.assertEqual(done.returncode, CONFIG)

    def test_a_missing_file_is_a_faulty_configuration(self):
        missing = os.path.join(self.directory(), "missing.json")
        for command in (["check"], ["serve"], ["expand", "toramaki.net"]):
            with self.subTest(command=command):
                done = run(command[0], "-c", missing, *command[1:])
                self.assertEqual(done.returncode, CONFIG)
                self.assertIn(missing, done.stderr)

    def test_serve_refuses_a_faulty_configuration_with_every_fault(self):
        file = self.file(
            "broken.json", '{\n  "domains": ["a.example"],\n  "x": 1,\n  "y": 2\n}\n'
        )
        done = run("serve", "-c", file)
        self.assertEqual(done.returncode, CONFIG)
        self.assertIn(f"{file}:3: /x: ", done.stderr)
        self.assertIn(f"{file}:4: /y: ", done.stderr)

    def test_domain_files_are_read_and_their_mistakes_are_warnings(self):
        directory = self.directory()
        for name, text in (
            ("a.txt", "# comment\ntoramaki.net\n\n"),
            ("b.txt", "good.example\nnot a name\n"),
        ):
            with open(os.path.join(directory, name), "w", encoding="ascii") as file:
                file.write(text)
        pattern = os.path.join(directory, "a*.txt")
        file = self.file("valid.json", json.dumps({"domain_files": [pattern]}))
        self.assertEqual(run("check", "-c", file).returncode, OK)

        pattern = os.path.join(directory, "*.txt")
        file = self.file("odd.json", json.dumps({"domain_files": [pattern]}))
        done = run("check", "-c", file)
        self.assertEqual(done.returncode, OK)
        self.assertIn(": valid, 2 domains, ", done.stdout)
        bad = os.path.join(directory, "b.txt")
        self.assertIn(f'{bad}:2: warning: found "not a name" ', done.stderr)


class Query(BlackBoxCase):
    def setUp(self):
        zone = self.file("test.zone", ZONE)
        self.spfblock = self.serve(
            {"domains": ["toramaki.net"], "resolver": {"zone_file": zone}}
        )
        self.server = f"127.0.0.1:{self.spfblock.port}"
        self.wait_until_listed(self.spfblock.port, "45.120.197.160")

    def query(self, *keys, stdin=""):
        return run("query", "--server", self.server, *keys, stdin=stdin)

    def test_prints_key_tab_value_of_each_key_found(self):
        done = self.query("45.120.197.160", "103.58.71.0")
        self.assertEqual(done.returncode, OK)
        self.assertEqual(
            done.stdout,
            "45.120.197.160\tREJECT listed in the SPF record of toramaki.net\n"
            "103.58.71.0\tREJECT listed in the SPF record of toramaki.net\n",
        )
        self.assertEqual(done.stderr, "")

    def test_finds_the_server_in_the_configuration(self):
        done = run("query", "-c", self.spfblock.file, "45.120.197.160")
        self.assertEqual(done.returncode, OK)
        self.assertTrue(done.stdout.startswith("45.120.197.160\tREJECT "))

    def test_exits_1_if_some_key_is_not_found(self):
        done = self.query("45.120.197.160", "45.120.200.1")
        self.assertEqual(done.returncode, NEGATIVE)
        self.assertEqual(len(done.stdout.splitlines()), 1)
        for key in ("45.120.200.1", "unknown", "100%", "a b", "caf\u00e9", ""):
            with self.subTest(key=key):
                done = self.query(key)
                self.assertEqual((done.returncode, done.stdout), (NEGATIVE, ""))

    def test_a_key_in_brackets_is_asked_as_it_is(self):
        done = self.query("[45.120.197.160]", "45.120.197.160")
        self.assertEqual(done.returncode, NEGATIVE)
        self.assertEqual(done.stdout.split("\t")[0], "45.120.197.160")

    def test_a_hyphen_reads_keys_from_stdin(self):
        keys = ["45.120.196.0", "unknown", "45.120.199.255"] * 500
        done = self.query("-", stdin="".join(key + "\n" for key in keys))
        self.assertEqual(done.returncode, NEGATIVE)
        self.assertEqual(
            [line.split("\t")[0] for line in done.stdout.splitlines()],
            [key for key in keys if key != "unknown"],
        )
        self.assertEqual(self.query("-", stdin="45.120.196.0\n").returncode, OK)
        self.assertEqual(self.query("-", stdin="45.120.196.0").returncode, OK)

    def test_exits_69_if_nobody_listens(self):
        self.spfblock.stop()
        done = self.query("45.120.197.160")
        self.assertEqual((done.returncode, done.stdout), (UNAVAILABLE, ""))
        self.assertIn(self.server, done.stderr)


class Expand(BlackBoxCase):
    def configuration(self, **changes):
        zone = self.file("test.zone", ZONE)
        return self.file(
            "spfblock.json",
            json.dumps(
                {
                    "domains": ["toramaki.net"],
                    "resolver": {"zone_file": zone},
                    **changes,
                }
            ),
        )

    def test_prints_the_include_tree_with_every_network(self):
        done = run("expand", "-c", self.configuration(), "toramaki.net")
        self.assertEqual(done.returncode, OK, done.stderr)
        names = ["toramaki.net", "spf-stx.burn-oxygen.com"]
        for text in [*names, "3600", "300", *TORAMAKI]:
            self.assertIn(text, done.stdout)

    def test_json_is_json_with_every_network(self):
        done = run("expand", "-c", self.configuration(), "--json", "toramaki.net")
        self.assertEqual(done.returncode, OK, done.stderr)
        text = json.dumps(json.loads(done.stdout))
        for network in TORAMAKI:
            self.assertIn(f'"{network}"', text)

    def test_of_an_address_says_whether_it_passes_and_by_which_term(self):
        file = self.configuration()
        done = run("expand", "-c", file, "--address", "45.120.197.160", "toramaki.net")
        self.assertEqual(
            (done.returncode, done.stdout),
            (
                OK,
                "45.120.197.160 passes toramaki.net\n"
                "  toramaki.net -> include:spf-stx.burn-oxygen.com ->"
                " ip4:45.120.196.0/22\n",
            ),
            done.stderr,
        )
        done = run(
            "expand", "-c", file, "--address=::1", "toramaki.net", "no.example"
        )
        self.assertEqual(
            (done.returncode, done.stdout),
            (
                NEGATIVE,
                "::1 does not pass toramaki.net\n"
                "  toramaki.net -> ~all\n"
                "::1 does not pass: there is no SPF record at no.example\n",
            ),
        )

    def test_exits_69_if_dns_does_not_answer(self):
        dns = self.closing(ScriptedDns({}))
        dns.silent.add("toramaki.net")
        file = self.configuration(
            resolver={"servers": [dns.server], "timeout": "1s", "attempts": 1}
        )
        done = run("expand", "-c", file, "toramaki.net")
        self.assertEqual(done.returncode, UNAVAILABLE)
        self.assertIn("toramaki.net", done.stderr + done.stdout)
        done = run("expand", "-c", file, "--address", "62.1.1.1", "toramaki.net")
        self.assertEqual(done.returncode, UNAVAILABLE)
        self.assertIn("is left undecided by the DNS", done.stdout)

    def test_a_question_that_failed_is_told_and_no_error_where_others_did_not(self):
        dns = self.closing(
            ScriptedDns(
                {
                    ("part.test", "TXT"): ["v=spf1 ip4:45.0.1.0/24 include:dead.test -all"],
                    ("whole.test", "TXT"): ["v=spf1 include:dead.test -all"],
                }
            )
        )
        dns.rcodes["dead.test"] = SERVFAIL
        file = self.configuration(resolver={"servers": [dns.server]})
        part = run("expand", "-c", file, "part.test")
        self.assertEqual(part.returncode, OK, part.stderr)
        self.assertIn("45.0.1.0/24", part.stdout)
        self.assertIn("dead.test TXT: SERVFAIL", part.stdout)
        both = run("expand", "-c", file, "whole.test", "part.test")
        self.assertEqual(both.returncode, OK)
        for domains in (["whole.test"], ["dead.test"], ["whole.test", "dead.test"]):
            self.assertEqual(run("expand", "-c", file, *domains).returncode, UNAVAILABLE)

    def test_uses_the_settings_that_the_server_would(self):
        dns = self.closing(
            ScriptedDns(
                {
                    (name, "TXT"): ["v=spf1 ipv4:45.0.1.1 ip4:45.0.0.0/15 ip4:45.4.0.0/16"]
                    for name in ("listed.test", "other.test", "friend.test", "vendor.test")
                }
            )
        )
        file = self.configuration(
            on_permerror="skip",
            domains=["sound.test", {"name": "listed.test", "on_permerror": "stop"}],
            allow={
                "domains": ["friend.test"],
                "providers": [self.file("providers.txt", "vendor.test\n")],
            },
            resolver={"servers": [dns.server]},
        )
        for name, listed in (
            ("listed.test", []),  # a syntax error, and "stop"
            ("other.test", ["45.4.0.0/16"]),  # by the settings of the file
            ("friend.test", ["45.0.0.0/15", "45.4.0.0/16"]),  # no width of a listing
            ("vendor.test", ["45.0.0.0/15", "45.4.0.0/16"]),
        ):
            done = run("expand", "-c", file, "--json", name)
            self.assertEqual(done.returncode, OK, done.stderr)
            domain = json.loads(done.stdout)["domains"][0]
            self.assertEqual(domain["networks"], listed, name)


class Administered(BlackBoxCase):
    """A server with an admin port and a state file."""

    def start(self, zone=ZONE, **changes):
        return self.serve(
            {
                "domains": ["toramaki.net"],
                "resolver": {"zone_file": self.file("test.zone", zone)},
                "admin": f"127.0.0.1:{free_port()}",
                "state_file": os.path.join(self.directory(), "state.json"),
                **changes,
            }
        )

    def start_listing(self, **changes):
        server = self.start(**changes)
        self.wait_until_listed(server.port, "45.120.197.160")
        return server

    def wait_until_saved(self, server):
        state = server.configuration["state_file"]
        eventually(lambda: os.path.exists(state), "the state is saved")

    def assert_reads_the_state(self, done, server, why):
        state = server.configuration["state_file"]
        self.assertRegex(
            done.stderr,
            rf"^spfblock: .*{why}; reading {re.escape(state)} of "
            r"\d{4}-\d\d-\d\d \d\d:\d\d UTC\n$",
        )

    def assert_69_without_server_and_state(self, *command):
        """In every way in which there may be neither."""
        server = self.start_listing()
        server.stop()
        missing = os.path.join(self.directory(), "missing.json")
        damaged = self.file("damaged.json", "{}\n")
        for admin, state_file, complaint in (
            (server.configuration["admin"], "", "Connection refused; no state file"),
            (server.configuration["admin"], missing, f'no state file "{missing}"'),
            ("", damaged, f'admin port is off; cannot use "{damaged}"'),
        ):
            with self.subTest(state_file=state_file):
                server.write(
                    {**server.configuration, "admin": admin, "state_file": state_file}
                )
                done = run(command[0], "-c", server.file, *command[1:])
                self.assertEqual((done.returncode, done.stdout), (UNAVAILABLE, ""))
                self.assertIn(complaint, done.stderr)
        self.assertEqual(os.listdir(os.path.dirname(missing)), [])
        self.assertEqual(os.listdir(os.path.dirname(damaged)), ["damaged.json"])


class OtherProgram:
    """One that happens to have the port, and answers whatever it is asked."""

    PAGE = "<html>It works!</html>"

    def __init__(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = OtherProgram.PAGE.encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer((LOOPBACK, 0), Handler)
        self.endpoint = f"{LOOPBACK}:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Explain(Administered):
    def assert_explains_the_chain(self, done):
        self.assertEqual(done.returncode, OK, done.stderr)
        self.assertTrue(
            done.stdout.startswith("45.120.197.160 is listed by toramaki.net\n")
        )
        self.assertIn(
            "toramaki.net -> include:spf-stx.burn-oxygen.com -> ip4:45.120.196.0/22",
            " ".join(done.stdout.split()),
        )
        for seen in ("first seen", "last seen"):
            self.assertRegex(
                done.stdout, rf"(?m)^  {seen} +[-0-9]{{10}} [:0-9]{{5}} UTC, \d+s ago$"
            )

    def test_names_the_listing_the_chain_of_includes_and_when_it_was_seen(self):
        server = self.start_listing()
        done = run("explain", "-c", server.file, "45.120.197.160")
        self.assert_explains_the_chain(done)
        self.assertEqual(done.stderr, "")

    def test_exits_1_for_an_address_that_no_listing_holds(self):
        server = self.start_listing()
        done = run("explain", "-c", server.file, "45.120.200.1")
        self.assertEqual(done.returncode, NEGATIVE, done.stderr)
        self.assertEqual(done.stdout, "45.120.200.1 is not listed\n")

    def test_a_bounce_has_an_empty_sender(self):
        zone = self.file("a.zone", ZONE)
        file = self.file(
            "a.json",
            json.dumps(
                {
                    "domains": ["toramaki.net"],
                    "state_file": "",
                    "resolver": {"zone_file": zone},
                }
            ),
        )
        for empty in (["--sender="], ["--sender", ""], []):
            with self.subTest(empty=empty):
                done = run(
                    "explain", "-c", file, *empty, "--helo=toramaki.net", "45.120.197.160"
                )
                self.assertEqual(done.returncode, OK, done.stderr)
                self.assertIn("from postmaster@toramaki.net", done.stdout)
        done = run("explain", "-c", file, "--sender=", "45.120.197.160")
        self.assertEqual(
            (done.returncode, done.stdout), (NEGATIVE, "none: empty domain name\n")
        )

    def test_names_the_allow_entry_or_the_limit_that_keeps_an_address_off(self):
        server = self.start_listing(
            zone=ZONE + 'wide.example. 60 IN TXT "v=spf1 ip4:62.0.0.0/8 -all"\n',
            domains=["toramaki.net", "wide.example"],
            allow={"networks": ["103.58.71.0/25"]},
        )
        for address, listing, reason in (
            ("103.58.71.1", "toramaki.net", "allowed by network 103.58.71.0/25"),
            (
                "62.1.0.1",
                "wide.example",
                "too wide: wide.example -> ip4:62.0.0.0/8",
            ),
        ):
            with self.subTest(address=address):
                expected = (
                    f"{address} is not listed\n"
                    f"kept off {listing}\n"
                    f"  reason      {reason}\n"
                )
                eventually(
                    lambda a=address, e=expected: run(
                        "explain", "-c", server.file, a
                    ).stdout
                    == e,
                    expected,
                )
                done = run("explain", "-c", server.file, address)
                self.assertEqual(done.returncode, NEGATIVE)

    def test_reads_the_state_file_where_the_server_cannot_be_asked(self):
        server = self.start_listing()
        server.stop()
        done = run("explain", "-c", server.file, "45.120.197.160")
        self.assert_explains_the_chain(done)
        self.assert_reads_the_state(done, server, "Connection refused")

        server.write({**server.configuration, "admin": ""})
        done = run("explain", "-c", server.file, "45.120.197.160")
        self.assert_explains_the_chain(done)
        self.assert_reads_the_state(done, server, "the admin port is off")
        done = run("explain", "-c", server.file, "45.120.200.1")
        self.assertEqual(done.returncode, NEGATIVE)

    def test_exits_69_with_neither_server_nor_state_file(self):
        self.assert_69_without_server_and_state("explain", "45.120.197.160")

    def test_a_busy_admin_port_does_not_stop_the_lookups(self):
        first = self.start()
        admin = first.configuration["admin"]
        second = self.start(admin=admin)
        second.wait_for_line(f"admin port unavailable .*{admin}")
        self.wait_until_listed(second.port, "45.120.197.160")

    def test_the_admin_port_follows_a_reload(self):
        server = self.start()
        self.wait_until_listed(server.port, "45.120.197.160")
        server.reload(admin=f"127.0.0.1:{free_port()}")
        done = run("explain", "-c", server.file, "45.120.197.160")
        self.assertEqual(done.returncode, OK, done.stderr)


class Status(Administered):
    def test_prints_a_table_and_exits_0_while_all_is_fresh(self):
        server = self.start_listing()
        done = run("status", "-c", server.file)
        self.assertEqual((done.returncode, done.stderr), (OK, ""))
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0], "1 domain: 1 fresh")
        self.assertRegex(
            lines[1], r"^hits: \d in the last hour, \d in the last day, \d since the start$"
        )
        self.assertEqual(lines[2], "")
        self.assertEqual(
            lines[3].split(),
            "LISTED STATE NETS IPV4 IPV6 /64 AGE NEXT HITS DAY ACTION".split(),
        )
        self.assertEqual(
            lines[4].split()[:5], ["toramaki.net", "fresh", "8", "3584", "0"]
        )
        self.assertEqual(lines[4].split()[-1], "REJECT")

    def test_counts_hits_since_the_start(self):
        server = self.start_listing()  # asked until it was listed: one hit
        before = self.hits(server)
        for _ in range(3):
            self.assert_listed(server.port, "45.120.197.160")
        self.assert_not_listed(server.port, "45.120.200.1")
        self.assertEqual(self.hits(server), before + 3)

    def hits(self, server):
        lines = run("status", "-c", server.file).stdout.splitlines()
        return int(lines[4].split()[-3])

    def test_json_is_the_document_of_the_admin_port(self):
        server = self.start_listing()
        done = run("status", "-c", server.file, "--json")
        self.assertEqual((done.returncode, done.stderr), (OK, ""))
        document = json.loads(done.stdout)
        self.assertIs(document["stale"], False)
        (domain,) = document["domains"]
        for member, value in (
            ("domain", "toramaki.net"),
            ("role", "listed"),
            ("condition", "fresh"),
            ("networks", 8),
            ("ipv4_addresses", 3584),
            ("action", "REJECT listed in the SPF record of {domain}"),
        ):
            self.assertEqual(domain[member], value, member)
        self.assertGreater(domain["hits"], 0)
        self.assertIs(document["from_state_file"], False)

    def test_shows_the_domains_that_are_named_or_in_trouble(self):
        dns = self.closing(
            ScriptedDns({("toramaki.net", "TXT"): ["v=spf1 ip4:62.1.1.0/24 -all"]})
        )
        dns.silent.add("bad.example")
        server = self.start(
            domains=["toramaki.net", "bad.example"],
            resolver={"servers": [dns.server], "timeout": "1s", "attempts": 1},
        )
        eventually(
            lambda: "bad.example\n  DNS failed"
            in run("status", "-c", server.file).stdout,
            "the failure is shown",
        )

        def status(*arguments):
            done = run("status", "-c", server.file, *arguments)
            listed = re.findall(r"(?m)^(\S+\.\S+) +[a-z]+ +\d", done.stdout)
            return listed, done.returncode

        self.assertEqual(status()[0][0], "bad.example")
        self.assertEqual(status("--trouble"), (["bad.example"], NEGATIVE))
        self.assertEqual(status("toramaki.net")[0], ["toramaki.net"])
        self.assertEqual(status("BAD.example."), (["bad.example"], NEGATIVE))
        done = run("status", "-c", server.file, "--json", "bad.example")
        self.assertEqual(
            [each["domain"] for each in json.loads(done.stdout)["domains"]],
            ["bad.example"],
        )
        done = run("status", "-c", server.file, "other.example")
        self.assertEqual(done.returncode, NEGATIVE)
        self.assertEqual(done.stderr, "spfblock: other.example is not configured\n")

    def test_exits_1_while_a_domain_or_an_allowed_one_is_not_known(self):
        dns = self.closing(ScriptedDns({}))
        dns.silent |= {"toramaki.net", "friend.example"}
        server = self.start(
            allow={"domains": ["friend.example"]},
            resolver={"servers": [dns.server], "timeout": "1s", "attempts": 1},
        )
        done = eventually(
            lambda: (
                (told := run("status", "-c", server.file))
                and told.stdout.count("DNS failed once") == 2
                and told
            ),
            "both failures are shown",
        )
        self.assertEqual(done.returncode, NEGATIVE)
        self.assertRegex(done.stdout, r"(?m)^ALLOWED +STATE")
        self.assertIn(
            "friend.example\n  WARNING: allowed, but its networks are not known",
            done.stdout,
        )
        self.assertEqual(done.stdout.splitlines()[0], "2 domains: 2 unknown")

    def test_reads_the_state_file_where_the_server_cannot_be_asked(self):
        server = self.start_listing()
        server.stop()
        done = run("status", "-c", server.file)
        self.assertEqual(done.returncode, NEGATIVE, done.stderr)
        self.assert_reads_the_state(done, server, "Connection refused")
        self.assertTrue(
            done.stdout.startswith("THE SERVER DOES NOT ANSWER: "), done.stdout
        )
        self.assertRegex(done.stdout, r"(?m)^toramaki.net +fresh +8 +3584 +0 ")

        server.write({**server.configuration, "admin": ""})
        done = run("status", "-c", server.file, "--json")
        self.assertEqual(done.returncode, NEGATIVE, done.stderr)
        self.assertIn("the admin port is off; reading", done.stderr)
        self.assertIn("Connection refused", done.stderr)
        document = json.loads(done.stdout)
        self.assertEqual(document["domains"][0]["networks"], 8)
        self.assertIs(document["from_state_file"], True)

    def test_without_an_admin_port_a_server_that_answers_lookups_is_well(self):
        server = self.start_listing()
        self.wait_until_saved(server)
        server.reload(admin="")
        done = run("status", "-c", server.file)
        self.assertEqual(done.returncode, OK, done.stderr)
        self.assert_reads_the_state(done, server, "the admin port is off")
        self.assertTrue(done.stdout.startswith("1 domain: 1 fresh\n"), done.stdout)

    def test_exits_1_where_the_server_hangs(self):
        server = self.start_listing()
        self.wait_until_saved(server)
        server.suspend()
        self.addCleanup(server.send_signal, signal.SIGCONT)
        done = run("status", "-c", server.file)
        self.assertEqual(done.returncode, NEGATIVE, done.stderr)
        self.assertTrue(
            done.stdout.startswith("THE SERVER DOES NOT ANSWER: "), done.stdout
        )

    def test_a_domain_that_the_state_file_does_not_know_waits(self):
        server = self.start_listing()
        server.stop()
        server.write({**server.configuration, "domains": ["new.example"]})
        done = run("status", "-c", server.file)
        self.assertEqual(done.returncode, NEGATIVE, done.stderr)
        self.assertRegex(done.stdout, r"(?m)^new.example +waiting +0 ")

    def test_what_another_program_says_at_the_admin_port_is_not_taken(self):
        server = self.start_listing()
        self.wait_until_saved(server)
        other = self.closing(OtherProgram())
        server.write({**server.configuration, "admin": other.endpoint})
        for command, status, said in (
            (["status"], NEGATIVE, "THE SERVER DOES NOT ANSWER: "),
            (["explain", "45.120.197.160"], OK, "45.120.197.160 is listed by"),
            (["export", "--format", "plain"], OK, "45.120.196.0/22"),
        ):
            with self.subTest(command=command):
                done = run(command[0], "-c", server.file, *command[1:])
                self.assertEqual(done.returncode, status, done.stderr)
                self.assertIn(said, done.stdout)
                self.assertNotIn(OtherProgram.PAGE, done.stdout)
                self.assert_reads_the_state(
                    done, server, f"another program answers at {other.endpoint}"
                )

    def test_domains_on_their_way_are_not_stale(self):
        dns = self.closing(ScriptedDns({}))
        dns.silent.add("slow.example")
        server = self.start(
            domains=["slow.example"],
            resolver={"servers": [dns.server], "timeout": "60s", "attempts": 1},
        )
        done = run("status", "-c", server.file)
        self.assertEqual(done.returncode, OK, done.stdout)
        self.assertTrue(done.stdout.startswith("1 domain: 1 waiting\n"), done.stdout)

    def test_exits_69_with_neither_server_nor_state_file(self):
        self.assert_69_without_server_and_state("status")
        self.assert_69_without_server_and_state("status", "--json")


class WhileTheFileIsFaulty(Administered):
    """What asks the server needs its address only."""

    def setUp(self):
        self.server = self.start_listing()
        self.admin = self.server.configuration["admin"]

    def say(self, text):
        """Makes that the configuration file."""
        self.server.write(text)

    def run_all(self):
        """The commands that ask, with what they must say."""
        for command, said in (
            (["query", "45.120.197.160"], "REJECT listed in"),
            (["explain", "45.120.197.160"], "is listed by toramaki.net"),
            (["status"], "1 domain: 1 fresh"),
            (["status", "--json"], '"condition": "fresh"'),
            (["status", "--trouble"], "1 domain: 1 fresh"),
            (["status", "toramaki.net"], "toramaki.net"),
            (["query", "--door", "tcp_table", "45.120.197.160"], "REJECT listed in"),
            (["export", "--format", "plain"], "45.120.196.0/22"),
        ):
            with self.subTest(command=command):
                done = run(command[0], "-c", self.server.file, *command[1:])
                self.assertEqual(done.returncode, OK, done.stderr)
                self.assertIn(said, done.stdout)
                yield done

    def test_commands_help_whatever_else_is_wrong(self):
        self.say(
            f'{{ "listen": ["127.0.0.1:{self.server.port}"],'
            f' "admin": "{self.admin}", "domainz": 7,'
            ' "domain_files": ["/nowhere/lists.txt"], "action": "FROWN" }'
        )
        for done in self.run_all():
            self.assertEqual(done.stderr, "")
        self.assertEqual(run("diff", "-c", self.server.file).returncode, CONFIG)

    def test_no_list_is_opened(self):
        lists = self.directory()
        for name in ("a.txt", "b.json", "providers.txt", "seen.json", "a.zone"):
            os.mkfifo(os.path.join(lists, name))  # who opens one waits for ever
        self.server.write(
            {
                **self.server.configuration,
                "domain_files": [os.path.join(lists, "*.txt")],
                "entry_files": [os.path.join(lists, "*.json")],
                "allow": {
                    "providers": [os.path.join(lists, "providers.txt")],
                    "seen": {"file": os.path.join(lists, "seen.json")},
                },
                "resolver": {"zone_file": os.path.join(lists, "a.zone")},
            }
        )
        for done in self.run_all():
            self.assertEqual(done.stderr, "")

    def test_where_the_server_is_away_too_no_file_keeps_a_command_for_ever(self):
        fifo = os.path.join(self.directory(), "a.zone")
        os.mkfifo(fifo)
        self.server.stop()
        self.server.write(
            {
                **self.server.configuration,
                "resolver": {"zone_file": fifo},
            }
        )
        commands = [
            Process([program(), command[0], "-c", self.server.file, *command[1:]])
            for command in (
                ["status"],
                ["explain", "62.1.1.1"],
                ["export", "--format", "plain"],
                ["check"],
                ["diff"],
                ["expand", "toramaki.net"],
                ["allow", "62.1.1.1"],
            )
        ]
        for each in commands:
            self.addCleanup(each.end)
        for each in commands:
            each.wait_for_line("did not come to its end within 10 s")
            self.assertEqual(each.wait(PATIENCE_S), CONFIG)

    def test_what_cannot_be_read_is_told_and_the_default_is_asked(self):
        self.say("{ no JSON")
        for command in (["query", "x"], ["status"], ["explain", "62.1.1.1"]):
            with self.subTest(command=command):
                done = run(command[0], "-c", self.server.file, *command[1:])
                self.assertIn(f"{self.server.file}:1: ", done.stderr)
                self.assertIn("asking where a server is by default", done.stderr)

    def test_a_file_that_cannot_be_read_is_told_and_the_default_is_asked(self):
        done = run("query", "-c", "/nowhere/c.json", "x")
        self.assertIn('cannot read "/nowhere/c.json"', done.stderr)
        self.assertIn("asking where a server is by default", done.stderr)

    def test_where_the_server_is_away_too_the_faults_are_told(self):
        self.server.stop()
        self.say(f'{{ "admin": "{self.admin}", "domainz": 7 }}')
        for command in (["status"], ["explain", "62.1.1.1"]):
            done = run(command[0], "-c", self.server.file, *command[1:])
            self.assertEqual((done.returncode, done.stdout), (CONFIG, ""))
            self.assertIn("Connection refused", done.stderr)
            self.assertIn(": /domainz: ", done.stderr)


class Usage(BlackBoxCase):
    def test_wrong_usage_exits_64_with_a_message_on_stderr(self):
        for arguments in (
            [],
            ["frobnicate"],
            ["--frobnicate"],
            ["serve", "--frobnicate"],
            ["serve", "stray"],
            ["serve", "-c"],
            ["check", "stray"],
            ["query"],
            ["query", "--server", "nonsense", "62.1.0.1"],
            ["query", "--server", "127.0.0.1:99999", "62.1.0.1"],
            ["expand"],
            ["expand", "--address", "nonsense", "toramaki.net"],
            ["expand", "--address", "62.1.0.1", "--json", "toramaki.net"],
            ["help", "frobnicate"],
            ["explain"],
            ["explain", "toramaki.net"],
            ["explain", "[45.120.197.160]"],
            ["status", "two words"],
            ["diff", "stray"],
            ["expand", "[toramaki.net]"],
        ):
            with self.subTest(arguments=arguments):
                done = run(*arguments)
                self.assertEqual(done.returncode, USAGE, done.stderr)
                self.assertNotEqual(done.stderr, "")
                self.assertEqual(done.stdout, "")

    def test_help_and_version_exit_0_everywhere(self):
        for command in ([], *([name] for name in COMMANDS)):
            for option in ("--help", "--version"):
                with self.subTest(command=command, option=option):
                    done = run(*command, option)
                    self.assertEqual(done.returncode, OK, done.stderr)
                    self.assertIn("spfblock", done.stdout)
                    self.assertEqual(done.stderr, "")

    def test_messages_say_what_was_typed(self):
        for arguments, message in (
            ([], "a command is missing"),
            (["-c", "x.json"], "a command is missing"),
            (["frobnicate"], "unknown command: frobnicate"),
            (["statsu"], "unknown command: statsu (did you mean status?)"),
            (["help", "qeury"], "unknown command: qeury (did you mean query?)"),
            (["[x]"], "unknown command: [x]"),
            (["--frob"], "unknown option: --frob"),
            (["query", "--port", "3", "62.1.0.1"], "unknown option: --port"),
            (["serve", "--frob=[x]"], "unknown option: --frob=[x]"),
            (["check", "[x]", "y"], "unexpected argument: [x]"),
        ):
            with self.subTest(arguments=arguments):
                done = run(*arguments)
                self.assertEqual(done.returncode, USAGE)
                self.assertEqual(
                    done.stderr.splitlines()[0], f"spfblock: {message}"
                )

    def test_what_cannot_be_written_is_no_success(self):
        file = self.file("c.json", '{"domains": [], "state_file": ""}')
        for command in (("check", "-c", file), ("--version",), ("help", "status")):
            for stdout in (">/dev/full", ">&-"):
                with self.subTest(command=command, stdout=stdout):
                    done = subprocess.run(
                        ["sh", "-c", f'exec "$@" {stdout}', "sh", program(), *command],
                        stderr=subprocess.PIPE,
                        text=True,
                        timeout=60,
                        check=False,
                    )
                    self.assertEqual(done.returncode, 70)
                    self.assertEqual(done.stderr, "spfblock: cannot write to stdout\n")

    def test_help_is_the_help_of_the_command(self):
        self.assertEqual(run("help").stdout, run("--help").stdout)
        for command in COMMANDS:
            with self.subTest(command=command):
                done = run("help", command)
                self.assertEqual((done.returncode, done.stderr), (OK, ""))
                self.assertEqual(done.stdout, run(command, "--help").stdout)

    def test_the_configuration_may_be_named_before_the_command(self):
        file = self.file("c.json", '{ "domains": ["a.example"] }')
        for arguments in (
            ["-c", file, "check"],
            ["--config", file, "check"],
            [f"--config={file}", "check"],
            ["check", f"--config={file}"],
            ["-c", "/nowhere.json", "check", "-c", file],
        ):
            with self.subTest(arguments=arguments):
                done = run(*arguments)
                self.assertEqual(done.returncode, OK, done.stderr)
                self.assertIn(f"{file}: valid", done.stdout)

    def test_before_any_command_it_is_what_it_is_behind_it(self):
        for command in COMMANDS:
            if command == "help":  # reads none
                continue
            with self.subTest(command=command):
                named = ["-c", os.path.join(self.directory(), "none.json")]
                arguments = ARGUMENTS.get(command, [])
                before = run(*named, command, *arguments)
                behind = run(command, *named, *arguments)
                self.assertIn(named[1], before.stderr)
                self.assertEqual(
                    (before.returncode, before.stdout, before.stderr),
                    (behind.returncode, behind.stdout, behind.stderr),
                )

    def test_the_value_of_any_option_may_begin_with_a_bracket(self):
        """It arrives as it was typed, or the message has it so."""
        file = self.file(
            "c.json",
            json.dumps(
                {
                    "listen": [f"{LOOPBACK}:{free_port()}"],
                    "admin": "",
                    "domains": ["a.example"],
                    "allow": {"providers": False},
                    "resolver": {"zone_file": self.file("a.zone", ZONE)},
                    "state_file": "",
                }
            ),
        )
        tried = 0
        for command in COMMANDS:
            options = re.findall(
                r"(?m)^  (?:-\w,)?(--[a-z-]+) [A-Z]+", run(command, "--help").stdout
            )
            for option in options:
                if option == "--config":
                    continue
                for value in ("[x", "[x]", "{x}"):
                    for typed in ([option, value], [f"{option}={value}"]):
                        with self.subTest(command=command, typed=typed):
                            done = run(
                                command,
                                "-c",
                                file,
                                *typed,
                                *ARGUMENTS.get(command, []),
                                cwd=self.directory(),
                            )
                            said = done.stdout + done.stderr
                            self.assertNotIn("x01", said)
                            self.assertNotRegex(said, "unknown|unexpected|missing")
                            if done.returncode == USAGE:
                                self.assertIn(value.strip("[]"), done.stderr)
                            tried += 1
        self.assertGreater(tried, 90)

    def test_help_keeps_to_80_columns(self):
        for command in ([], *([name] for name in COMMANDS)):
            for line in run("help", *command).stdout.splitlines():
                self.assertLessEqual(len(line), 80, (command, line))

    def test_any_argument_may_begin_with_a_bracket(self):
        folder = self.directory()
        for name in ("[x]", "[a,b].json", "{}"):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write('{ "domains": ["a.example"] }')
            for arguments in (["-c", name], [f"--config={name}"]):
                with self.subTest(arguments=arguments):
                    done = run("check", *arguments, cwd=folder)
                    self.assertEqual(done.returncode, OK, done.stderr)
                    self.assertIn(f"{name}: valid", done.stdout)
        for option in (["--server", "[::1]:9"], ["--server=[::1]:9"]):
            done = run("query", *option, "[a,b]")
            self.assertEqual(done.returncode, UNAVAILABLE, done.stderr)
            self.assertIn("[::1]:9: ", done.stderr)
        for option in (["--server", "[::1]"], ["--server=[::1]"]):
            done = run("query", *option, "x")
            self.assertEqual(done.returncode, USAGE)
            self.assertIn('--server: the port is missing in "[::1]"', done.stderr)
        for address in ("[::1]", "{::1}"):
            done = run("explain", address)
            self.assertEqual(done.returncode, USAGE)
            self.assertIn(f'"{address}"', done.stderr)
        done = run("export", "--format", "[plain]")
        self.assertEqual(done.returncode, USAGE)
        self.assertIn("[plain]", done.stderr)
        self.assertNotIn("x01", done.stderr)

    def test_help_names_every_command(self):
        text = run("--help").stdout
        for command in COMMANDS:
            self.assertIn(command, text)


class Examples(BlackBoxCase):
    def test_the_complete_example_is_valid(self):
        file = os.path.join(CHECKOUT, "etc", "spfblock.json")
        done = run("check", "-c", file, cwd=CHECKOUT)
        self.assertEqual(done.returncode, OK, done.stderr)

    def test_the_demo_serves_the_records_of_toramaki_net(self):
        port = free_port()
        self._start_demo(port)
        self.wait_until_listed(port, "45.120.197.160")
        self.assert_not_listed(port, "45.120.200.1")
        self.assert_not_listed(port, "unknown")
        for network in TORAMAKI:
            self.assert_listed(port, network.partition("/")[0])

    def _start_demo(self, port):
        """Serves a copy of the demo on another port."""
        directory = self.directory()
        shutil.copytree(os.path.join(CHECKOUT, "etc"), os.path.join(directory, "etc"))
        file = os.path.join(directory, "etc", "demo", "spfblock.json")
        with open(file, encoding="utf-8") as demo:
            text = demo.read()
        self.assertIn("127.0.0.1:10060", text)
        with open(file, "w", encoding="utf-8") as demo:
            demo.write(text.replace(":10060", f":{port}"))
        process = Process([program(), "serve", "-c", file], cwd=directory)
        self.addCleanup(process.end)
        process.wait_for_line(listening(f"127.0.0.1:{port}"))
