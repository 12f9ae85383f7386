"""How often each listing answered, over time: `top`, `status`, /hits, /history."""

import json
import os
import pty
import signal
import subprocess
import time

from .harness.admin import ask, metrics
from .harness.case import BlackBoxCase
from .harness.load import Load
from .harness.ports import LOOPBACK, free_port
from .harness.scripted_dns import ScriptedDns
from .harness.spammers import UNLISTED, listed, record
from .harness.spfblock import program, run
from .harness.tcp_table import ask_once
from .harness.waiting import eventually

NETWORK = "198.51.100.0/24"


class HitsCase(BlackBoxCase):
    def setUp(self):
        self.dns = self.closing(
            ScriptedDns(
                {
                    ("one.example", "TXT"): record("62.1.0.0/24"),
                    ("two.example", "TXT"): record("62.2.0.0/24"),
                    ("quiet.example", "TXT"): record("62.3.0.0/24"),
                }
            )
        )
        self.state = os.path.join(self.directory(), "state.json")
        self.admin = f"{LOOPBACK}:{free_port()}"

    def settings(self, **more):
        return {
            "action": "REJECT {domain}",
            "threads": 2,
            "admin": self.admin,
            "domains": ["one.example", "two.example", "quiet.example"],
            "networks": [{"network": NETWORK}],
            "resolver": {"servers": [self.dns.server]},
            "state_file": self.state,
            **more,
        }

    def begin(self, **more):
        spfblock = self.serve(self.settings(**more))
        eventually(
            lambda: self.get("/metrics").count("\nspfblock_domain_networks{") == 3
            and metrics(self.admin).value(
                "spfblock_table_networks", family="ipv4"
            )
            == 4,
            "all is listed",
        )
        return spfblock

    def get(self, path):
        reply = ask(self.admin, path)
        self.assertEqual(reply.status, 200, reply.body)
        return reply.body

    def hits(self, listing=""):
        """The document, and that its parts agree."""
        got = json.loads(self.get(f"/hits?listing={listing}"))
        self.assertEqual(got["listing"], listing or None)
        for name, step, count in (
            ("minutes", 60, 60),
            ("half_hours", 1800, 96),
            ("days", 86400, 365),
        ):
            part = got[name]
            self.assertEqual(part["step"], step)
            self.assertEqual(len(part["counts"]), count)
            self.assertEqual(part["start"] % step, 0)
            self.assertLess(part["start"] + (count - 1) * step, time.time() + 1)
        return got

    def assert_all_agree(self, wanted, since_start):
        """That each who tells of hits tells these; `wanted` is by listing, with
        None for all together."""
        for listing, count in wanted.items():
            of = self.hits(listing or "")
            for name in ("minutes", "half_hours", "days"):
                self.assertEqual(sum(of[name]["counts"]), count, (listing, name))
        numbers = metrics(self.admin)
        status = json.loads(self.get("/status"))
        by_name = {each["domain"]: each for each in status["domains"]}
        top = json.loads(run("top", "-c", self.file_, "--json").stdout)
        self.assertEqual(top, {**json.loads(self.get("/top")), "at": top["at"]})
        in_top = {each["listing"]: each for each in top["listings"]}
        for listing, count in wanted.items():
            if listing is None:
                self.assertEqual(numbers.value("spfblock_lookups_total", result="found"),
                                 since_start[None])
                self.assertEqual(status["hits"]["since_start"], since_start[None])
                self.assertEqual(status["hits"]["hour"], count)
                self.assertEqual(status["hits"]["day"], count)
                told = top["all"]
            elif "/" in listing:
                self.assertEqual(
                    numbers.value("spfblock_network_hits_total"), since_start[listing]
                )
                told = in_top[listing]
            else:
                self.assertEqual(
                    numbers.value("spfblock_domain_hits_total", domain=listing),
                    since_start[listing],
                )
                self.assertEqual(by_name[listing]["hits"], since_start[listing])
                self.assertEqual(by_name[listing]["hits_hour"], count)
                self.assertEqual(by_name[listing]["hits_day"], count)
                if count == 0:
                    self.assertNotIn(listing, in_top)
                    continue
                told = in_top[listing]
            self.assertEqual(told["hits"], since_start[listing])
            self.assertEqual(told["hits_hour"], count)
            self.assertEqual(told["hits_day"], count)


class Told(HitsCase):
    def test_all_who_tell_of_hits_agree_and_a_restart_keeps_them(self):
        spfblock = self.begin()
        self.file_ = spfblock.file
        asked = ["62.1.0.1"] * 5 + ["62.2.0.9"] * 3 + ["198.51.100.7"] * 2 + ["62.9.0.1"]
        for key in asked:
            ask_once(spfblock.port, key)
        wanted = {
            None: 10, "one.example": 5, "two.example": 3, NETWORK: 2, "quiet.example": 0,
        }
        self.assert_all_agree(wanted, wanted)
        spfblock.stop()

        spfblock = self.begin()
        self.file_ = spfblock.file
        self.assert_all_agree(wanted, dict.fromkeys(wanted, 0))
        ask_once(spfblock.port, "62.1.0.1")
        more = {**wanted, None: 11, "one.example": 6}
        now = {**dict.fromkeys(wanted, 0), None: 1, "one.example": 1}
        self.assert_all_agree(more, now)
        # What a reload takes out goes on being told.
        spfblock.reload(domains=["two.example", "quiet.example"], networks=[])
        self.assertEqual(sum(self.hits("one.example")["days"]["counts"]), 6)
        self.assertEqual(sum(self.hits(NETWORK)["days"]["counts"]), 2)

    def test_top_shows_who_answers_most(self):
        spfblock = self.begin()
        for key in ["62.2.0.9"] * 3 + ["62.1.0.1"]:
            ask_once(spfblock.port, key)
        shown = run("top", "-c", spfblock.file)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        lines = shown.stdout.splitlines()
        self.assertRegex(lines[0], r"hits in the last hour 4, day 4, 4 since ")
        self.assertRegex(lines[2], r"^LISTING +HOUR +DAY +HITS$")
        self.assertRegex(lines[3], r"^two.example +3 +3 +3$")
        self.assertRegex(lines[4], r"^one.example +1 +1 +1$")
        first = run("top", "-c", spfblock.file, "--once", "-n", "1", "--by", "day")
        self.assertRegex(first.stdout, r"\ntwo.example +3 .*\nand 1 more\n$")
        for wrong in (["-n", "0"], ["--by", "year"]):
            self.assertEqual(run("top", "-c", spfblock.file, *wrong).returncode, 64)
        spfblock.stop()
        away = run("top", "-c", spfblock.file)
        self.assertEqual((away.returncode, away.stdout), (69, ""))

    def test_on_a_terminal_top_shows_it_again_until_it_is_interrupted(self):
        spfblock = self.begin()
        ours, its = pty.openpty()
        with subprocess.Popen(
            [program(), "top", "-c", spfblock.file], stdout=its, close_fds=True
        ) as top:
            os.close(its)
            shown = b""
            while shown.count(b"\x1b[H") < 2:
                shown += os.read(ours, 65536)
            top.send_signal(signal.SIGINT)
            self.assertEqual(top.wait(10), -signal.SIGINT)
        os.close(ours)
        self.assertIn(b"(none in the last hour)\x1b[K", shown)

    def test_status_names_what_nobody_met(self):
        spfblock = self.begin()
        shown = run("status", "-c", spfblock.file, "--unused", "1")
        self.assertRegex(
            shown.stdout,
            r"^0 domains without a hit for 1 day or more, of hits kept since 20",
        )
        self.assertEqual(shown.returncode, 0)
        document = json.loads(
            run("status", "-c", spfblock.file, "--unused", "1", "--json").stdout
        )
        self.assertEqual(document["domains"], [])
        self.assertEqual(
            run("status", "--unused", "1", "--trouble").returncode, 64
        )
        whole = run("status", "-c", spfblock.file).stdout
        self.assertRegex(whole, r"\nhits: 0 in the last hour, 0 in the last day, 0 since")
        self.assertRegex(whole, r" HITS  DAY  ACTION\n")
        spfblock.stop()
        away = run("status", "-c", spfblock.file, "--unused", "1")
        self.assertIn("hits are known to the running server alone\n", away.stdout)

    def test_the_admin_port_tells_the_end_of_the_history(self):
        spfblock = self.begin()

        def entries():
            told = run("history", "-c", spfblock.file, "--json")
            return json.loads(told.stdout)["entries"]

        eventually(
            lambda: sum(each["what"] == "changed" for each in entries()) == 3,
            "all is written",
        )
        every = entries()
        got = json.loads(self.get("/history"))
        self.assertEqual(got["changes"], every)
        self.assertEqual((got["more"], got["begins"]), (False, every[0]["at"]))
        last = json.loads(self.get("/history?limit=2"))
        self.assertEqual((last["changes"], last["more"]), (every[-2:], True))
        one = json.loads(self.get("/history?domain=ONE.example"))["changes"]
        self.assertEqual({each["listing"] for each in one}, {"one.example"})
        self.assertEqual([each["what"] for each in one], ["entry_new", "changed"])
        (around,) = json.loads(self.get("/history?address=62.2.0.77"))["changes"]
        self.assertEqual(around["listing"], "two.example")
        by_hand = json.loads(self.get(f"/history?domain={NETWORK}"))["changes"]
        self.assertEqual([each["what"] for each in by_hand], ["entry_new"])
        later = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 86400))
        self.assertEqual(
            json.loads(self.get(f"/history?since={later}"))["changes"], []
        )
        for wrong in (
            "/history?domain=a..b",
            "/history?address=a",
            "/history?domain=a.example&address=192.0.2.1",
            "/history?since=soon",
            "/history?limit=0",
            "/history?limit=1001",
            "/hits?listing=a..b",
            "/top?by=year",
        ):
            self.assertEqual(ask(self.admin, wrong).status, 400, wrong)
        spfblock.stop()
        self.begin(state_file="")
        self.assertEqual(ask(self.admin, "/history").status, 404)


class Kept(HitsCase):
    def test_what_is_no_file_of_hits_is_put_aside_and_told(self):
        with open(self.state + ".hits", "w", encoding="utf-8") as file:
            file.write("nothing\n")
        spfblock = self.begin()
        spfblock.wait_for_line("hits put aside reason=.* aside=.*hits.damaged")
        ask_once(spfblock.port, "62.1.0.1")
        spfblock.stop()
        with open(self.state + ".hits", encoding="utf-8") as file:
            head = json.loads(file.readline())
            listings = [json.loads(each).get("listing") for each in file]
        self.assertEqual(head["spfblock_hits"], 1)
        self.assertEqual(listings, [None, "", "one.example"])
        with open(self.state + ".hits.damaged", encoding="utf-8") as file:
            self.assertEqual(file.read(), "nothing\n")


class FullDisk(HitsCase):
    """It costs what is written down, and nothing else."""

    # Until hits are tried to be saved, and tried again.
    SAVE_S = 150.0

    def test_a_full_disk_loses_history_and_hits_and_delays_nothing(self):
        may_mount = subprocess.run(
            ["unshare", "--mount", "true"], stderr=subprocess.DEVNULL, check=False
        )
        if may_mount.returncode != 0:
            self.skipTest("may not mount here (needs root, and a kernel that lets it)")
        folder = self.directory()
        spfblock = self.serve(
            self.settings(
                state_file=f"{folder}/state.json",
                refresh={"interval": "1s", "minimum": "1s", "retry": "1s"},
            ),
            through=[
                "unshare",
                "--mount",
                "sh",
                "-c",
                f"mount -t tmpfs -o size=64k none {folder}"
                f" && ! head -c 100000 /dev/zero 2>/dev/null > {folder}/filler"
                ' && exec "$@"',
                "sh",
            ],
        )
        inside = f"/proc/{spfblock.pid}/root{folder}"
        load = self.closing(
            Load(
                spfblock.port,
                {"62.1.0.1": {listed("one.example"), UNLISTED}, "62.9.4.0": {UNLISTED}},
                4,
            )
        )
        spfblock.wait_for_line("history not written reason=.*No space left on device")
        spfblock.wait_for_line(
            "hits not saved reason=.*No space left on device", self.SAVE_S
        )
        # What changes is in the table as fast as ever, and signals are heard.
        self.dns.records["one.example", "TXT"] = record("62.1.0.0/24", "62.7.0.0/24")
        self.wait_until_listed(spfblock.port, "62.7.0.1")
        spfblock.reload(domains=["one.example", "two.example"])
        numbers = metrics(self.admin)
        self.assertGreater(numbers.value("spfblock_history_failures_total"), 0)
        self.assertGreater(
            numbers.value("spfblock_hits_saves_total", result="failed"), 0
        )
        self.assertGreater(sum(self.hits("one.example")["minutes"]["counts"]), 0)
        shown = " ".join(run("status", "-c", spfblock.file).stdout.split())
        self.assertRegex(shown, "HISTORY NOT WRITTEN: .*HITS NOT SAVED: cannot write")
        self.assertEqual(ask(self.admin, "/healthz").status, 200)
        self.assertEqual(os.path.getsize(f"{inside}/state.json.history"), 0)
        self.assertFalse(os.path.exists(f"{inside}/state.json.hits"))

        os.unlink(f"{inside}/filler")
        spfblock.wait_for_line("history written again", self.SAVE_S)
        spfblock.wait_for_line("hits saved again", self.SAVE_S)
        with open(f"{inside}/state.json.hits", encoding="utf-8") as file:
            self.assertIn('"one.example"', file.read())
        with open(f"{inside}/state.json.history", encoding="utf-8") as file:
            self.assertIn("62.7.0.0/24", file.read())
        load.wait_for_round()
        load.stop()
        self.assertEqual(load.wrong[:10], [])
        self.assertEqual((load.closed, load.unanswered()), (0, 0))
        self.assertEqual(len(spfblock.matching("history not written")), 1)
        self.assertEqual(len(spfblock.matching("hits not saved")), 1)
        spfblock.stop()
