"""The log: where lines go, which there are, and what logcheck makes of them."""

import json
import os
import signal
import subprocess
import unittest

from .harness import syslog
from .harness.case import BlackBoxCase
from .harness.admin import metrics
from .harness.ports import LOOPBACK, free_port
from .harness.process import Process, tool
from .harness.scripted_dns import ScriptedDns
from .harness.spfblock import CHECKOUT, STOP_S, program
from .harness.tcp_table import ask_once, refuses_connections
from .harness.waiting import PATIENCE_S, eventually

MAIL = 2  # the facility, syslog(3)
ERROR, WARNING, NOTICE, INFO, DEBUG = 3, 4, 5, 6, 7

RECORDS = {
    ("one.example", "TXT"): ["v=spf1 ip4:62.1.1.0/24 -all"],
    ("two.example", "TXT"): ["v=spf1 ip4:62.1.2.0/24 ip4:62.1.2.300 -all"],
    ("none.example", "TXT"): ["v=spf1 -all"],
}

# Gives standard error the look of a stream that the journal reads.
AS_UNDER_SYSTEMD = (
    "sh",
    "-c",
    'export JOURNAL_STREAM=$(stat -Lc %d:%i /proc/self/fd/2) && exec "$@"',
    "sh",
)


class LogCase(BlackBoxCase):
    def setUp(self):
        self.dns = self.closing(ScriptedDns(RECORDS))

    def configuration(self, **changes):
        return {
            "domains": ["one.example"],
            "networks": [{"network": "62.9.0.0/16", "action": "REJECT"}],
            "resolver": {"servers": [self.dns.server]},
            **changes,
        }

    def start(self, log, through=(), **changes):
        server = self.serve(self.configuration(log=log, **changes), through=through)
        self.wait_until_listed(server.port, "62.1.1.7")
        return server

    def lines_of_lookups(self, server):
        """The lines that some lookups lead to, up to the next statistics."""
        self.wait_for_statistics(server, server.mark())  # earlier lines are read
        before = server.mark()
        with self.connect(server.port) as client:
            for key in ("62.1.1.7", "62.9.8.7", "192.0.2.1", "mx.example"):
                client.get(key)
        self.wait_for_statistics(server, before)
        return server.lines[before:]

    def wait_for_statistics(self, server, after):
        server.send_signal(signal.SIGUSR1)
        server.wait_for_line("statistics found=", after=after)


class Lookups(LogCase):
    FOUND = [
        "address found address=62.1.1.7 domain=one.example network=62.1.1.0/24",
        "address found address=62.9.8.7 domain=62.9.0.0/16 network=62.9.0.0/16",
    ]

    def test_at_info_a_lookup_is_no_line(self):
        server = self.start({"level": "info"})
        lines = self.lines_of_lookups(server)
        self.assertEqual(len(lines), 1, lines)
        self.assertEqual(server.matching("address found"), [])

    def test_with_hits_each_address_found_is_one_line_at_info(self):
        server = self.start({"level": "info", "hits": True}, AS_UNDER_SYSTEMD)
        lines = self.lines_of_lookups(server)
        self.assertEqual(lines[:-1], [f"<{INFO}>{line}" for line in self.FOUND])

    def test_at_debug_each_address_found_is_one_line_at_debug(self):
        server = self.start({"level": "debug"}, AS_UNDER_SYSTEMD)
        lines = self.lines_of_lookups(server)
        self.assertEqual(lines[:-1], [f"<{DEBUG}>{line}" for line in self.FOUND])

    def test_a_reload_switches_the_hits_on_and_off(self):
        server = self.start({"level": "info"})
        for hits, lines in ((True, self.FOUND), (False, [])):
            before = server.mark()
            server.reload(log={"level": "info", "hits": hits})
            server.wait_for_line("table published", after=before)
            self.assertEqual(self.lines_of_lookups(server)[:-1], lines)


class StandardError(LogCase):
    def test_a_line_is_the_phrase_and_the_fields_and_nothing_before_it(self):
        server = self.start({})
        self.assertRegex(server.lines[0], r"\Astarting version=\S+ file=/\S+\Z")
        server.stop()
        self.assertEqual(server.lines[-2:], ["stopping", "stopped"])

    def test_a_start_from_the_state_is_one_line(self):
        domains = ["one.example", "two.example"]
        state = os.path.join(self.directory(), "state.json")
        settings = {"domains": domains, "state_file": state, "on_permerror": "skip"}
        server = self.start({}, **settings)
        for domain in domains:
            server.wait_for_line(f"listing changed domain={domain}")
        server.stop()
        again = self.start({}, **settings)
        self.wait_until_listed(again.port, "62.1.1.7")
        self.wait_for_statistics(again, again.mark())
        self.assertEqual(len(again.matching("state loaded")), 1)
        self.assertEqual(again.matching("listing changed"), [])

    def test_to_the_journal_each_line_begins_with_its_priority(self):
        server = self.start(
            {"level": "debug"},
            AS_UNDER_SYSTEMD,
            domains=["one.example", "two.example", "none.example"],
        )
        for severity, phrase in (
            (NOTICE, "starting"),
            (INFO, "listing changed domain=one.example"),
            (WARNING, "record not listed in full domain=two.example"),
            (DEBUG, "record lists nothing domain=none.example"),
        ):
            server.wait_for_line(rf"^<{severity}>{phrase}(\s|$)")

    def test_the_level_is_the_lowest_that_is_written(self):
        server = self.start({"level": "notice"}, domains=["one.example", "two.example"])
        server.wait_for_line("record not listed in full")
        self.assertEqual(server.matching("listing changed|table published"), [])


class StalledReader(BlackBoxCase):
    """Standard error is a pipe that nobody reads."""

    def start(self, **changes):
        self.port, self.admin = free_port(), free_port()
        file = self.file(
            "spfblock.json",
            json.dumps(
                {
                    "listen": [f"{LOOPBACK}:{self.port}"],
                    "admin": f"{LOOPBACK}:{self.admin}",
                    "state_file": "",
                    "networks": [{"network": "62.9.0.0/16", "action": "REJECT"}],
                    "allow": {"reserved": False, "providers": False},
                    **changes,
                }
            ),
        )
        reading, writing = os.pipe()
        self.pipe = os.fdopen(reading, "rb")
        self.addCleanup(self.pipe.close)
        server = subprocess.Popen(
            [tool("setpriv"), "--pdeathsig", "TERM", "--", program(), "serve", "-c", file],
            stderr=writing,
        )
        os.close(writing)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        eventually(lambda: not refuses_connections(self.port), "the port is open")
        return server

    def ask_often(self, count):
        batch = 500
        with self.connect(self.port) as client:
            for _ in range(count // batch):
                client.send(b"get 62.9.8.7\n" * batch)
                for _ in range(batch):
                    self.assertEqual(client.reply().code, 200)

    def lost(self):
        return metrics(f"{LOOPBACK}:{self.admin}").value("spfblock_log_lines_lost_total")

    def test_delays_no_reply_and_no_stop(self):
        server = self.start(log={"hits": True})
        self.ask_often(20_000)  # over 1 MiB of lines, and any pipe
        self.assertGreater(self.lost(), 0)
        server.send_signal(signal.SIGHUP)
        server.send_signal(signal.SIGUSR1)
        self.ask_often(500)
        server.send_signal(signal.SIGTERM)
        self.assertEqual(server.wait(STOP_S), 0)

    def test_is_told_afterwards_what_it_missed(self):
        self.start(log={"hits": True})
        self.ask_often(20_000)
        lost = self.lost()
        hits = 0
        for raw in self.pipe:
            line = raw.decode()
            hits += line.startswith("address found")
            if line.startswith("log lines lost"):
                break
        self.assertEqual(line, f"log lines lost lines={lost:.0f}\n")
        self.assertEqual(hits + lost, 20_000)


class ClosedStreams(LogCase):
    def test_nothing_else_gets_their_numbers(self):
        """Or lines of the log would be written into a file, or to a client."""
        port = free_port()
        state = os.path.join(self.directory(), "state.json")
        file = self.file(
            "c.json",
            json.dumps(
                self.configuration(
                    listen=[f"{LOOPBACK}:{port}"],
                    admin="",
                    log={"level": "debug"},
                    state_file=state,
                )
            ),
        )
        server = subprocess.Popen(
            ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", program(), "serve", "-c", file]
        )
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        eventually(lambda: is_listed(port, "62.1.1.7"), "it answers")
        for number in range(3):
            self.assertEqual(
                os.readlink(f"/proc/{server.pid}/fd/{number}"), "/dev/null"
            )
        server.terminate()
        self.assertEqual(server.wait(STOP_S), 0)
        with open(state, encoding="utf-8") as file:
            json.load(file)


def is_listed(port, address):
    return not refuses_connections(port) and ask_once(port, address).code == 200


@unittest.skipIf(os.path.exists("/dev/log"), "there is a /dev/log")
class WithoutSyslog(LogCase):
    def test_the_log_goes_to_standard_error_which_is_told(self):
        server = self.start({"target": "syslog"})
        self.assertRegex(
            server.lines[0], "^syslog unavailable, standard error instead reason="
        )
        self.assertRegex(server.lines[1], "^starting version=")
        self.assertEqual(len(server.matching("syslog unavailable")), 1)


@unittest.skipIf(syslog.unavailable(), f"no private /dev/log: {syslog.unavailable()}")
class ToSyslog(LogCase):
    def setUp(self):
        super().setUp()
        self.syslog = self.closing(syslog.Syslog())

    def start_with_syslog(self, log, **changes):
        """A server that never writes to standard error."""
        port = free_port()
        file = self.file("spfblock.json", "")
        text = self.configuration(
            log={"target": "syslog", **log},
            listen=[f"{LOOPBACK}:{port}"],
            admin="",
            state_file=os.path.join(os.path.dirname(file), "state.json"),
            **changes,
        )
        with open(file, "w", encoding="utf-8") as out:
            json.dump(text, out)
        server = Process([*self.syslog.through, program(), "serve", "-c", file])
        self.addCleanup(server.end)
        self.syslog.wait_for("listening address=")
        self.wait_until_listed(port, "62.1.1.7")
        return server, port

    def stop(self, server):
        server.send_signal(signal.SIGTERM)
        self.assertEqual(server.wait(PATIENCE_S), 0)
        self.syslog.wait_for("stopped")

    def test_a_message_has_facility_mail_its_severity_the_name_and_the_pid(self):
        server, _ = self.start_with_syslog({}, domains=["one.example", "two.example"])
        self.syslog.wait_for("record not listed in full")
        self.stop(server)
        self.assertEqual(server.lines, [])
        for message in self.syslog.messages:
            self.assertEqual(message.facility, MAIL, message)
            self.assertEqual(message.tag, "spfblock")
            self.assertEqual(message.pid, server.pid)
        for severity, phrase in (
            (NOTICE, "starting"),
            (INFO, "listing changed"),
            (WARNING, "record not listed in full"),
            (NOTICE, "stopped"),
        ):
            self.assertEqual(self.syslog.wait_for(f"^{phrase}").severity, severity)

    def test_a_reload_moves_the_log_to_syslog_and_back(self):
        server = self.start({}, self.syslog.through)
        server.write({**server.configuration, "log": {"target": "syslog"}})
        server.hang_up()
        self.syslog.wait_for("configuration reloaded")
        self.assertEqual(ask_once(server.port, "62.1.1.7").code, 200)
        server.send_signal(signal.SIGUSR1)
        self.syslog.wait_for("statistics")
        server.reload(log={"target": "stderr"})
        self.assertEqual(server.matching("statistics"), [])

    def test_a_daemon_that_goes_and_comes_back_is_told(self):
        server = self.start({}, self.syslog.through)
        server.write({**server.configuration, "log": {"target": "syslog"}})
        server.hang_up()
        self.syslog.wait_for("configuration reloaded")
        self.syslog.vanish()
        server.send_signal(signal.SIGUSR1)
        server.wait_for_line("^syslog unavailable, standard error instead reason=")
        server.wait_for_line("^statistics ")
        before = server.mark()
        self.syslog.appear()
        server.send_signal(signal.SIGUSR1)
        self.syslog.wait_for("^statistics ")
        server.wait_for_line("^syslog available again$", after=before)
        self.assertEqual(server.matching("statistics", after=before), [])

    def test_a_daemon_that_starts_later_is_found(self):
        late = self.closing(syslog.Syslog(is_there=False))
        server = self.start({"target": "syslog"}, late.through)
        server.wait_for_line("^syslog unavailable, standard error instead reason=")
        late.appear()
        server.send_signal(signal.SIGUSR1)
        late.wait_for("^statistics ")
        server.stop()
        late.wait_for("^stopped$")

    def test_a_daemon_that_hangs_delays_no_reply_and_no_stop(self):
        hung = self.closing(syslog.Syslog(is_there=False))
        hung.appear(reads=False)
        port, admin_port = free_port(), free_port()
        file = self.file(
            "spfblock.json",
            json.dumps(
                self.configuration(
                    log={"target": "syslog", "hits": True},
                    listen=[f"{LOOPBACK}:{port}"],
                    admin=f"{LOOPBACK}:{admin_port}",
                    state_file="",
                )
            ),
        )
        server = Process([*hung.through, program(), "serve", "-c", file])
        self.addCleanup(server.end)
        eventually(lambda: is_listed(port, "62.9.8.7"), "it answers")
        batch = 500
        with self.connect(port) as client:
            for _ in range(20_000 // batch):  # over 1 MiB of lines
                client.send(b"get 62.9.8.7\n" * batch)
                for _ in range(batch):
                    self.assertEqual(client.reply().code, 200)
        lost = metrics(f"{LOOPBACK}:{admin_port}").value(
            "spfblock_log_lines_lost_total"
        )
        self.assertGreater(lost, 0)
        server.send_signal(signal.SIGTERM)
        self.assertEqual(server.wait(STOP_S), 0)

    def test_logcheck_reports_warnings_and_errors_and_nothing_else(self):
        server, port = self.start_with_syslog(
            {"level": "debug", "hits": True},
            domains=["one.example", "two.example", "none.example"],
            allow={"reserved": False, "domains": ["two.example"]},
        )
        self.assert_listed(port, "62.9.8.7")
        self.syslog.wait_for("allowed domain protects only a part domain=two.example role")
        server.send_signal(signal.SIGHUP)
        self.syslog.wait_for("configuration reloaded")
        server.send_signal(signal.SIGUSR1)
        self.syslog.wait_for("statistics")
        self.stop(server)
        messages = self.syslog.messages
        for phrase in ("address found", "table published", "record lists nothing"):
            self.syslog.wait_for(phrase)
        self.assertEqual(
            reported_by_logcheck(message.in_a_file for message in messages),
            [each.in_a_file for each in messages if each.severity <= WARNING],
        )


def reported_by_logcheck(lines):
    """What is left of a log file: as logcheck does it, with grep -E and the
    rules of etc/logcheck without their comments."""
    path = os.path.join(CHECKOUT, "etc", "logcheck", "spfblock")
    with open(path, encoding="ascii") as file:
        rules = [line for line in file if line.strip() and not line.startswith("#")]
    done = subprocess.run(
        ["grep", "-E", "-v", "-e", "".join(rules).rstrip("\n")],
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    if done.returncode > 1 or done.stderr:
        raise AssertionError(done.stderr)
    return done.stdout.splitlines()
