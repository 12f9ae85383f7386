"""kill -9 of the daemon behind the door dnsbl, again and again, while it is asked
without pause: what those are told who ask it, and who ask a resolver."""

import os
import socket
import time

from .harness import own_machine
from .harness.case import BlackBoxCase
from .harness.dnsbl import APEX
from .harness.dnsbl_load import Askers
from .harness.ports import LOOPBACK, free_port
from .harness.spfblock import Spfblock
from .harness.unbound import Unbound
from .harness.waiting import eventually

TIMES = int(os.environ.get("SPFBLOCK_DNSBL_KILLS", "10"))
ANSWERS = 200  # between two kills

# By hand; of a domain, which a new process knows from its state alone; nobody's.
BY_HAND, OF_A_DOMAIN, OTHERS = "62.1.0.0/16", "62.64.0.0/16", "63.1.0.0/16"
NETWORKS = {BY_HAND: True, OF_A_DOMAIN: True, OTHERS: False}


def setUpModule():
    own_machine.move_in()


class Kills(BlackBoxCase):
    def setUp(self):
        self.port = free_port()
        table = f"{LOOPBACK}:{free_port()}"
        record = f"v=spf1 ip4:{OF_A_DOMAIN}"
        zone = self.file("spf.zone", f'spam.example. 300 IN TXT "{record}"\n')
        silent = self.enterContext(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        silent.bind((LOOPBACK, 0))
        self.configuration = {
            "listen": [
                {"door": "dnsbl", "at": f"{LOOPBACK}:{self.port}", "zone": APEX},
                table,
            ],
            "networks": [{"network": BY_HAND, "action": "REJECT"}],
            "domains": ["spam.example"],
            "state_file": os.path.join(self.directory(), "state.json"),
            "resolver": {"zone_file": zone},
        }
        first = self.serve(self.configuration)
        self.wait_until_listed(first.ports[1], "62.64.1.1")
        first.stop()  # the state is saved
        self.configuration["resolver"] = {
            "servers": [f"{LOOPBACK}:{silent.getsockname()[1]}"], "timeout": "60s",
        }
        self.running = None
        self.addCleanup(self.end)
        self.start()

    def start(self):
        self.running = Spfblock(self.configuration)

    def end(self):
        if self.running:
            self.running.close()
        self.running = None

    def kill(self):
        self.running.kill()
        self.end()

    def wait_for_answers(self, askers):
        """Seconds until there are some more."""
        begin, before = time.monotonic(), askers.counts["right"]
        eventually(lambda: askers.counts["right"] > before, "it is answered")
        first = time.monotonic() - begin
        eventually(lambda: askers.counts["right"] > before + ANSWERS, "it goes on")
        return first

    def wait_for_silence(self, askers):
        """Until somebody has got nothing who asked while it was dead."""
        before = askers.counts["nothing"]
        eventually(lambda: askers.counts["nothing"] > before + 4, "nobody is answered")

    def kill_again_and_again(self, askers):
        """The longest time from a start to the first answer."""
        back = [self.wait_for_answers(askers)]
        for _ in range(TIMES):
            self.kill()
            self.wait_for_silence(askers)
            self.start()
            back.append(self.wait_for_answers(askers))
        askers.close()
        self.assertEqual(askers.wrong[:5], [])
        return max(back[1:])

    def test_who_asks_the_door_is_told_nothing_wrong(self):
        askers = self.closing(Askers(self.port, APEX, NETWORKS))
        back = self.kill_again_and_again(askers)
        print(f"\nthe door, killed {TIMES} times: {dict(askers.counts)}, answers "
              f"again {back:.2f} s after a start", flush=True)

    def test_who_asks_a_resolver_is_told_nothing_wrong_and_soon(self):
        """Each name is asked once: nothing comes from what unbound remembers."""
        self.closing(Unbound(APEX, self.port))
        askers = self.closing(Askers(53, APEX, NETWORKS, patience=15))
        back = self.kill_again_and_again(askers)
        print(f"\nunbound, the door killed {TIMES} times: {dict(askers.counts)}, the "
              f"longest took {askers.slowest:.2f} s, answers again {back:.2f} s after "
              "a start", flush=True)
        self.assertLess(askers.slowest, 5)
