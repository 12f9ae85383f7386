"""No fault of a configuration stops mail: what was accepted before is started
from, as a service of systemd, and a mistake in a list is a warning."""

import json
import os
import shutil
import signal
import stat
import subprocess
import unittest.mock

from .harness import admin
from .harness.case import BlackBoxCase
from .harness.ports import LOOPBACK, free_port
from .harness.service_manager import ServiceManager, listening_socket
from .harness.spfblock import program, run
from .harness.tcp_table import ask_once
from .harness.waiting import eventually

ZONE = 'spam.example. 60 TXT "v=spf1 ip4:62.1.3.0/24"\n'
LISTED, BY_HAND, NOT_LISTED = "62.1.3.1", "62.1.1.1", "62.1.2.1"
REFUSED = "configuration refused, not in force file=.* running={} reason="


def port_of(address):
    return int(address.rpartition(":")[2])


class Service(BlackBoxCase):
    """Starts the program as systemd does: with sockets, and a state folder."""

    def setUp(self):
        self.state = self.directory()
        self.lists = self.directory()
        self.zone = self.file("a.zone", ZONE)
        self.port, self.admin = free_port(), f"{LOOPBACK}:{free_port()}"
        self.held = self.closing(listening_socket(self.port))
        self.write_list("a.txt", "spam.example\n")

    def write_list(self, name, text):
        path = os.path.join(self.lists, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def write_zone(self):
        with open(self.zone, "w", encoding="ascii") as file:
            file.write(ZONE)

    def in_state(self, name):
        return os.path.join(self.state, name)

    @property
    def accepted(self):
        return self.in_state("accepted.json")

    def configuration(self, **changes):
        return {
            "listen": [f"{LOOPBACK}:{self.port}"],
            "admin": self.admin,
            "action": "REJECT {domain}",
            "networks": [{"network": "62.1.1.0/24"}],
            "domain_files": [os.path.join(self.lists, "*.txt")],
            "resolver": {"zone_file": self.zone},
            "state_file": self.in_state("state.json"),
            **changes,
        }

    def start(self, configuration=None, text=None, before=()):
        """`before` is a command that starts the program."""
        self.manager = self.closing(
            ServiceManager({"x.socket": self.held.dup()})
        )
        through = self.manager.through
        return self.serve(
            configuration or self.configuration(),
            through=(*before, "env", f"STATE_DIRECTORY={self.state}", *through),
            pass_fds=self.manager.pass_fds,
            text=text,
        )

    def start_well_once(self, **changes):
        """Until the configuration is kept."""
        spfblock = self.start(self.configuration(**changes))
        self.wait_until_listed(self.port, LISTED)
        eventually(lambda: os.path.exists(self.accepted), "it is kept")
        spfblock.stop()

    def hang(self, path=None):
        """The disk hangs as long as that file is there."""
        path = path or os.path.join(self.directory(), "hangs")
        with open(path, "w", encoding="ascii"):
            pass
        return path

    @staticmethod
    def on_hanging_disk(hangs):
        library = os.environ["SPFBLOCK_HANGING_DISK_LIBRARY"]
        return ("env", f"LD_PRELOAD={library}", f"SPFBLOCK_HANGING_DISK={hangs}")

    def status(self):
        return json.loads(admin.ask(self.admin, "/status").body)["configuration"]

    def wait_for_status(self, pattern):
        def told():
            return [each for each in self.manager.values("STATUS") if pattern in each]

        self.manager.wait_for(told, f"a status with {pattern}")


class FaultyAtTheStart(Service):
    def assert_runs_on_the_accepted(self, spfblock):
        spfblock.wait_for_line(REFUSED.format("accepted"))
        self.manager.wait_until_told("READY=1")
        self.assert_listed(self.port, BY_HAND)
        self.wait_until_listed(self.port, LISTED)
        self.assert_not_listed(self.port, NOT_LISTED)

    def test_it_runs_on_what_was_accepted_and_says_so_everywhere(self):
        self.start_well_once()
        spfblock = self.start(text='{"domainz": []}')
        self.assert_runs_on_the_accepted(spfblock)
        spfblock.wait_for_line("configuration fault fault=.*domainz: unknown setting")
        self.wait_for_status("runs on the last accepted configuration")
        reply = admin.ask(self.admin, "/healthz")
        self.assertEqual(reply.status, 503)
        self.assertRegex(reply.body, "^runs on the last accepted .*domainz: unknown")
        said = self.status()
        self.assertEqual(said["running"], "accepted")
        self.assertGreater(said["refused_at"], 0)
        self.assertRegex(said["reason"], ":1: /domainz: unknown .*; and 1 more$")
        values = admin.metrics(self.admin)
        for source, value in (("file", 0), ("accepted", 1), ("none", 0)):
            self.assertEqual(
                values.value("spfblock_config_source", source=source), value
            )
        self.assertEqual(values.value("spfblock_healthy"), 0)
        # Once a minute.
        line = REFUSED.format("accepted")
        eventually(lambda: len(spfblock.matching(line)) == 2, "told again", 180)

    def test_a_reload_of_the_mended_file_ends_it(self):
        self.start_well_once()
        spfblock = self.start(text="{")
        self.assert_runs_on_the_accepted(spfblock)
        spfblock.reload(networks=[{"network": "62.1.2.0/24"}])
        self.wait_until_listed(self.port, NOT_LISTED)
        self.wait_until_not_listed(self.port, BY_HAND)
        self.assert_listed(self.port, LISTED)
        said = self.status()
        self.assertEqual(
            (said["running"], said["refused_at"], said["reason"]), ("file", None, "")
        )
        self.assertEqual(said["reloads"], 1)
        self.assertEqual(admin.ask(self.admin, "/healthz").status, 200)
        self.wait_for_status("1 domain: ")

    def test_whatever_the_fault_is(self):
        self.start_well_once()
        good = json.dumps(self.configuration())
        faults = {
            "empty": "",
            "half-written": good[: len(good) // 2],
            "no JSON": "<html>",
            "a zone file that is gone": good.replace(self.zone, self.zone + "x"),
            "an admin port that is asked": good.replace(
                self.admin, f"{LOOPBACK}:{self.port}"
            ),
            "an action that nobody knows": good.replace("REJECT", "REJEKT"),
        }
        for name, text in faults.items():
            with self.subTest(name):
                spfblock = self.start(text=text)
                self.assert_runs_on_the_accepted(spfblock)
                spfblock.stop()

    def test_a_file_that_is_gone_or_cannot_be_read(self):
        self.start_well_once()
        for name, script in {
            "gone": 'rm "$file"',
            "a folder": 'rm "$file"; mkdir "$file"',
            "a link to itself": 'rm "$file"; ln -s "$file" "$file"',
        }.items():
            with self.subTest(name):
                # The file is the last argument of the program.
                whole = f'for file; do :; done; {script}; exec "$@"'
                spfblock = self.start(before=("sh", "-c", whole, "sh"))
                self.assert_runs_on_the_accepted(spfblock)
                spfblock.stop()

    def test_a_file_that_does_not_come_to_its_end(self):
        self.start_well_once()
        os.unlink(self.zone)
        os.mkfifo(self.zone)
        spfblock = self.start()
        self.assert_runs_on_the_accepted(spfblock)
        spfblock.wait_for_line(
            rf"configuration fault .*{self.zone}\S* did not come to its end within"
        )
        before = spfblock.hang_up()
        spfblock.wait_for_line("configuration refused, former one", after=before)
        self.assert_listed(self.port, LISTED)
        os.unlink(self.zone)
        self.write_zone()
        spfblock.reload()
        self.assertEqual(self.status()["running"], "file")

    def test_nothing_waits_for_a_file_that_is_read_again(self):
        self.start_well_once()
        spfblock = self.start()
        self.wait_until_listed(self.port, LISTED)
        os.unlink(self.zone)
        os.mkfifo(self.zone)
        before = spfblock.hang_up()
        for _ in range(3):  # and again meanwhile
            spfblock.hang_up()
        spfblock.send_signal(signal.SIGUSR1)
        spfblock.wait_for_line("statistics ", after=before)
        self.assertEqual(self.status()["running"], "file")
        self.assertEqual(spfblock.matching("configuration refused"), [])
        spfblock.stop()  # within its time, too

    def test_a_signal_while_it_is_read_again_leads_to_one_more_reading(self):
        self.start_well_once()
        spfblock = self.start()
        self.wait_until_listed(self.port, LISTED)
        for _ in range(20):
            spfblock.hang_up()
        spfblock.write(self.configuration(networks=[{"network": "62.1.2.0/24"}]))
        spfblock.hang_up()
        eventually(
            lambda: ask_once(self.port, NOT_LISTED).code == 200,
            "what was written last is in force",
        )

    def test_a_file_that_the_service_s_user_may_not_read(self):
        if os.geteuid() != 0:
            self.skipTest("needs root")
        nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
        where_all_may_run_it = self.directory()
        os.chmod(where_all_may_run_it, 0o755)
        copy = shutil.copy(program(), where_all_may_run_it)
        self.enterContext(unittest.mock.patch.dict(os.environ, SPFBLOCK_PROGRAM=copy))
        self.start_well_once()
        for each in (self.state, *map(self.in_state, os.listdir(self.state))):
            os.chown(each, 65534, 65534)
        spfblock = self.start(before=nobody)
        spfblock.wait_for_line(REFUSED.format("accepted") + ".*Permission denied")
        self.assert_listed(self.port, BY_HAND)
        self.wait_until_listed(self.port, LISTED)

    def test_lists_that_are_gone_with_it_are_kept(self):
        self.start_well_once()
        os.unlink(os.path.join(self.lists, "a.txt"))
        os.rmdir(self.lists)
        os.unlink(self.zone)
        spfblock = self.start(text="{")
        self.assert_runs_on_the_accepted(spfblock)

    def test_a_refused_reload_keeps_what_was_accepted(self):
        self.start_well_once()
        spfblock = self.start()
        self.wait_until_listed(self.port, LISTED)
        spfblock.write('{"domains": ["a.example"], "thread": 1}')
        before = spfblock.hang_up()
        spfblock.wait_for_line("configuration refused, former one", after=before)
        said = self.status()
        self.assertEqual(said["running"], "file")
        self.assertGreater(said["refused_at"], 0)
        self.assertRegex(said["reason"], ":1: /thread: unknown setting")
        reply = admin.ask(self.admin, "/healthz")
        self.assertEqual(reply.status, 200)
        self.assertIn("the last reload was refused: ", reply.body)
        spfblock.stop()
        spfblock = self.start(text="{")
        self.assert_runs_on_the_accepted(spfblock)

    def accept_of_later(self, **changes):
        """As after a downgrade: what is kept, and the file, are of a version that
        knows more than this one."""
        self.start_well_once()
        later = json.dumps({**self.configuration(), **changes})
        with open(self.accepted, encoding="utf-8") as file:
            kept = json.load(file)
        with open(self.accepted, "w", encoding="utf-8") as file:
            json.dump({**kept, "text": later, "of_later": {}}, file)
        spfblock = self.start(text=later)
        spfblock.wait_for_line("configuration refused, not in force")
        return spfblock

    # What a later version may know, and where it is told that this one does not.
    OF_LATER = {
        "a key": ({"later": {"new": [1]}}, "/later: warning: unk"),
        "a door": (
            {
                "listen": [
                    {"door": "milter", "at": "127.0.0.1:9"},
                    {"door": "policy", "at": f"127.0.0.1:{free_port()}"},
                ]
            },
            "/listen/0/door: warning: ",
        ),
        "nothing but such a door": (
            {"listen": [{"door": "milter", "at": "127.0.0.1:9"}]},
            "/listen/0/door: warning: ",
        ),
        "a key of a door": (
            {"listen": [{"door": "policy", "at": "127.0.0.1:0", "later": 1}]},
            "/listen/0/later: warning: ",
        ),
        "the action of an entry": (
            {"domains": [{"name": "a.example", "action": "GREYLIST 5m"}]},
            "/domains/0/action: warning: ",
        ),
        "the action of a network": (
            {
                "networks": [
                    {"network": "62.1.1.0/24"},
                    {"network": "62.1.2.0/24", "action": "GREYLIST 5m"},
                ]
            },
            "/networks/1/action: warning: ",
        ),
        "a format": (
            {"publish": [{"format": "lmdb", "file": "/nowhere/x"}]},
            "/publish/0/format: warning: ",
        ),
        "a target of the log": ({"log": {"target": "gelf"}}, "/log/target: warning: "),
    }

    def test_what_a_later_version_accepted_is_started_from(self):
        for name, (changes, warning) in self.OF_LATER.items():
            with self.subTest(name):
                spfblock = self.accept_of_later(**changes)
                spfblock.wait_for_line(REFUSED.format("accepted"))
                spfblock.wait_for_line(f"configuration warning warning=.*{warning}")
                self.wait_until_listed(self.port, BY_HAND)
                self.wait_until_listed(self.port, LISTED)
                self.assert_not_listed(self.port, NOT_LISTED)
                spfblock.stop()

    def test_what_protects_is_not_passed_over(self):
        """Better nothing listed than one that a later version would let through."""
        for changes in (
            {"action": "GREYLIST 5m"},
            {"on_permerror": "guess"},
            {"allow": {"networks": ["as:64500"], "providers": False}},
            {"limits": {"widest_ipv4": "auto"}},
        ):
            with self.subTest(str(changes)):
                spfblock = self.accept_of_later(**changes)
                spfblock.wait_for_line("kept configuration unusable reason=")
                spfblock.wait_for_line(REFUSED.format("none"))
                self.assert_not_listed(self.port, BY_HAND)
                self.wait_for_status("answers 500 to everything")
                spfblock.stop()

    def test_a_folder_for_the_state_that_hangs_is_waited_for_so_long_only(self):
        self.start_well_once()
        hangs = self.hang()
        spfblock = self.start(before=self.on_hanging_disk(hangs))
        spfblock.wait_for_line("kept configuration unusable reason=.*come to its end")
        spfblock.wait_for_line("state unreadable.* reason=.*did not come to its end")
        self.wait_until_listed(self.port, BY_HAND)
        self.wait_until_listed(self.port, LISTED)
        spfblock.stop()

    def test_nothing_waits_for_a_zone_file_that_is_read_again(self):
        self.zone = self.file("hanging.zone", ZONE)
        hangs = os.path.join(self.directory(), "hangs")
        spfblock = self.start(
            self.configuration(refresh={"interval": "1s", "minimum": "1s"}),
            before=self.on_hanging_disk(hangs),
        )
        self.wait_until_listed(self.port, LISTED)
        self.hang(hangs)
        eventually(lambda: os.path.exists(f"{hangs}.reached"), "the disk is reached")
        before = spfblock.mark()
        spfblock.send_signal(signal.SIGUSR1)
        spfblock.wait_for_line("statistics ", after=before)
        self.assertEqual(self.status()["running"], "file")
        spfblock.wait_for_line("zone file refused, .*did not come to its end within")
        self.assert_listed(self.port, LISTED)
        with open(self.zone, "w", encoding="ascii") as file:
            file.write(ZONE.replace("62.1.3.0", "62.1.2.0"))
        os.unlink(hangs)
        self.wait_until_listed(self.port, NOT_LISTED)
        self.hang(hangs)
        spfblock.stop()  # within its time, too

    def test_of_many_faults_20_are_told(self):
        self.start_well_once()
        many = json.dumps({"domains": ["bad"] * 100})
        spfblock = self.start(text=many)
        spfblock.wait_for_line('configuration fault fault="and 80 more"')
        self.assertEqual(len(spfblock.matching("configuration fault")), 21)


class NothingAccepted(Service):
    def assert_answers_500(self, spfblock):
        spfblock.wait_for_line(REFUSED.format("none"))
        self.manager.wait_until_told("READY=1")
        for key in (BY_HAND, LISTED, NOT_LISTED):
            self.assert_not_listed(self.port, key)
        self.wait_for_status("answers 500 to everything")

    def test_the_first_start_ever_answers_500_until_the_file_is_mended(self):
        spfblock = self.start(text="{")
        self.assert_answers_500(spfblock)
        self.assertEqual(os.listdir(self.state), [])
        client = self.connect(self.port)
        self.assertEqual(client.get(BY_HAND).code, 500)
        spfblock.reload()
        eventually(lambda: client.get(BY_HAND).code == 200, "it is listed")
        self.wait_until_listed(self.port, LISTED)
        eventually(lambda: os.path.exists(self.accepted), "it is kept")

    def test_it_answers_at_the_doors_that_can_be_read_and_at_the_sockets(self):
        table, policy, admin = (f"{LOOPBACK}:{free_port()}" for _ in range(3))
        doors = [table, {"door": "policy", "at": policy}, {"door": "milter"}, "x"]
        text = json.dumps({"domainz": [], "listen": doors, "admin": admin})
        spfblock = self.start(text=text)
        self.assert_answers_500(spfblock)
        for where in (table, policy):
            spfblock.wait_for_line(f"listening address={where} ?")
        self.assert_not_listed(port_of(table), LISTED)
        self.assertEqual(
            run("query", "--server", policy, "--door", "policy", LISTED).returncode, 1
        )
        self.admin = admin
        self.assertEqual(self.status()["running"], "none")

    def test_where_only_what_was_kept_says_its_doors_these_are_opened(self):
        table = f"{LOOPBACK}:{free_port()}"
        self.start_well_once(listen=[f"{LOOPBACK}:{self.port}", table])
        with open(self.accepted, encoding="utf-8") as file:
            kept = json.load(file)
        text = json.loads(kept["text"])
        with open(self.accepted, "w", encoding="utf-8") as file:
            json.dump({**kept, "text": json.dumps({**text, "action": "FROWN"})}, file)
        spfblock = self.start(text="{")
        self.assert_answers_500(spfblock)
        spfblock.wait_for_line(f"listening address={table}")
        self.assert_not_listed(port_of(table), LISTED)

    def test_without_a_socket_it_answers_where_postfix_asks_by_default(self):
        alone = ["unshare", "--net"]
        done = subprocess.run([*alone, "true"], stderr=subprocess.DEVNULL, check=False)
        if done.returncode != 0:
            self.skipTest("may have no network of its own here")
        spfblock = self.serve(
            {"listen": ["127.0.0.1:10060"]},
            through=(*alone, "env", f"STATE_DIRECTORY={self.state}"),
            text="{",
        )
        spfblock.wait_for_line("admin port listening address=127.0.0.1:10061")

    def test_the_state_waits_for_the_mended_file(self):
        self.start_well_once()
        os.unlink(self.accepted)
        os.unlink(self.zone)
        spfblock = self.start(text="{")
        self.assert_answers_500(spfblock)
        spfblock.reload(resolver={"servers": [f"{LOOPBACK}:{free_port()}"]})
        self.wait_until_listed(self.port, LISTED)

    def test_a_damaged_one_is_none(self):
        self.start_well_once()
        with open(self.accepted, encoding="utf-8") as file:
            text = file.read()
        for damaged in ("", text[: len(text) // 2], "[" * 1000):
            with open(self.accepted, "w", encoding="utf-8") as file:
                file.write(damaged)
            spfblock = self.start(text="{")
            spfblock.wait_for_line("kept configuration unusable reason=")
            self.assert_answers_500(spfblock)
            spfblock.stop()

    def test_by_hand_a_faulty_file_exits_78(self):
        done = run("serve", "-c", self.file("c.json", "{"))
        self.assertEqual(done.returncode, 78)
        self.assertRegex(done.stderr, r"c\.json:1: syntax error")


class Keeping(Service):
    def test_what_is_kept_is_for_the_service_alone(self):
        self.start_well_once()
        mode = stat.S_IMODE(os.stat(self.accepted).st_mode)
        self.assertEqual(mode, 0o600)

    def test_a_folder_that_takes_nothing_is_told_and_stops_nothing(self):
        may_mount = subprocess.run(
            ["unshare", "--mount", "true"], stderr=subprocess.DEVNULL, check=False
        )
        if may_mount.returncode != 0:
            self.skipTest("may not mount here")
        for name, mount in {
            "read-only": "mount -t tmpfs -o ro none {0}",
            "full": "mount -t tmpfs -o size=64k none {0}"
            " && ! head -c 100000 /dev/zero 2>/dev/null > {0}/filler",
            "gone": "rmdir {0}",
        }.items():
            with self.subTest(name):
                script = mount.format(self.state) + ' && exec "$@"'
                spfblock = self.start(
                    before=("unshare", "--mount", "sh", "-c", script, "sh")
                )
                spfblock.wait_for_line("configuration not kept reason=")
                self.wait_until_listed(self.port, LISTED)
                spfblock.stop()

    def test_a_reload_is_kept(self):
        self.start_well_once()
        spfblock = self.start()
        spfblock.reload(networks=[{"network": "62.1.2.0/24"}])

        def is_kept():
            with open(self.accepted, encoding="utf-8") as file:
                return "62.1.2.0/24" in file.read()

        eventually(is_kept, "the new configuration is kept")
        spfblock.stop()
        self.start(text="{")
        self.wait_until_listed(self.port, NOT_LISTED)


class Lists(Service):
    def test_mistakes_in_them_are_warnings_at_the_start_and_at_a_reload(self):
        self.write_list("b.txt", "spam.example\nno domain\n<html>\nmore.example\n")
        os.symlink(
            os.path.join(self.lists, "a.txt"), os.path.join(self.lists, "c.txt")
        )
        os.mkdir(os.path.join(self.lists, "d.txt"))
        os.mkfifo(os.path.join(self.lists, "e.txt"))
        os.symlink("/dev/zero", os.path.join(self.lists, "f.txt"))
        spfblock = self.start()
        self.wait_until_listed(self.port, LISTED)
        for pattern in (
            r"e\.txt: warning: is no regular file, and not read",
            r"f\.txt: warning: is no regular file, and not read",
            r"b\.txt:1: warning: .*spam\.example.* is listed twice",
            r"b\.txt:2: warning: ",
            r"b\.txt:3: warning: ",
            r"c\.txt: warning: is the same file as ",
            r"d\.txt: warning: cannot read .*Is a directory",
        ):
            spfblock.wait_for_line(f"configuration warning warning=.*{pattern}")
        self.write_list("a.txt", "")
        spfblock.reload()
        spfblock.wait_for_line(r"a\.txt: warning: gives no entry, and gave 1 when")
        self.assert_listed(self.port, LISTED)  # by b.txt now
        self.assertEqual(self.status()["running"], "file")

    def test_a_list_that_shrank_while_it_was_stopped_is_told(self):
        self.start_well_once()
        self.write_list("a.txt", "# nothing\n")
        spfblock = self.start()
        spfblock.wait_for_line(r"a\.txt: warning: gives no entry, and gave 1 when")

    def test_files_of_entries_list_and_allow(self):
        self.write_list(
            "a.json",
            json.dumps(
                {
                    "networks": [
                        {"network": "62.1.2.0/24", "action": "HOLD"},
                        {"network": "62.1.4.0/24", "until": "2001-01-01"},
                    ],
                    "allow": {"networks": ["62.1.1.0/25"]},
                }
            ),
        )
        self.write_list("b.json", "<html>")
        spfblock = self.start(
            self.configuration(entry_files=[os.path.join(self.lists, "*.json")])
        )
        self.assertEqual(ask_once(self.port, NOT_LISTED), (200, "HOLD"))
        self.assert_not_listed(self.port, BY_HAND)
        self.assert_listed(self.port, "62.1.1.128")
        self.assert_not_listed(self.port, "62.1.4.1")
        spfblock.wait_for_line(r"b\.json:1: warning: syntax error")


class Check(BlackBoxCase):
    def check(self, text):
        return run("check", "-c", self.file("c.json", text))

    def test_warnings_are_told_and_the_configuration_is_valid(self):
        done = self.check('{"domains": [], "listen": ["0.0.0.0:1"],\n"action": "OK"}')
        self.assertEqual(done.returncode, 0)
        self.assertIn(": valid, ", done.stdout)
        self.assertRegex(done.stderr, r"c\.json:1: /listen: warning: others than this")
        self.assertRegex(done.stderr, r"c\.json:2: /action: warning: lets in all mail")

    def test_a_folder_for_the_state_that_is_not_there_is_a_warning(self):
        done = self.check('{"domains": [], "state_file": "none/state.json"}')
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stderr, "/state_file: warning: there is no folder ")

    def test_faults_and_warnings_are_told_together(self):
        done = self.check('{"domains": [], "action": "OK", "thread": 1}')
        self.assertEqual(done.returncode, 78)
        self.assertIn("/thread: unknown setting", done.stderr)
        self.assertIn("/action: warning: ", done.stderr)

    # A system of its own, as far as /etc goes, with the user of the package.
    SYSTEM = """
        mount -t tmpfs none /etc
        echo 'root:x:0:0::/:/bin/sh' > /etc/passwd
        echo 'spfblock:x:64321:64321::/:/bin/sh' >> /etc/passwd
        echo 'spfblock:x:64321:' > /etc/group
        mkdir -p /etc/spfblock/domains.d
        cd /etc/spfblock
        echo '{ "domain_files": ["domains.d/*.txt"], "state_file": "" }' \
            > spfblock.json
        echo spam.example > domains.d/a.txt
    """

    def check_as_root(self, script):
        may_mount = subprocess.run(
            ["unshare", "--mount", "true"], stderr=subprocess.DEVNULL, check=False
        )
        if os.geteuid() != 0 or may_mount.returncode != 0:
            self.skipTest("needs root, who may mount")
        whole = f'set -e\n{self.SYSTEM}\n{script}\nexec "$0" check'
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-c", whole, program()],
            capture_output=True,
            text=True,
            timeout=60,
        )
        return done.returncode, done.stdout + done.stderr

    def test_as_root_it_sees_what_the_service_cannot_read(self):
        for script, path in (
            ("chmod 600 spfblock.json", "spfblock.json"),
            ("chmod 640 domains.d/a.txt", "domains.d/a.txt"),
            ("chmod 700 domains.d", "domains.d/a.txt"),
            ("chmod 711 domains.d", "domains.d"),
        ):
            with self.subTest(script):
                status, said = self.check_as_root(script)
                self.assertEqual(status, 78, said)
                self.assertIn(
                    f"/etc/spfblock/{path}: the service, as user spfblock, cannot"
                    " read it: Permission denied\n",
                    said,
                )

    def test_as_root_it_takes_what_the_service_can_read(self):
        for script in (
            ":",
            "chgrp spfblock . spfblock.json domains.d domains.d/a.txt;"
            " chmod 750 . domains.d; chmod 640 spfblock.json domains.d/a.txt",
        ):
            with self.subTest(script):
                self.assertEqual(
                    self.check_as_root(script),
                    (
                        0,
                        "/etc/spfblock/spfblock.json: valid, 1 domain,"
                        " 0 networks by hand\n",
                    ),
                )
