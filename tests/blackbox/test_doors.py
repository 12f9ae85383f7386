"""A real Postfix at the doors policy and socketmap: what it makes of our
answers, and what becomes of its mail when we are not there.

Tests also: socket_file.
"""

import os
import socket
import time

from .harness.case import BlackBoxCase
from .harness.doors_case import (
    ELSEWHERE,
    LISTED,
    NETWORKS,
    DoorsCase,
    policy,
    socketmap,
    tcp_table,
    troubles,
)
from .harness.ports import LOOPBACK, free_port
from .harness.service_manager import ServiceManager
from .harness.spfblock import run
from .harness.waiting import eventually

class Policy(DoorsCase):
    def test_each_action_does_what_it_does_by_way_of_a_table(self):
        spfblock = self.serve_at("policy")
        self.assert_actions(self.postfix(0, policy(spfblock.port)))

    def test_mail_to_postmaster_is_let_through(self):
        spfblock = self.serve_at("policy")
        postfix = self.postfix(0, policy(spfblock.port))
        eventually(lambda: postfix.reply_to(LISTED)[0] == 554, "it is listed")
        for recipient in ("postmaster@recipient.invalid", "Abuse@recipient.invalid"):
            self.assertEqual(postfix.reply_to(LISTED, recipient)[0], 250, recipient)
        spfblock.reload(allow={"recipients": ["user@recipient.invalid"]})
        eventually(lambda: postfix.reply_to(LISTED)[0] == 250, "the user is exempt")
        self.assertEqual(
            postfix.reply_to(LISTED, "postmaster@recipient.invalid")[0], 554
        )

    def test_mail_goes_on_without_the_daemon(self):
        spfblock = self.serve_at("policy")
        postfix = self.postfix(0, policy(spfblock.port))
        eventually(lambda: postfix.reply_to(LISTED)[0] == 554, "it is listed")
        spfblock.kill()
        self.assertEqual(postfix.reply_to(LISTED)[0], 250)
        self.assertEqual(postfix.reply_to(ELSEWHERE)[0], 250)
        postfix.wait_for_log("problem talking to server")

    def test_a_daemon_that_hangs_costs_no_mail(self):
        spfblock = self.serve_at("policy")
        postfix = self.postfix(0, policy(spfblock.port))
        eventually(lambda: postfix.reply_to(LISTED)[0] == 554, "it is listed")
        self.suspend(spfblock)
        begin = time.monotonic()
        self.assertEqual(postfix.reply_to(LISTED)[0], 250)
        self.assertGreater(time.monotonic() - begin, 1.9)

    def test_what_is_no_request_closes_the_connection_and_nothing_else(self):
        spfblock = self.serve_at("policy")
        for _ in range(3):
            with socket.create_connection((LOOPBACK, spfblock.port), 10) as client:
                client.sendall(b"get 192.0.2.1\n")
                self.assertEqual(client.recv(100), b"")
        self.assertTrue(spfblock.running)

    def test_a_restart_defers_nobody_and_lets_nobody_through(self):
        # A start may take longer than the usual second on a busy machine.
        patient = "default_action=DEFER, timeout=20s, retry_delay=3s"
        self.assert_right_after_a_restart("policy", lambda port: policy(port, patient))


class TcpTable(DoorsCase):
    def test_who_hangs_is_waited_for(self):
        self.assert_waits_for_who_hangs("tcp_table", tcp_table)

    def test_a_restart_defers_nobody_and_lets_nobody_through(self):
        self.assert_right_after_a_restart("tcp_table", tcp_table)


class Socketmap(DoorsCase):
    def test_each_action_does_what_it_does_by_way_of_a_table(self):
        spfblock = self.serve_at("socketmap")
        postfix = self.postfix(0, socketmap(spfblock.port))
        self.assert_actions(postfix)

    def test_without_the_daemon_mail_is_deferred(self):
        spfblock = self.serve_at("socketmap")
        postfix = self.postfix(0, socketmap(spfblock.port))
        eventually(lambda: postfix.reply_to(LISTED)[0] == 554, "it is listed")
        spfblock.kill()
        self.assertEqual(postfix.reply_to(LISTED)[0], 451)

    def test_a_restart_is_not_seen(self):
        postfix = self.assert_right_after_a_restart("socketmap", socketmap)
        self.assertEqual(troubles(postfix), [])

    def test_who_hangs_is_waited_for(self):
        self.assert_waits_for_who_hangs("socketmap", socketmap)


class UnixSockets(DoorsCase):
    """A socket in Postfix's queue directory."""

    NAME = "spfblock/door"

    def asked_in(self, door, path):
        asked = (
            f"check_policy_service {{ unix:{path}, default_action=DUNNO, timeout=2s }}"
            if door == "policy"
            else f"check_client_access socketmap:unix:{path}:spfblock"
        )
        return f"smtpd_client_restrictions = {asked}\n"

    def postfix_with_folder(self, door, path=NAME, is_chrooted=False):
        postfix = self.postfix(0, self.asked_in(door, path), is_chrooted)
        os.mkdir(postfix.in_queue("spfblock"))
        return postfix

    def serve_in(self, postfix, door, mode="0666"):
        place = postfix.in_queue(self.NAME)
        return self.serve(
            {
                "listen": [{"door": door, "at": f"unix:{place}", "mode": mode}],
                "networks": NETWORKS,
            }
        )

    def test_each_action_does_what_it_does_by_way_of_a_table(self):
        for door in ("policy", "socketmap"):
            with self.subTest(door):
                postfix = self.postfix_with_folder(door)
                self.serve_in(postfix, door)
                self.assert_actions(postfix)

    def test_a_chrooted_smtpd_finds_the_socket_by_either_path(self):
        for door, path in (("policy", self.NAME), ("socketmap", "/" + self.NAME)):
            with self.subTest(door):
                postfix = self.postfix_with_folder(door, path, is_chrooted=True)
                self.serve_in(postfix, door)
                self.assert_actions(postfix)

    def test_a_socket_that_a_kill_left_is_replaced_and_a_stop_leaves_none(self):
        postfix = self.postfix_with_folder("policy")
        place = postfix.in_queue(self.NAME)
        spfblock = self.serve_in(postfix, "policy")
        spfblock.kill()
        self.assertTrue(os.path.exists(place))
        spfblock = self.serve_in(postfix, "policy")
        eventually(lambda: postfix.reply_to(LISTED)[0] == 554, "it is listed")
        spfblock.stop()
        self.assertFalse(os.path.exists(place))
        self.assertEqual(postfix.reply_to(LISTED)[0], 250)

    def test_without_permission_it_is_as_without_the_daemon(self):
        for door, code in (("policy", 250), ("socketmap", 451)):
            with self.subTest(door):
                postfix = self.postfix_with_folder(door)
                self.serve_in(postfix, door, mode="0600")
                self.assertEqual(postfix.reply_to(LISTED)[0], code)
                postfix.wait_for_log("Permission denied")

    def test_a_socket_that_is_handed_over_by_the_name_of_a_door_speaks_it(self):
        postfix = self.postfix_with_folder("policy", is_chrooted=True)
        place = postfix.in_queue(self.NAME)
        held = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        held.bind(place)
        os.chmod(place, 0o666)
        held.listen(16)
        manager = self.closing(ServiceManager({"policy": held}))
        spfblock = self.serve(
            {"networks": NETWORKS},
            through=manager.through,
            pass_fds=manager.pass_fds,
        )
        spfblock.wait_for_line(
            f"listening address=unix:{place} door=policy socket=policy$"
        )
        self.assert_actions(postfix)
        self.assertEqual(spfblock.matching("socket handed over but"), [])
        spfblock.stop()
        self.assertTrue(os.path.exists(place), "systemd's own")

    def test_the_folder_may_come_later(self):
        folder = self.directory()
        place = os.path.join(folder, "later", "door")
        spfblock = self.serve({"networks": NETWORKS})
        spfblock.configuration["listen"].append(f"unix:{place}")
        spfblock.reload()
        spfblock.wait_for_line(
            f'port unavailable address=unix:{place} reason="cannot listen on '
            f'unix:{place}: No such file or directory"'
        )
        os.mkdir(os.path.join(folder, "later"))
        spfblock.wait_for_line(f"listening address=unix:{place}$")


class AllDoors(BlackBoxCase):
    def test_stand_side_by_side_and_a_reload_opens_and_closes_them(self):
        table, first, second = (f"{LOOPBACK}:{free_port()}" for _ in range(3))
        spfblock = self.serve(
            {
                "listen": [table, {"door": "policy", "at": first}],
                "networks": NETWORKS,
            }
        )
        self.wait_until_listed(spfblock.port, LISTED)
        client = self.connect(spfblock.port)
        postfix = self.postfix(0, policy(spfblock.ports[1]))
        self.assertEqual(postfix.reply_to(LISTED)[0], 554)
        # The same port speaks another protocol, another port the former one.
        spfblock.reload(
            listen=[
                table,
                {"door": "socketmap", "at": first},
                {"door": "policy", "at": second},
            ]
        )
        self.assertEqual(client.ask(f"get {LISTED}".encode()).code, 200)
        other = self.postfix(0, socketmap(spfblock.ports[1]))
        self.assertEqual(other.reply_to(LISTED)[0], 554)
        self.assertEqual(other.reply_to(ELSEWHERE)[0], 250)

    def test_a_door_changes_without_a_moment_without_its_port(self):
        place = f"{LOOPBACK}:{free_port()}"
        spfblock = self.serve({"listen": [place], "networks": NETWORKS})
        self.wait_until_listed(spfblock.port, LISTED)
        client = self.connect(spfblock.port)
        spfblock.reload(listen=[{"door": "policy", "at": place}])
        spfblock.wait_for_line(f"listening address={place} door=policy$")
        self.assertEqual(spfblock.matching("listening no more"), [])
        self.assertEqual(client.ask(f"get {LISTED}".encode()).code, 200)
        postfix = self.postfix(0, policy(spfblock.port))
        self.assertEqual(postfix.reply_to(LISTED)[0], 554)


class Query(DoorsCase):
    """`spfblock query` at each door."""

    def setUp(self):
        self.socket = os.path.join(self.directory(), "map")
        self.spfblock = self.serve(
            {
                "listen": [
                    {"door": "policy", "at": f"{LOOPBACK}:{free_port()}"},
                    {"door": "socketmap", "at": f"unix:{self.socket}"},
                ],
                "networks": NETWORKS,
            }
        )

    def query(self, *arguments):
        done = run("query", "-c", self.spfblock.file, *arguments)
        return done.returncode, done.stdout

    def test_says_what_the_door_says(self):
        found = (0, f"{LISTED}\tREJECT 100% of 62.1.1.0/24 is 62.1.1.0/24\n")
        for door in ("policy", "socketmap"):
            self.assertEqual(self.query("--door", door, LISTED), found, door)
            self.assertEqual(self.query("--door", door, ELSEWHERE), (1, ""), door)
        # The first there is, where there is no tcp_table.
        self.assertEqual(self.query(LISTED), found)
        at = ("--server", f"unix:{self.socket}")
        self.assertEqual(self.query(*at, "--door", "socketmap", LISTED), found)

    def test_policy_takes_what_is_known_of_the_mail(self):
        policy = ("--door", "policy")
        user = "recipient=user@recipient.invalid"
        self.assertEqual(self.query(*policy, LISTED, "sender=a@b.invalid", user)[0], 0)
        self.assertEqual(self.query(*policy, f"client_address={LISTED}", user)[0], 0)
        for exempt in ("recipient=postmaster@recipient.invalid", "sasl_username=me"):
            self.assertEqual(self.query(*policy, LISTED, exempt), (1, ""))
        for wrong in ((user,), (LISTED, "sender=a\nb=c")):
            self.assertEqual(self.query(*policy, *wrong)[0], 64)

    def test_another_protocol_at_the_door_is_told_at_once(self):
        done = run("query", "--server", f"unix:{self.socket}", LISTED)
        self.assertEqual(done.returncode, 69)
        self.assertIn("End of file", done.stderr)

    def test_a_door_that_is_not_there(self):
        done = run("query", "-c", self.spfblock.file, "--door", "tcp_table", LISTED)
        self.assertEqual(done.returncode, 64)
        self.assertIn("`listen` has no door tcp_table", done.stderr)
