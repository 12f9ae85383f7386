"""The calendar is set by hours, days and years: while the service runs, and
between a stop and a start.

What is off is the calendar that the program sees, not that of the machine."""

import datetime
import json
import os
import struct

from .harness import admin
from .harness.case import BlackBoxCase
from .harness.ports import LOOPBACK, free_port
from .harness.scripted_dns import ScriptedDns
from .harness.service_manager import ServiceManager
from .harness.spfblock import run
from .harness.tcp_table import ask_once
from .harness.waiting import eventually

HOUR = 3600
DAY = 24 * HOUR
YEAR = 365 * DAY

SPAM = "spam.test"
SHORT = "short.test"  # ends in a few days
LISTED = "45.120.196.1"
SHORTLY = "45.120.197.1"
BY_HAND = "45.120.198.1"
FRIEND = "45.120.199.1"


class Clock(BlackBoxCase):
    def setUp(self):
        folder = self.directory()
        self.state = os.path.join(folder, "state.json")
        self.offset = os.path.join(folder, "offset")
        self.set_clock(0)
        self.dns = self.closing(
            ScriptedDns(
                {
                    (SPAM, "TXT"): [f"v=spf1 ip4:{LISTED} ip4:{FRIEND} -all"],
                    (SHORT, "TXT"): [f"v=spf1 ip4:{SHORTLY} -all"],
                }
            )
        )
        self.admin = f"{LOOPBACK}:{free_port()}"
        until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(5)
        self.until = until.date().isoformat()

    def configuration(self):
        return {
            "admin": self.admin,
            "state_file": self.state,
            "domains": [SPAM, {"name": SHORT, "until": self.until}],
            "networks": [
                {"network": BY_HAND, "action": "REJECT", "until": self.until}
            ],
            "allow": {"networks": [{"network": FRIEND, "until": self.until}]},
            "resolver": {"servers": [self.dns.server]},
            "refresh": {"keep_stale": "2d"},
        }

    def set_clock(self, seconds):
        """By so much the calendar is off from now on."""
        with open(self.offset, "wb" if not os.path.exists(self.offset) else "r+b") as f:
            f.write(struct.pack("q", seconds))

    def start(self):
        library = os.environ["SPFBLOCK_MOVED_CLOCK_LIBRARY"]
        self.manager = self.closing(ServiceManager(watchdog_s=1))
        return self.serve(
            self.configuration(),
            through=(
                "env",
                f"LD_PRELOAD={library}",
                f"SPFBLOCK_MOVED_CLOCK={self.offset}",
                *self.manager.through,
            ),
        )

    def set_while_it_runs(self, spfblock, seconds):
        before = spfblock.mark()
        self.set_clock(seconds)
        return spfblock.wait_for_line("clock set seconds=(-?[0-9]+)", after=before)

    def codes(self, spfblock):
        return [
            ask_once(spfblock.port, each).code
            for each in (LISTED, SHORTLY, BY_HAND, FRIEND)
        ]

    def wait_for_codes(self, spfblock, *codes):
        eventually(
            lambda: self.codes(spfblock) == list(codes), f"the answers are {codes}"
        )

    def status(self):
        return json.loads(admin.ask(self.admin, "/status").body)

    def domain(self, name=SPAM):
        (found,) = [each for each in self.status()["domains"] if each["domain"] == name]
        return found

    def saved(self):
        with open(self.state, encoding="utf-8") as file:
            return json.load(file)


class SetWhileItRuns(Clock):
    def test_ages_and_looks_go_by_another_clock(self):
        spfblock = self.start()
        self.wait_for_codes(spfblock, 200, 200, 200, 500)
        asked = self.dns.asked[SPAM, "TXT"]
        for seconds in (3 * HOUR, -5 * HOUR, -10 * YEAR, 3 * DAY, 0):
            with self.subTest(seconds=seconds):
                self.set_while_it_runs(spfblock, seconds)
                self.assertEqual(ask_once(spfblock.port, LISTED).code, 200)
                self.assertEqual(self.domain()["condition"], "fresh")
                self.assertLess(self.domain()["age_s"], HOUR)
        self.assertEqual(self.dns.asked[SPAM, "TXT"], asked)

    def test_by_how_much_is_told(self):
        spfblock = self.start()
        for seconds, moved in ((3 * HOUR, 3 * HOUR), (-HOUR, -4 * HOUR)):
            told = self.set_while_it_runs(spfblock, seconds)
            self.assertAlmostEqual(int(told[1]), moved, delta=2)
        # What is slewed, or set by less than anybody would notice, is not.
        before = spfblock.mark()
        self.set_clock(-HOUR + 5)
        after = len(self.manager.told)
        for _ in range(2):
            after = self.manager.wait_until_told("WATCHDOG=1", after)
        self.assertEqual(spfblock.matching("clock set", after=before), [])

    def test_entries_end_and_come_back_by_the_calendar(self):
        """A clock that was wrong for a while leaves nobody unprotected."""
        spfblock = self.start()
        self.wait_for_codes(spfblock, 200, 200, 200, 500)
        before = spfblock.mark()
        self.set_while_it_runs(spfblock, 6 * DAY)
        self.wait_for_codes(spfblock, 200, 500, 500, 200)
        spfblock.wait_for_line(f"entry ended domain={SHORT}", after=before)
        self.set_while_it_runs(spfblock, 0)
        self.wait_for_codes(spfblock, 200, 200, 200, 500)
        self.assertEqual(spfblock.matching("configuration reloaded"), [])
        self.assertEqual(self.status()["configuration"]["reloads"], 0)

    def test_the_state_is_saved_with_the_times_as_they_are(self):
        """A machine that boots in 1970: the next start finds no old state."""
        self.set_clock(-40 * YEAR)
        spfblock = self.start()
        self.wait_for_codes(spfblock, 200, 200, 200, 500)
        eventually(lambda: os.path.exists(self.state), "it is saved")
        wrong = self.saved()["written"]
        self.set_while_it_runs(spfblock, 0)
        eventually(lambda: self.saved()["written"] > wrong + YEAR, "it is saved again")
        spfblock.kill()
        self.dns.close()
        spfblock = self.start()
        self.wait_for_codes(spfblock, 200, 200, 200, 500)

    def test_a_reload_that_was_refused_is_told_as_it_was(self):
        spfblock = self.start()
        spfblock.write("{")
        before = spfblock.hang_up()
        spfblock.wait_for_line("configuration refused", after=before)
        self.set_while_it_runs(spfblock, -3 * HOUR)
        done = run("status", "-c", spfblock.file)
        self.assertNotRegex(done.stdout, "-[0-9]+[smhd]")


class SetBetweenStopAndStart(Clock):
    def restart_at(self, spfblock, seconds):
        spfblock.stop()
        self.set_clock(seconds)
        return self.start()

    def test_hours_more_or_less_change_nothing(self):
        spfblock = self.start()
        self.wait_for_codes(spfblock, 200, 200, 200, 500)
        self.dns.close()
        for seconds in (3 * HOUR, -9 * HOUR, 0):
            with self.subTest(seconds=seconds):
                spfblock = self.restart_at(spfblock, seconds)
                self.wait_for_codes(spfblock, 200, 200, 200, 500)
                self.assertLess(self.domain()["age_s"], 13 * HOUR)

    def test_a_state_of_the_future_is_of_now(self):
        """One that was written while the calendar was years ahead."""
        self.set_clock(3 * YEAR)
        self.until = "2099-01-01"
        spfblock = self.start()
        self.wait_for_codes(spfblock, 200, 200, 200, 500)
        self.dns.close()
        spfblock = self.restart_at(spfblock, 0)
        self.wait_for_codes(spfblock, 200, 200, 200, 500)
        self.assertLess(self.domain()["age_s"], HOUR)

    def test_what_is_too_old_by_the_calendar_is_dropped(self):
        spfblock = self.start()
        self.wait_for_codes(spfblock, 200, 200, 200, 500)
        self.dns.close()
        spfblock = self.restart_at(spfblock, 3 * DAY)
        self.wait_for_codes(spfblock, 500, 500, 200, 500)
        # "waiting" until the first look has failed, too.
        eventually(lambda: self.domain()["condition"] == "unknown", "it is unknown")

    def test_hits_and_history_go_on(self):
        spfblock = self.start()
        self.wait_for_codes(spfblock, 200, 200, 200, 500)
        for seconds in (2 * DAY, -2 * DAY, 0):
            spfblock = self.restart_at(spfblock, seconds)
            self.wait_for_codes(spfblock, 200, 200, 200, 500)
        for command in (["history"], ["top", "--once"]):
            done = run(command[0], "-c", spfblock.file, *command[1:])
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(SPAM, done.stdout)
        self.assertEqual(run("history", "-c", spfblock.file).stdout.count("started"), 4)
