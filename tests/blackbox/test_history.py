"""What was listed when, and why that changed: `spfblock history`."""

import glob
import gzip
import json
import os
import random
import time
import urllib.error
import urllib.request

from .harness.case import BlackBoxCase
from .harness.ports import LOOPBACK, free_port
from .harness.scripted_dns import ScriptedDns
from .harness.spfblock import Spfblock, run
from .harness.waiting import eventually

NAME = "spam.example"


def record(*networks):
    return {(NAME, "TXT"): [" ".join(["v=spf1", *map("ip4:{}".format, networks)])]}


class History(BlackBoxCase):
    def setUp(self):
        self.dns = self.closing(ScriptedDns({}, ttl=1))
        self.state = os.path.join(self.directory(), "state.json")
        self.history = self.state + ".history"

    def settings(self, **more):
        return {
            "listen": [f"{LOOPBACK}:{free_port()}"],
            "domains": [NAME],
            "resolver": {"servers": [self.dns.server]},
            "refresh": {"interval": "5s", "minimum": "1s", "retry": "1s"},
            "state_file": self.state,
            **more,
        }

    def entries(self, *about):
        """What the command tells, from a configuration with nothing else."""
        file = self.file("spfblock.json", json.dumps({"state_file": self.state}))
        done = run("history", "-c", file, "--json", *about)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return json.loads(done.stdout)["entries"]

    def changes(self):
        return [each for each in self.entries(NAME) if each["what"] == "changed"]

    def await_changes(self, count):
        eventually(
            lambda: os.path.exists(self.history) and len(self.changes()) >= count,
            f"{count} changes are written",
        )

    def test_every_change_is_told_in_order_over_restarts_and_a_rotation(self):
        records = [
            ["192.0.2.0/24"],
            ["192.0.2.0/24", "198.51.100.0/24"],
            ["198.51.100.0/24"],
            ["198.51.100.0/25"],
            ["203.0.113.0/24"],
        ]
        spfblock = None
        for number, networks in enumerate(records):
            self.dns.records = record(*networks)
            if number in (0, 2, 4):
                if spfblock:
                    spfblock.stop()
                spfblock = self.serve(self.settings())
            self.await_changes(number + 1)
            if number == 3:
                # As the server does when the file is full.
                os.rename(self.history, self.history + ".1")
        told = [
            (
                each["cause"],
                [n for by in each.get("added", {}).get("by", []) for n in by["networks"]],
                [
                    n
                    for by in each.get("removed", {}).get("by", [])
                    for n in by["networks"]
                ],
            )
            for each in self.changes()
        ]
        self.assertEqual(
            told,
            [
                ("first_look", ["192.0.2.0/24"], []),
                ("record", ["198.51.100.0/24"], []),
                ("record", [], ["192.0.2.0/24"]),
                ("record", [], ["198.51.100.128/25"]),
                ("record", ["203.0.113.0/24"], ["198.51.100.0/25"]),
            ],
        )
        every = self.entries()
        self.assertEqual([each["what"] for each in every].count("start"), 3)
        self.assertEqual(
            [each["at"] for each in every], sorted(each["at"] for each in every)
        )
        # A start knows what the history says: it tells nothing twice.
        self.assertEqual([each["what"] for each in every].count("entry_new"), 1)
        self.assertEqual([each["what"] for each in every].count("listed"), 0)

    def test_what_a_reload_changes_is_told(self):
        self.dns.records = record("192.0.2.0/24")
        spfblock = self.serve(self.settings())
        self.await_changes(1)
        spfblock.reload(
            domains=[{"name": NAME, "action": "WARN", "comment": "watched"}],
            networks=[{"network": "198.51.100.0/24", "action": "REJECT"}],
        )
        eventually(lambda: self.entries("198.51.100.9"), "the network is told")
        spfblock.reload(domains=["other.example"])
        eventually(
            lambda: self.entries(NAME)[-1]["what"] == "entry_gone", "it is gone"
        )
        changed, gone = self.entries(NAME)[-2:]
        self.assertEqual(changed["what"], "entry_changed")
        self.assertRegex(changed["action"], "^REJECT .* -> WARN$")
        self.assertEqual(changed["comment"], "watched")
        self.assertEqual(gone["removed"]["count"], 1)

    def test_an_address_is_asked_for_while_no_server_runs(self):
        self.dns.records = record("192.0.2.0/25", "198.51.100.0/24")
        self.serve(self.settings()).wait_for_line("listing changed")
        self.await_changes(1)
        (entry,) = self.entries("192.0.2.7")
        self.assertEqual(
            entry["added"],
            {
                "count": 2,
                "by": [
                    {
                        "chain": f"{NAME} -> ip4:192.0.2.0/25",
                        "networks": ["192.0.2.0/25"],
                    }
                ],
            },
        )
        self.assertEqual(self.entries("203.0.113.1"), [])
        day = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 86400))
        self.assertEqual(self.entries(NAME, "--since", day), [])

    def test_the_last_entries_are_read_from_the_newest_file(self):
        self.dns.records = record("192.0.2.0/24")
        spfblock = self.serve(
            self.settings(admin=f"{LOOPBACK}:{free_port()}", refresh={"interval": "1h"})
        )
        self.await_changes(1)
        spfblock.wait_for_line("admin port listening")
        admin = spfblock.configuration["admin"]

        def entry(at):
            return (
                '{"at":%d,"what":"changed","role":"listed","listing":"%s",'
                '"digest":"00000000","cause":"record","networks":1}\n' % (at, NAME)
            )

        def told(limit):
            with urllib.request.urlopen(
                f"http://{admin}/history?domain={NAME}&limit={limit}", timeout=60
            ) as reply:
                return json.load(reply)

        for number in range(3):
            with open(f"{self.history}.{number + 1}", "w", encoding="ascii") as file:
                file.writelines(entry(1000 - 10 * number + each) for each in range(4))
        every = self.entries(NAME)
        self.assertEqual(every[0]["at"], 980)
        for limit in (1, 2, len(every) - 9, len(every) - 1, len(every), 1000):
            with self.subTest(limit=limit):
                document = told(limit)
                self.assertEqual(document["changes"], every[-limit:])
                self.assertEqual(document["more"], limit < len(every))
                self.assertEqual(document["begins"], 980)
        # What is not asked may be damaged: gzip that ends within.
        with open(f"{self.history}.2", "wb") as file:
            file.write(gzip.compress(entry(990).encode() * 100)[:-20])
        some = len(every) - 9  # one less than the newest two files have
        self.assertEqual(told(some)["changes"], every[-some:])
        with self.assertRaises(urllib.error.HTTPError) as refused:
            told(1000)
        self.assertEqual(refused.exception.code, 503)

    def test_without_a_history_it_says_so(self):
        file = self.file("spfblock.json", json.dumps({"state_file": self.state}))
        done = run("history", "-c", file)
        self.assertEqual(done.returncode, 69)
        self.assertRegex(done.stderr, "there is no history ")

    def test_what_is_no_day_and_no_domain_is_a_usage_error(self):
        self.assertEqual(run("history", "--since", "soon").returncode, 64)
        self.assertEqual(run("history", "no domain").returncode, 64)

    def test_a_folder_in_its_place_is_told_and_stops_nothing(self):
        os.mkdir(self.history)
        self.dns.records = record("192.0.2.0/24")
        admin = free_port()
        spfblock = self.serve(self.settings(admin=f"{LOOPBACK}:{admin}"))
        spfblock.wait_for_line("history not written reason=")
        self.wait_until_listed(spfblock.port, "192.0.2.1")
        status = run("status", "-c", spfblock.file)
        self.assertRegex(status.stdout, r"HISTORY NOT WRITTEN: cannot write\s+")
        with urllib.request.urlopen(f"http://{LOOPBACK}:{admin}/metrics") as page:
            self.assertRegex(
                page.read().decode(), r"(?m)^spfblock_history_failures_total [1-9]"
            )
        # What was not written is, when it can be.
        os.rmdir(self.history)
        spfblock.hang_up()
        spfblock.wait_for_line("history written again")
        eventually(lambda: self.entries("192.0.2.1"), "the listing is told")

    def test_kill_9_at_any_moment_leaves_whole_lines(self):
        """A line that was told is there after the next start, too."""
        seed = random.randrange(2**32)
        chance = random.Random(seed)
        self.addCleanup(print, f"seed {seed}")
        kept = []
        for number in range(100):
            self.dns.records = record(f"10.{number}.0.0/24")
            spfblock = Spfblock(self.settings())
            try:
                time.sleep(chance.uniform(0, 0.15))
                spfblock.kill()
            finally:
                spfblock.close()
            if not os.path.exists(self.history):
                continue
            with open(self.history, encoding="utf-8") as file:
                lines = file.read().split("\n")
            # What was there is there; what came are whole lines, but for the last.
            self.assertEqual(lines[: len(kept)], kept)
            for line in lines[len(kept) : -1]:
                json.loads(line)
            kept = lines[:-1]
        self.assertGreater(len(kept), 10)
        self.assertEqual(len(glob.glob(self.history + "*")), 1)
