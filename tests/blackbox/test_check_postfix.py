"""`spfblock check --postfix`, with the real postconf."""

import os
import pwd
import re
import socket
import subprocess

from .harness import smtp
from .harness.case import BlackBoxCase
from .harness.doors_case import ELSEWHERE, LISTED, NETWORKS, policy
from .harness.ports import LOOPBACK, free_port
from .harness.postfix import Postfix
from .harness.service_manager import ServiceManager
from .harness.spfblock import CHECKOUT, program
from .harness.waiting import PATIENCE_S


class CheckPostfix(BlackBoxCase):
    """`spfblock check --postfix`, with the real postconf."""

    def check(
        self, main_cf, services="smtp inet n - n - - smtpd\n", admin="", listen="", networks=""
    ):
        """(exit status, what it says of Postfix)"""
        folder = self.directory()
        for name, text in (
            ("main.cf", f"compatibility_level = 3.6\n{main_cf}"),
            ("master.cf", services),
            (
                "spfblock.json",
                """{ "listen": ["127.0.0.1:10060",
                { "door": "policy", "at": "127.0.0.1:10062" },
                { "door": "socketmap", "at": "127.0.0.1:10064" },
                { "door": "dnsbl", "at": "127.0.0.1:10053", "zone": "bl.example.org" }%s],
                "networks": [%s], "state_file": "", "admin": "%s" }"""
                % (listen and f",\n{listen}", networks, admin),
            ),
        ):
            with open(os.path.join(folder, name), "w", encoding="ascii") as file:
                file.write(text)
        done = subprocess.run(
            [program(), "check", "--postfix", "-c", f"{folder}/spfblock.json"],
            env={**os.environ, "MAIL_CONFIG": folder},
            capture_output=True,
            text=True,
            timeout=60,
        )
        said = done.stdout.partition("by hand\n")[2] + done.stderr
        return done.returncode, said

    def test_the_example_is_good(self):
        with open(os.path.join(CHECKOUT, "etc/main.cf.example"), encoding="utf-8") as file:
            text = file.read()
        self.assertEqual(
            self.check(text),
            (0, "main.cf: smtpd_client_restrictions: asks 127.0.0.1:10060, tcp_table\n"),
        )
        for line in re.findall(r"(?m)^#     (check_policy_service .* inet:.*),$", text):
            status, said = self.check(
                f"smtpd_client_restrictions = permit_mynetworks, {line}\n"
            )
            self.assertEqual((status, said.partition("asks ")[2]), (0, "127.0.0.1:10062, policy\n"))

    def test_knows_what_was_handed_over_to_the_running_server(self):
        queue, held = self.socket_in_queue()
        manager = self.closing(ServiceManager({"policy": held}))
        admin = f"{LOOPBACK}:{free_port()}"
        asked = (
            f"queue_directory = {queue}\n"
            "smtpd_client_restrictions = permit_mynetworks, check_policy_service"
            " { unix:spfblock/policy, default_action=DUNNO, timeout=2s }\n"
        )
        status, said = self.check(asked, admin=admin)
        self.assertEqual(status, 1)
        self.assertIn("asks unix:spfblock/policy, where `listen` has nothing\n", said)
        self.assertIn("the running server cannot be asked for its doors", said)
        spfblock = self.serve(
            {"networks": NETWORKS, "admin": admin},
            through=manager.through,
            pass_fds=manager.pass_fds,
        )
        spfblock.wait_for_line("admin port listening")
        for services in ("smtp inet n - n - - smtpd\n", "smtp inet n - - - - smtpd\n"):
            self.assertEqual(
                self.check(asked, services, admin),
                (0, "main.cf: smtpd_client_restrictions: asks unix:spfblock/policy, policy\n"),
            )
        # In a chroot a path begins at the queue directory.
        chrooted = asked.replace("unix:spfblock", "unix:/spfblock")
        status, _ = self.check(chrooted, "smtp inet n - y - - smtpd\n", admin)
        self.assertEqual(status, 0)
        status, _ = self.check(chrooted, "smtp inet n - - - - smtpd\n", admin)
        self.assertEqual(status, 1)

    def socket_in_queue(self):
        """(a queue directory, a socket in it that everybody may connect to)"""
        queue = self.directory()
        os.mkdir(f"{queue}/spfblock")
        held = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        held.bind(f"{queue}/spfblock/policy")
        held.listen(16)
        os.chmod(queue, 0o755)
        os.chmod(f"{queue}/spfblock/policy", 0o666)
        return queue, held

    def test_whether_smtpd_gets_to_a_unix_socket(self):
        """Here `listen` has it, and whoever looks is root."""
        queue, held = self.socket_in_queue()
        self.addCleanup(held.close)
        path = f"{queue}/spfblock/policy"
        door = '{ "door": "policy", "at": "unix:%s" }' % path
        group = pwd.getpwnam("postfix").pw_gid
        root = "" if os.geteuid() == 0 else "who looks is not root"

        def said(services="smtp inet n - y - - smtpd\n", at="spfblock/policy"):
            return self.check(
                f"queue_directory = {queue}\n"
                "smtpd_client_restrictions = permit_mynetworks, check_policy_service"
                f" {{ unix:{at}, default_action=DUNNO, timeout=2s }}\n",
                services,
                listen=door,
            )

        self.assertEqual(said()[0], 0)
        if root:
            self.skipTest(root)
        os.chown(path, 0, group)
        os.chmod(path, 0o660)
        self.assertEqual(said()[0], 0)
        os.chown(path, 0, 0)
        status, words = said()
        self.assertEqual(status, 1)
        self.assertIn(f"postfix may not connect to {path} (mode 0660, user 0, group 0;", words)
        os.chmod(path, 0o666)
        os.chmod(f"{queue}/spfblock", 0o700)
        status, words = said()
        self.assertEqual(status, 1)
        self.assertIn(f"postfix may not enter {queue}/spfblock (mode 0700", words)
        os.chmod(f"{queue}/spfblock", 0o755)
        # A link that leads on without a chroot, and nowhere within one.
        os.rename(f"{queue}/spfblock", f"{queue}/elsewhere")
        os.symlink(f"{queue}/elsewhere", f"{queue}/spfblock")
        self.assertEqual(said("smtp inet n - n - - smtpd\n")[0], 0)
        status, words = said()
        self.assertEqual(status, 1)
        self.assertIn(f"{queue}/spfblock is a link to {queue}/elsewhere", words)
        os.unlink(f"{queue}/spfblock")
        status, words = said()
        self.assertEqual(status, 0)
        self.assertIn(f"warning: {queue}/spfblock is not there: spfblock, or", words)

    def test_smtpd_refuses_to_run_as_root(self):
        """What is told, and what becomes of it in the real smtpd."""
        asks = f"smtpd_client_restrictions = permit_mynetworks, {self.POLICY}\n"
        for column, status in (("n", 1), ("y", 0), ("-", 0)):
            with self.subTest(column=column):
                found, said = self.check(asks, f"smtp inet n {column} n - - smtpd\n")
                self.assertEqual(found, status, said)
                self.assertEqual("smtp/inet: smtpd does not start" in said, status == 1)
        port = free_port()
        postfix = self.closing(
            Postfix(
                0,
                "smtpd_client_restrictions =\n",
                services=f"{LOOPBACK}:{port} inet n n n - 1 smtpd\n",
            )
        )
        with socket.create_connection((LOOPBACK, port), timeout=PATIENCE_S) as client:
            self.assertEqual(client.recv(4096), b"")
        postfix.wait_for_log("must run with $mail_owner privileges")

    def test_an_action_that_lets_in_makes_no_relay(self):
        first = "permit_mynetworks, permit_sasl_authenticated,"
        listed = '{ "network": "192.0.2.0/24", "action": "OK" }'
        before = f"{first} {self.POLICY}, reject_unauth_destination\n"
        behind = f"{first} reject_unauth_destination, {self.POLICY}\n"
        for main_cf, status in (
            (f"smtpd_recipient_restrictions = {before}", 0),  # by the default of relay
            (f"smtpd_relay_restrictions =\nsmtpd_recipient_restrictions = {before}", 1),
            (f"smtpd_relay_restrictions =\nsmtpd_recipient_restrictions = {behind}", 0),
            (f"smtpd_relay_restrictions = {before}", 1),
            (f"smtpd_relay_restrictions = {behind}", 0),
        ):
            with self.subTest(main_cf):
                found, words = self.check(main_cf, networks=listed)
                self.assertEqual(found, status, words)
                self.assertEqual("may send mail to anywhere" in words, status == 1, words)

    def test_an_open_relay_is_one(self):
        """What the test above is told of, of a real smtpd."""
        table = f"{LOOPBACK}:{free_port()}"
        self.serve({"listen": [table], "networks": [{"network": LISTED, "action": "OK"}]})
        asks = f"check_client_access tcp:{table}"
        refuses = "reject_unauth_destination"
        relays = {
            (refuses, f"{asks}, {refuses}"): False,
            ("", f"{asks}, {refuses}"): True,
            ("", f"{refuses}, {asks}"): False,
            (f"{asks}, {refuses}", ""): True,
            (f"{asks}, {refuses}", f"{asks}, {refuses}"): True,
            (f"{asks}, {refuses}", refuses): False,
        }
        ports = {lists: free_port() for lists in relays}
        self.closing(
            Postfix(
                0,
                "smtpd_client_restrictions =\n",
                services="".join(
                    f"{LOOPBACK}:{port} inet n - n - 1 smtpd\n"
                    f"  -o {{ smtpd_relay_restrictions = {relay} }}\n"
                    f"  -o {{ smtpd_recipient_restrictions = {recipient} }}\n"
                    for (relay, recipient), port in ports.items()
                ),
            )
        )
        for lists, is_open in relays.items():
            with self.subTest(lists), smtp.Smtp(ports[lists], timeout=PATIENCE_S) as client:
                client.command("EHLO client.invalid")
                client.come_from(LISTED)
                client.command("MAIL FROM:<sender@client.invalid>")
                code, said = client.command("RCPT TO:<user@elsewhere.invalid>")
                self.assertEqual(code, 250 if is_open else 554, said)

    def test_follows_names_and_what_master_cf_says(self):
        status, said = self.check(
            "smtpd_restriction_classes = spammers\n"
            "spammers = check_client_access ${table}\n"
            "table = tcp:$host:10060\n"
            "host = 127.0.0.1\n"
            "smtpd_recipient_restrictions = permit_mynetworks, spammers\n"
            "mua = permit_sasl_authenticated, reject\n",
            "smtp inet n - n - - smtpd\n"
            "submission inet n - n - - smtpd\n"
            "  -o smtpd_recipient_restrictions=$mua\n"
            "587 inet n - n - - smtpd\n"
            "  -o { smtpd_recipient_restrictions = check_policy_service inet:127.0.0.1:10062 }\n",
        )
        self.assertEqual(status, 1)
        self.assertEqual(
            said.splitlines(),
            [
                "main.cf: smtpd_recipient_restrictions: asks 127.0.0.1:10060, tcp_table",
                *(
                    f"master.cf: 587/inet: smtpd_recipient_restrictions: {each}"
                    for each in (
                        "own networks are looked up, too: permit_mynetworks does not"
                        " stand before",
                        "mail is deferred while spfblock is away:"
                        " default_action=DUNNO is missing",
                        "warning: a server that hangs holds each mail for more than"
                        " ten seconds: timeout=2s is missing",
                    )
                ),
            ],
        )

    def test_nobody_asks(self):
        status, said = self.check("smtpd_client_restrictions = permit_mynetworks\n")
        self.assertEqual(status, 1)
        self.assertIn("no smtpd asks a door of `listen`", said)

    POLICY = "check_policy_service { inet:127.0.0.1:10062, default_action=DUNNO, timeout=2s }"
    DNSBL = "reject_rbl_client bl.example.org=127.0.0.2"

    def test_wirings(self):
        """What is said of a main.cf and a master.cf, as the real postconf tells them:
        (main.cf, master.cf, exit status, each a part of a line)."""
        first = "permit_mynetworks, permit_sasl_authenticated,"
        inet = "smtp inet n - n - - smtpd\n"
        screened = (
            "smtp inet n - n - 1 postscreen\nsmtpd pass - - n - - smtpd\n"
            "dnsblog unix - - n - 0 dnsblog\n"
        )
        at_rcpt = f"smtpd_recipient_restrictions = {first} {self.POLICY}\n"
        at_client = f"smtpd_client_restrictions = {first} {self.POLICY}\n"
        sites = "postscreen_dnsbl_threshold = 3\npostscreen_dnsbl_sites = "
        for main_cf, services, status, *said in (
            # Right ones.
            (at_rcpt, inet, 0, "smtpd_recipient_restrictions: asks 127.0.0.1:10062"),
            (
                f"smtpd_relay_restrictions = {first} {self.POLICY} defer_unauth_destination\n",
                inet,
                0,
                "smtpd_relay_restrictions: asks 127.0.0.1:10062",
            ),
            (
                f"smtpd_client_restrictions = {first} {self.DNSBL}\n",
                inet,
                0,
                "asks bl.example.org, dnsbl",
            ),
            (
                f"{sites}zen.example*2, bl.example.org=127.0.0.2*3\n"
                "postscreen_dnsbl_action = enforce\n",
                screened,
                0,
                "main.cf: postscreen_dnsbl_sites: asks bl.example.org, dnsbl",
            ),
            (
                f"zone = bl.example.org=127.0.0.2\n{sites}$zone*3\n"
                f"postscreen_dnsbl_action = drop\n{at_client}",
                screened,
                0,
                "main.cf: postscreen_dnsbl_sites: asks bl.example.org, dnsbl",
                "asks 127.0.0.1:10062, policy",
            ),
            (
                f"{at_client}smtpd_delay_reject = no\n",
                inet + "  -o smtpd_delay_reject=yes\n",
                0,
                "asks 127.0.0.1:10062, policy",
            ),
            (
                f"mua_client = permit_sasl_authenticated, reject\n{at_client}",
                inet + "submission inet n - n - - smtpd\n"
                "  -o smtpd_sasl_auth_enable=yes\n"
                "  -o smtpd_client_restrictions=$mua_client\n",
                0,
                "asks 127.0.0.1:10062, policy",
            ),
            # A table whose key is not the client's address.
            *(
                (
                    f"smtpd_{stage}_restrictions = {restriction} {table}\n",
                    inet,
                    1,
                    f"looks {what} up, never the client's address",
                )
                for table in ("tcp:127.0.0.1:10060", "socketmap:inet:127.0.0.1:10064:x")
                for stage, restriction, what in (
                    ("helo", "check_helo_access", "HELO names"),
                    ("sender", "check_sender_access", "senders"),
                    ("sender", "", "senders"),
                    ("recipient", "check_recipient_access", "recipients"),
                    ("relay", "", "recipients"),
                )
            ),
            # Too early, too late, and not at all.
            (
                f"{at_client}smtpd_delay_reject = no\nsmtpd_sasl_auth_enable = yes\n",
                inet,
                1,
                "nobody has logged in by then",
                "allow.recipients does not count",
            ),
            (
                f"smtpd_end_of_data_restrictions = {first} {self.POLICY}\n",
                inet,
                0,
                "warning: the recipients of a mail to several are not told there",
            ),
            (
                f"smtpd_recipient_restrictions = {first} permit_auth_destination,"
                f" {self.POLICY}\n",
                inet,
                1,
                "which lets in all mail to own domains",
            ),
            (
                f"smtpd_restriction_classes = ours\nours = {first} reject_unauth_destination,"
                f" permit\nsmtpd_recipient_restrictions = ours, {self.POLICY}\n",
                inet,
                1,
                'stands behind "permit", and is never asked',
            ),
            (
                f"smtpd_restriction_classes = ours\nours = {self.POLICY}\n"
                "smtpd_recipient_restrictions = check_recipient_access static:ours\n",
                inet,
                0,
                "warning: asks 127.0.0.1:10062, but no list names this class",
            ),
            (
                at_client,
                inet + "  -o smtpd_client_restrictions=permit_mynetworks\n"
                "2525 inet n - n - - smtpd\n",
                0,
                "warning: does not ask, while others do",
            ),
            (at_client + at_rcpt, inet, 0, "once more for the same mail"),
            # A DNSBL that is none of us, by a filter, or its weight.
            (
                f"smtpd_client_restrictions = {first} reject_rbl_client bl.example.org\n",
                inet,
                0,
                "warning: without a filter any answer counts",
            ),
            (
                f"smtpd_client_restrictions = {first} reject_rbl_client"
                " bl.example.org=127.0.0.[3..9]\n",
                inet,
                1,
                "never holds: the door answers 127.0.0.2",
            ),
            (
                "smtpd_client_restrictions = permit_dnswl_client bl.example.org\n",
                inet,
                1,
                "lets in who is listed",
            ),
            (
                f"smtpd_client_restrictions = {first} reject_rbl_client other.example.org\n",
                inet,
                1,
                "no smtpd asks a door",
            ),
            (
                f"{sites}bl.example.org=127.0.0.2\n",
                screened,
                0,
                "it counts 1 of the 3 that it takes to reject",
                "postscreen_dnsbl_action = ignore",
            ),
            (f"{sites}bl.example.org*-3\n", screened, 1, "-3 counts in favour"),
            (
                f"{sites}bl.example.org=127.0.0.2*3\n",
                screened.replace("dnsblog", "#dnsblog"),
                1,
                "no service dnsblog",
            ),
            # What listed clients are taken for.
            (
                f"{at_client}mynetworks = tcp:127.0.0.1:10060\n",
                inet,
                1,
                "may relay",
            ),
            (f"{at_client}mynetworks = 0.0.0.0/0\n", inet, 1, "everybody is in the own"),
            (
                f"{at_client}relay_domains = socketmap:inet:127.0.0.1:10064:x\n",
                inet,
                1,
                "knows nothing but clients",
            ),
            (f"{at_client}soft_bounce = yes\n", inet, 0, "is deferred, not rejected"),
        ):
            with self.subTest(main_cf=main_cf, services=services):
                found, lines = self.check(main_cf, services)
                self.assertEqual(found, status, lines)
                for each in said:
                    self.assertIn(each, lines)

    def test_what_ends_smtpd_or_stops_all_mail(self):
        """It is told of what the real smtpd does not start with, ends at, or answers
        451 to everybody for."""
        policy, table, closed = ("127.0.0.1:10062", "127.0.0.1:10060", "127.0.0.1:1")
        service = "check_policy_service {{ inet:{0}, default_action=DUNNO, {1} }}"
        ends = {
            service.format(policy, option): fatal
            for option, fatal in (
                ("timeout=0", "invalid timeout: 0"),
                ("max_idle=0s", "invalid max_idle: 0"),
                ("max_ttl=2x", "max_ttl"),
                ("retry_delay=0s", "invalid retry_delay: 0"),
                ("try_limit=0", "invalid try_limit parameter value 0"),
                ("{ default_action= }", "bad string length 0 < 1: default_action"),
                ("retries=3", 'unknown option: "retries'),
                ("retry_delay = 2s", "missing '=' after attribute name: \"...retry_delay"),
                ("default_action=DEFER later", "missing '=' after attribute name: \"...later"),
            )
        }
        ends[f"check_policy_service tcp:{policy}"] = "invalid transport name: tcp"
        ends["$unclosed"] = "policy service syntax error"
        ends["check_client_access socketmap:inet:127.0.0.1:10064"] = "garbage after numerical"
        ends["check_client_access tcp:127.0.0.1"] = "127.0.0.1: garbage after numerical"
        defers = [
            f"check_policy_service inet:{policy}, timeout=2s",
            f"check_client_access inet:{table}",
            "check_policy_service",
            f"check_policy_service {{ inet:{closed}, default_action=PASS, timeout=2s }}",
        ]
        told = {each: self.told_of(each) for each in [*ends, *defers]}
        for restriction, fault in told.items():
            self.assertRegex(
                fault, "smtpd (does not start|ends|answers 451|knows no such)", restriction
            )
        ports = {each: free_port() for each in told}
        postfix = self.closing(
            Postfix(
                0,
                f"smtpd_client_restrictions =\nunclosed = {self.UNCLOSED}\n",
                services="".join(
                    f"{LOOPBACK}:{port} inet n - n - 1 smtpd\n"
                    f"  -o {{ smtpd_client_restrictions = {restriction} }}\n"
                    for restriction, port in ports.items()
                ),
            )
        )
        clients = [
            self.closing(
                socket.create_connection((LOOPBACK, ports[each]), timeout=PATIENCE_S)
            )
            for each in ends
        ]
        for client, (restriction, fatal) in zip(clients, ends.items()):
            if restriction.startswith("check_client_access"):
                self.send_until_it_ends(client)
            postfix.wait_for_log(fatal)
        for each in defers:
            self.assertEqual(smtp.reply_to(ports[each], ELSEWHERE)[0], 451, each)

    def send_until_it_ends(self, client):
        """Of an smtpd that lives until its first lookup.  It is not sent more than
        it has answered, or it would say no more."""
        for command in (
            "EHLO a", "MAIL FROM:<a@b.invalid>", "RCPT TO:<user@recipient.invalid>"
        ):
            self.assertNotEqual(client.recv(4096), b"")
            client.sendall(command.encode() + b"\r\n")
        self.assertEqual(client.recv(4096), b"")

    UNCLOSED = "check_policy_service { inet:127.0.0.1:10062, timeout=2s"

    def told_of(self, restriction):
        """What is wrong with it."""
        # Of a server at a closed port nothing is known: let it be ours.
        text = restriction.replace("127.0.0.1:1,", "127.0.0.1:10062,")
        status, said = self.check(
            f"smtpd_client_restrictions = permit_mynetworks, {text}\n"
            f"unclosed = {self.UNCLOSED}\n"
        )
        self.assertEqual(status, 1, restriction)
        return said

    def test_without_a_postfix(self):
        folder = self.directory()
        status = subprocess.run(
            [program(), "check", "--postfix", "-c", f"{CHECKOUT}/etc/demo/spfblock.json"],
            env={**os.environ, "MAIL_CONFIG": folder},
            capture_output=True,
            timeout=60,
        ).returncode
        self.assertEqual(status, 69)
