"""The resolver against name servers that are dead, slow, lying or in trouble.

Tests also: make_resolver.
"""

import collections
import socket

from .harness.case import BlackBoxCase
from .harness.dns_message import (
    REFUSED,
    SERVFAIL,
    encode_answer,
    question_section,
)
from .harness.ports import LOOPBACK, free_port
from .harness.scripted_dns import ScriptedDns
from .harness.tcp_table import ask_once
from .harness.waiting import PATIENCE_S, eventually, holds_for

RECORDS = {
    ("good.example", "TXT"): ["v=spf1 ip4:62.1.1.0/24 -all"],
    ("other.example", "TXT"): ["v=spf1 ip4:62.1.2.0/24 -all"],
}
FORGED = ["v=spf1 ip4:66.6.6.0/24 -all"]


class Servers(BlackBoxCase):
    def test_passes_over_a_dead_and_a_silent_server(self):
        dead = f"{LOOPBACK}:{free_port()}"
        silent = self.closing(_SilentServer())
        healthy = self.closing(ScriptedDns(RECORDS))
        spfblock = self.serve(
            {
                "domains": ["good.example", "other.example"],
                "resolver": {
                    "servers": [dead, silent.server, healthy.server],
                    "timeout": "1s",
                },
            }
        )
        self.wait_until_listed(spfblock.port, "62.1.1.1")
        self.wait_until_listed(spfblock.port, "62.1.2.1")

    def test_asks_the_next_server_after_servfail_and_refused(self):
        for rcode in (SERVFAIL, REFUSED):
            with self.subTest(rcode=rcode):
                broken = self.closing(ScriptedDns(RECORDS))
                broken.rcodes["good.example"] = rcode
                healthy = self.closing(ScriptedDns(RECORDS))
                spfblock = self.serve(
                    {
                        "domains": ["good.example"],
                        "resolver": {"servers": [broken.server, healthy.server]},
                    }
                )
                self.wait_until_listed(spfblock.port, "62.1.1.1")

    def test_asks_again_when_a_datagram_is_lost(self):
        dns = self.closing(_LosesFirst(RECORDS))
        spfblock = self.serve(
            {
                "domains": ["good.example"],
                "resolver": {"servers": [dns.server], "timeout": "1s", "attempts": 9},
            }
        )
        self.wait_until_listed(spfblock.port, "62.1.1.1")
        self.assertGreaterEqual(dns.received["good.example", "TXT"], 2)

    def test_waits_for_the_right_answer_behind_forged_ones(self):
        for some in (slice(0, 4), slice(4, None)):  # more would lead to TCP
            dns = self.closing(_Forger(RECORDS, some))
            spfblock = self.serve(
                {
                    "domains": ["good.example"],
                    "resolver": {
                        "servers": [dns.server],
                        "timeout": "20s",
                        "attempts": 1,
                    },
                }
            )
            self.wait_until_listed(spfblock.port, "62.1.1.1")
            self.assert_not_listed(spfblock.port, "66.6.6.1")
            self.assertEqual(dns.asked["good.example", "TXT"], 1)

    def test_follows_mx_and_a_for_each_family(self):
        dns = self.closing(
            ScriptedDns(
                {
                    ("good.example", "TXT"): ["v=spf1 mx a:web.example -all"],
                    ("good.example", "MX"): ["10 mail.example", "20 backup.example"],
                    ("mail.example", "A"): ["62.1.1.1"],
                    ("mail.example", "AAAA"): ["2a01:4f8::25"],
                    ("backup.example", "A"): ["62.1.1.2"],
                    ("web.example", "A"): ["62.1.1.3"],
                }
            )
        )
        spfblock = self.serve(
            {"domains": ["good.example"], "resolver": {"servers": [dns.server]}}
        )
        for address in ("62.1.1.1", "62.1.1.2", "62.1.1.3", "2a01:4f8::25"):
            self.wait_until_listed(spfblock.port, address)
        self.assert_not_listed(spfblock.port, "62.1.1.4")


class Trouble(BlackBoxCase):
    REFRESH = {"interval": "1s", "follow_ttl": False, "retry": "1s"}

    def test_the_port_answers_500_before_the_first_expansion_ends(self):
        silent = self.closing(_SilentServer())
        spfblock = self.serve(
            {
                "domains": ["good.example"],
                "networks": [],
                "resolver": {"servers": [silent.server], "timeout": "20s"},
            }
        )
        client = self.connect(spfblock.port)
        self.assertEqual(client.get("62.1.1.1"), (500, "not listed"))
        self.assertEqual(client.get("unknown"), (500, "not listed"))
        silent.wait_for_question()
        self.assertEqual(client.get("62.1.1.1"), (500, "not listed"))

    def test_a_failing_domain_delays_no_other(self):
        dns = self.closing(
            ScriptedDns({**RECORDS, ("slow.example", "TXT"): ["v=spf1 -all"]})
        )
        dns.silent.add("slow.example")
        dns.rcodes["broken.example"] = SERVFAIL
        spfblock = self.serve(
            {
                "domains": ["slow.example", "broken.example", "good.example"],
                "resolver": {"servers": [dns.server], "timeout": "20s"},
            }
        )
        self.wait_until_listed(spfblock.port, "62.1.1.1")
        self.assertTrue(dns.asked["slow.example", "TXT"])
        self.assertEqual(spfblock.matching("domain failing domain=slow.example"), [])

    def test_networks_by_hand_are_served_while_dns_is_dead(self):
        spfblock = self.serve(
            {
                "domains": ["good.example"],
                "networks": [{"network": "62.7.0.0/16", "action": "REJECT by hand"}],
                "resolver": {"servers": [f"{LOOPBACK}:{free_port()}"]},
            }
        )
        self.wait_until_listed(spfblock.port, "62.7.0.1")

    def test_trouble_after_good_data_keeps_the_networks(self):
        for trouble in ("SERVFAIL", "REFUSED", "silence", "dead"):
            with self.subTest(trouble=trouble):
                self._check_keeps_networks(trouble)

    def _check_keeps_networks(self, trouble):
        dns = self.closing(ScriptedDns(RECORDS))
        spfblock = self.serve(
            {
                "domains": ["good.example", "other.example"],
                "resolver": {"servers": [dns.server], "timeout": "1s", "attempts": 1},
                "refresh": self.REFRESH,
            }
        )
        self.wait_until_listed(spfblock.port, "62.1.1.1")
        self.wait_until_listed(spfblock.port, "62.1.2.1")
        before = spfblock.mark()
        if trouble == "silence":
            dns.silent.add("good.example")
        elif trouble == "dead":
            dns.close()  # whoever asks now gets "port unreachable"
        else:
            dns.rcodes["good.example"] = {"SERVFAIL": SERVFAIL, "REFUSED": REFUSED}[
                trouble
            ]
        asked = dns.asked["good.example", "TXT"]
        if trouble == "dead":
            spfblock.wait_for_line("good.example", after=before)
        else:
            eventually(
                lambda: dns.asked["good.example", "TXT"] >= asked + 3,
                "some refreshes have failed",
            )
        self.assertEqual(ask_once(spfblock.port, "62.1.1.1").code, 200)
        self.assertEqual(ask_once(spfblock.port, "62.1.2.1").code, 200)

    def test_a_recovered_domain_is_up_to_date_again(self):
        dns = self.closing(ScriptedDns(RECORDS))
        dns.rcodes["good.example"] = SERVFAIL
        spfblock = self.serve(
            {
                "domains": ["good.example"],
                "resolver": {"servers": [dns.server]},
                "refresh": self.REFRESH,
            }
        )
        eventually(lambda: dns.asked["good.example", "TXT"] >= 2, "it is retried")
        self.assert_not_listed(spfblock.port, "62.1.1.1")
        dns.rcodes.clear()
        self.wait_until_listed(spfblock.port, "62.1.1.1")

    def test_a_record_that_is_gone_for_good_is_delisted(self):
        dns = self.closing(ScriptedDns(RECORDS))
        spfblock = self.serve(
            {
                "domains": ["good.example", "other.example"],
                "resolver": {"servers": [dns.server]},
                "refresh": self.REFRESH,
            }
        )
        self.wait_until_listed(spfblock.port, "62.1.1.1")
        self.wait_until_listed(spfblock.port, "62.1.2.1")
        del dns.records["good.example", "TXT"]
        self.wait_until_not_listed(spfblock.port, "62.1.1.1")
        self.assert_listed(spfblock.port, "62.1.2.1")


class Questions(BlackBoxCase):
    def test_a_question_that_many_domains_share_is_asked_once(self):
        domains = [f"d{number}.example" for number in range(20)]
        records = {
            (domain, "TXT"): [
                f"v=spf1 ip4:62.1.{number}.0/24 include:shared.example -all"
            ]
            for number, domain in enumerate(domains)
        }
        records["shared.example", "TXT"] = ["v=spf1 a:web.example mx -all"]
        records["shared.example", "MX"] = ["10 mail.example"]
        records["web.example", "A"] = ["62.2.0.1"]
        records["web.example", "AAAA"] = ["2a01:4f8::1"]
        records["mail.example", "A"] = ["62.2.0.2"]
        records["mail.example", "AAAA"] = ["2a01:4f8::2"]
        dns = self.closing(ScriptedDns(records))
        spfblock = self.serve(
            {"domains": domains, "resolver": {"servers": [dns.server]}}
        )
        for number in range(20):
            self.wait_until_listed(spfblock.port, f"62.1.{number}.1")
        for address in ("62.2.0.1", "62.2.0.2", "2a01:4f8::1", "2a01:4f8::2"):
            self.wait_until_listed(spfblock.port, address)
        self.assertEqual(dns.asked, collections.Counter(dict.fromkeys(records, 1)))

    def test_nothing_is_asked_before_the_next_refresh_is_due(self):
        dns = self.closing(ScriptedDns(RECORDS, ttl=0))
        spfblock = self.serve(
            {
                "domains": ["good.example"],
                "resolver": {"servers": [dns.server]},
                "refresh": {"interval": "1h", "follow_ttl": False},
            }
        )
        self.wait_until_listed(spfblock.port, "62.1.1.1")
        holds_for(
            lambda: dns.asked["good.example", "TXT"] == 1, "asked only once", 1.5
        )


class _SilentServer:
    """Receives questions and answers none."""

    def __init__(self):
        port = free_port()
        self.server = f"{LOOPBACK}:{port}"
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((LOOPBACK, port))

    def wait_for_question(self):
        self._socket.settimeout(PATIENCE_S)
        self._socket.recv(4096)

    def close(self):
        self._socket.close()


class _LosesFirst(ScriptedDns):
    """Answers each question only the second time."""

    def respond(self, question, client):
        if self.received[question.name, question.kind] > 1:
            super().respond(question, client)


class _Forger(ScriptedDns):
    """Tells `some` of its lies, as a spoofer would, before it tells the truth."""

    def __init__(self, records, some):
        self._some = some
        super().__init__(records)

    def respond(self, question, client):
        self._send_from_elsewhere(encode_answer(question, FORGED), client)
        for lie in self._lies(question)[self._some]:
            self.send(lie, client)
        self.send(self.answer(question), client)

    def _lies(self, question):
        honest = self.answer(question)
        forged = encode_answer(question, FORGED)
        wrong_id = bytearray(forged)
        wrong_id[1] ^= 0xFF
        not_a_response = bytearray(honest)
        not_a_response[2] &= 0x7F
        other_questions = [
            forged.replace(question.section, question_section(name, kind), 1)
            for name, kind in (("other.example", "TXT"), (question.name, "A"))
        ]
        return [
            bytes(wrong_id), *other_questions, bytes(not_a_response),
            b"", honest[:11], b"\xff" * 600,
        ]  # fmt: skip

    @staticmethod
    def _send_from_elsewhere(message, client):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind((LOOPBACK, 0))
            other.sendto(message, client)
