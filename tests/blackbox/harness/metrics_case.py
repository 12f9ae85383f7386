"""What the tests of metrics and health have in common."""

from . import admin
from .case import BlackBoxCase
from .ports import LOOPBACK, free_port
from .scripted_dns import ScriptedDns
from .waiting import PATIENCE_S, eventually

RECORDS = {
    ("one.example", "TXT"): ["v=spf1 ip4:62.1.1.0/24 ip6:2a00:1:1::/48 -all"],
    ("two.example", "TXT"): ["v=spf1 ip4:62.1.2.0/24 include:gone.example -all"],
    ("wide.example", "TXT"): ["v=spf1 ip4:62.0.0.0/8 ip4:62.1.3.0/24 -all"],
    ("good.example", "TXT"): ["v=spf1 ip4:62.9.9.0/24 -all"],
}
OFTEN = {"interval": "1s", "minimum": "1s", "retry": "1s"}


class MetricsCase(BlackBoxCase):
    def setUp(self):
        self.dns = self.closing(ScriptedDns(RECORDS))

    def start(self, domains=("one.example", "two.example"), **changes):
        self.endpoint = f"{LOOPBACK}:{free_port()}"
        server = self.serve(
            {
                "admin": self.endpoint,
                "domains": list(domains),
                "resolver": {"servers": [self.dns.server], "timeout": "1s"},
                "refresh": {"interval": "1h"},
                **changes,
            }
        )
        server.wait_for_line("admin port listening")
        return server

    def metrics(self):
        return admin.metrics(self.endpoint)

    def value(self, name, **labels):
        return self.metrics().value(name, **labels)

    def wait_for_value(self, wanted, name, timeout=PATIENCE_S, **labels):
        """Until the value is `wanted`, or fulfils it."""
        fits = wanted if callable(wanted) else lambda value: value == wanted
        eventually(
            lambda: (value := self.value(name, **labels)) is not None and fits(value),
            f"{name} {labels} as wanted",
            timeout,
        )

    def wait_until_expanded(self, server, keys=("62.1.1.1", "62.1.2.1")):
        for key in keys:
            self.wait_until_listed(server.port, key)
