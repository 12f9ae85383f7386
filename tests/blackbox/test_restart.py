"""A restart behind a held socket: Postfix gets every answer, and no refusal."""

import os

from .harness.case import BlackBoxCase
from .harness.patient_clients import PatientClients
from .harness.ports import free_port
from .harness.scripted_dns import ScriptedDns
from .harness.service_manager import ServiceManager, listening_socket
from .harness.tcp_table import Reply
from .harness.waiting import eventually

CONNECTIONS = 200
RESTARTS = 20

# The machine may be busy; Postfix waits for a reply for 100 seconds.
LONGEST_WAIT_S = 30.0

EXPECTED = {
    "62.1.1.1": Reply(200, "REJECT spam.example"),
    "62.1.2.1": Reply(500, "not listed"),
    "2a03:2880::1": Reply(200, "REJECT spam.example"),
    "unknown": Reply(500, "not listed"),
    "62.1.3.255": Reply(200, "REJECT by hand"),
}


class Restart(BlackBoxCase):
    def start(self, threads=1):
        return self.serve(
            {
                "listen": [f"127.0.0.1:{self.port}"],
                "threads": threads,
                "domains": ["spam.example"],
                "networks": [{"network": "62.1.3.0/24", "action": "REJECT by hand"}],
                "action": "REJECT {domain}",
                "state_file": self.state,
                "resolver": {"servers": [self.dns], "timeout": "1s", "attempts": 1},
            },
            through=self.manager.through,
            pass_fds=self.manager.pass_fds,
        )

    def setUp(self):
        self.port = free_port()
        self.state = os.path.join(self.directory(), "state.json")
        self.manager = self.closing(
            ServiceManager({"held.socket": listening_socket(self.port)})
        )

    def restart_under_load(self, threads):
        dns = self.closing(
            ScriptedDns(
                {
                    ("spam.example", "TXT"): [
                        "v=spf1 ip4:62.1.1.0/24 ip6:2a03:2880::/32 -all"
                    ]
                }
            )
        )
        self.dns = dns.server
        spfblock = self.start(threads)
        self.wait_until_listed(self.port, "62.1.1.1")
        spfblock.stop()
        # From now on what is right can only come from the state file.
        self.dns = "127.0.0.1:9"

        spfblock = self.start(threads)
        clients = self.closing(PatientClients(self.port, EXPECTED, CONNECTIONS))
        for _ in range(RESTARTS):
            before = clients.answered
            eventually(
                lambda: clients.answered > before + 2 * CONNECTIONS, "clients go on"
            )
            spfblock.stop()
            spfblock.close()
            spfblock = self.start(threads)
        clients.stop()

        print(
            f"{RESTARTS} restarts, {threads} threads: {clients.answered} replies,"
            f" {clients.closed} connections closed, {clients.refused} refused,"
            f" longest wait {clients.longest_wait_s * 1000:.0f} ms,"
            f" longest gap {clients.longest_gap_s * 1000:.0f} ms"
        )
        self.assertEqual(clients.refused, 0)
        self.assertEqual(clients.wrong, [])
        self.assertEqual(clients.unanswered, 0)
        self.assertGreater(clients.closed, RESTARTS)  # there was something to notice
        self.assertLess(clients.longest_wait_s, LONGEST_WAIT_S)

    def test_refuses_no_connection_and_gives_no_wrong_answer(self):
        self.restart_under_load(threads=1)

    def test_nor_where_several_threads_share_the_socket(self):
        self.restart_under_load(threads=3)
