"""/healthz: 200, or 503 and the reason in one line."""

from .harness import admin
from .harness.dns_message import SERVFAIL
from .harness.metrics_case import OFTEN, MetricsCase
from .harness.waiting import eventually


class Health(MetricsCase):
    def health(self):
        reply = admin.ask(self.endpoint, "/healthz")
        self.assertTrue(reply.body.endswith("\n") and reply.body.count("\n") == 1)
        return reply.status, reply.body[:-1]

    def wait_for_health(self, status):
        eventually(lambda: self.health()[0] == status, f"/healthz says {status}")

    def test_is_bad_until_the_first_expansion_and_good_after_it(self):
        self.dns.silent |= {"one.example", "two.example"}
        server = self.start(refresh=OFTEN)
        status, reason = self.health()
        self.assertEqual(status, 503)
        self.assertRegex(
            reason,
            "^the networks of no listed domain of 2 are known and recent; "
            "one.example is (waiting|unknown: timeout from .*)$",
        )
        self.assertEqual(self.value("spfblock_healthy"), 0)
        self.dns.silent.clear()
        self.wait_for_health(200)
        self.assertEqual(self.health(), (200, "ok"))
        self.wait_until_expanded(server)
        self.assertEqual(self.value("spfblock_healthy"), 1)

    def test_turns_bad_when_all_data_grow_old_and_good_again(self):
        server = self.start(refresh=OFTEN)
        self.wait_until_expanded(server)
        self.wait_for_health(200)
        self.dns.rcodes.update({"one.example": SERVFAIL, "two.example": SERVFAIL})
        self.wait_for_health(503)
        self.assertRegex(self.health()[1], "; one.example is failing: .*SERVFAIL")
        self.assert_listed(server.port, "62.1.1.1")
        self.dns.rcodes.clear()
        self.wait_for_health(200)

    def test_is_good_while_one_domain_of_several_is_known(self):
        self.dns.rcodes["two.example"] = SERVFAIL
        server = self.start(refresh=OFTEN)
        self.wait_until_expanded(server, ["62.1.1.1"])
        self.wait_for_value(
            lambda n: n >= 2, "spfblock_domain_failures", domain="two.example"
        )
        self.assertEqual(self.health(), (200, "ok"))

    def test_is_good_without_any_domain(self):
        self.start(domains=[], networks=[{"network": "192.0.2.1"}])
        self.assertEqual(self.health(), (200, "ok"))
