"""/metrics: the values are right, the format is accepted."""

import re
import shutil
import subprocess
import time

from .harness import admin
from .harness.dns_message import SERVFAIL
from .harness.metrics_case import OFTEN, RECORDS, MetricsCase
from .harness.ports import LOOPBACK, free_port
from .harness.process import tool
from .harness.scripted_dns import ScriptedDns
from .harness.service_manager import listening_socket
from .harness.waiting import PATIENCE_S


def packed_head(endpoint, path):
    return admin.ask(endpoint, path, "HEAD", coding="gzip")


class Format(MetricsCase):
    def test_promtool_accepts_what_a_busy_server_says(self):
        self.dns.rcodes["fails.example"] = SERVFAIL
        server = self.start(
            ["one.example", "two.example", "fails.example", "wide.example"],
            allow={"domains": ["good.example"]},
        )
        self.wait_until_expanded(server)
        self.wait_for_value(1, "spfblock_domain_failures", domain="fails.example")
        done = subprocess.run(
            [tool("promtool"), "check", "metrics"],
            input=self.metrics().text,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_head_tells_the_length_of_what_get_brings(self):
        self.start()
        for path in ("/metrics", "/healthz"):
            with self.subTest(path):
                reply = admin.ask(self.endpoint, path, "HEAD")
                self.assertEqual(reply.body, "")
                self.assertGreater(int(reply.headers["content-length"]), 0)
        kind = admin.ask(self.endpoint, "/metrics", "HEAD").headers["content-type"]
        self.assertEqual(kind, "text/plain; version=0.0.4; charset=utf-8")

    def test_who_likes_it_compressed_gets_the_same_pages(self):
        self.wait_until_expanded(self.start())
        # But for numbers, which change by themselves.
        changing = re.compile(r"[0-9.e+-]+")
        for path in ("/metrics", "/status", "/export?format=json", "/healthz"):
            with self.subTest(path):
                plain = admin.ask(self.endpoint, path)
                packed = admin.ask(self.endpoint, path, coding="br;q=1.0, gzip;q=0.8")
                self.assertNotIn("content-encoding", plain.headers)
                self.assertEqual(packed.headers["content-encoding"], "gzip")
                self.assertEqual(packed.headers["vary"], "Accept-Encoding")
                self.assertEqual(
                    packed.headers["content-type"], plain.headers["content-type"]
                )
                self.assertEqual(
                    changing.sub("", packed.body), changing.sub("", plain.body)
                )
        size = int(packed_head(self.endpoint, "/metrics").headers["content-length"])
        self.assertLess(size * 3, len(self.metrics().text))

    def test_a_web_page_cannot_read_it_by_dns_rebinding(self):
        self.start()
        for path in ("/metrics", "/healthz"):
            reply = admin.ask(self.endpoint, path, host="evil.example")
            self.assertEqual(reply.status, 403, path)

    def test_the_admin_port_is_on_loopback_unless_configured_otherwise(self):
        server = self.start()
        text = '{"listen": ["%s"], "networks": [{"network": "192.0.2.1"}]}'
        before = server.mark()
        server.write(text % server.configuration["listen"][0])
        server.hang_up()
        # Another test may have that port; then the line says so.
        server.wait_for_line(
            r"admin port (listening|unavailable) .*\b127\.0\.0\.1:10061\b", after=before
        )


class Lookups(MetricsCase):
    def test_are_counted_by_result_and_by_domain(self):
        server = self.start(
            allow={"domains": ["good.example"]},
            networks=[{"network": "192.0.2.0/24"}, {"network": "198.51.100.7"}],
        )
        self.wait_until_expanded(server)
        before = self.metrics()
        client = self.connect(server.port)
        for key in ("62.1.1.1", "62.1.1.2", "2a00:1:1::7", "62.1.2.1", "192.0.2.1"):
            self.assertEqual(client.get(key).code, 200, key)
        for key in ("62.9.9.1", "mail.example"):
            self.assertEqual(client.get(key).code, 500, key)
        client.send(b"put a b\nnonsense\n")
        client.reply(), client.reply()
        after = self.metrics()
        for grown, name, labels in (
            (5, "spfblock_lookups_total", {"result": "found"}),
            (2, "spfblock_lookups_total", {"result": "not_found"}),
            (2, "spfblock_lookups_total", {"result": "refused"}),
            (3, "spfblock_domain_hits_total", {"domain": "one.example"}),
            (1, "spfblock_domain_hits_total", {"domain": "two.example"}),
            (1, "spfblock_network_hits_total", {}),
            (1, "spfblock_connections_accepted_total", {}),
        ):
            with self.subTest(name, **labels):
                self.assertEqual(
                    after.value(name, **labels) - before.value(name, **labels), grown
                )
        self.assertIsNone(
            after.value("spfblock_domain_hits_total", domain="good.example")
        )

    def test_the_hits_of_several_threads_add_up(self):
        server = self.start(threads=3)
        self.wait_until_expanded(server)
        before = self.value("spfblock_domain_hits_total", domain="one.example")
        for _ in range(60):
            self.assert_listed(server.port, "62.1.1.1")
        after = self.value("spfblock_domain_hits_total", domain="one.example")
        self.assertEqual(after - before, 60)

    def test_hits_go_on_through_new_tables_and_reloads(self):
        server = self.start()
        self.wait_until_expanded(server)
        client = self.connect(server.port)
        hits = self.value("spfblock_domain_hits_total", domain="two.example")
        for domains in (
            ["wide.example", "two.example"],
            ["two.example", "one.example", "wide.example"],
            ["two.example"],
        ):
            server.reload(domains=domains)
            if "wide.example" in domains:
                self.wait_until_listed(server.port, "62.1.3.1")
            self.assertEqual(client.get("62.1.2.1").code, 200)
            hits += 1
            now = self.metrics()
            self.assertEqual(
                now.value("spfblock_domain_hits_total", domain="two.example"), hits
            )
        gone = {each.labels.get("domain") for each in now.samples} - {None}
        self.assertEqual(gone, {"two.example"}, "only what is configured has series")

    def test_connections_are_counted_up_to_the_limit(self):
        server = self.start(connections=2)
        self.wait_until_expanded(server)
        self.wait_for_value(0, "spfblock_connections")
        first, second = self.connect(server.port), self.connect(server.port)
        first.get("1.1.1.1"), second.get("1.1.1.1")
        self.wait_for_value(2, "spfblock_connections")
        self.assertEqual(self.value("spfblock_connections_max"), 2)
        third = self.connect(server.port)
        self.assertEqual(third.get("1.1.1.1").code, 500)
        self.assertEqual(first.receive_all(), b"")  # gave way
        self.wait_for_value(1, "spfblock_connections_refused_total")
        self.wait_for_value(2, "spfblock_connections")
        second.close()
        self.wait_for_value(1, "spfblock_connections")


class Domains(MetricsCase):
    def test_tell_what_is_listed_and_what_is_refused(self):
        server = self.start(
            ["one.example", "wide.example"], allow={"domains": ["good.example"]}
        )
        self.wait_until_expanded(server, ("62.1.1.1", "62.1.3.1"))
        now = self.metrics()
        one, wide = {"domain": "one.example"}, {"domain": "wide.example"}
        for wanted, name, labels in (
            (2, "spfblock_domain_networks", one),
            (256, "spfblock_domain_ipv4_addresses", one),
            (65536, "spfblock_domain_ipv6_slash64s", one),
            (0, "spfblock_domain_stale", one),
            (0, "spfblock_domain_failures", one),
            (0, "spfblock_domain_refused_terms", one),
            (1, "spfblock_domain_refused_terms", wide),
            (0, "spfblock_domain_held", wide),
            (256, "spfblock_domain_ipv4_addresses", {"domain": "good.example"}),
            (2, "spfblock_domains", {"role": "listed", "condition": "fresh"}),
            (1, "spfblock_domains", {"role": "allowed", "condition": "fresh"}),
            (2, "spfblock_table_networks", {"family": "ipv4"}),
            (1, "spfblock_table_networks", {"family": "ipv6"}),
        ):
            with self.subTest(name, **labels):
                self.assertEqual(now.value(name, **labels), wanted)
        next_look = now.value("spfblock_domain_next_look_seconds", **one)
        self.assertTrue(200 < next_look <= 3600, next_look)
        self.assertLess(now.value("spfblock_domain_age_seconds", **one), 60)
        published = now.value("spfblock_table_publish_timestamp_seconds")
        self.assertLess(abs(time.time() - published), 60)
        self.assertGreaterEqual(now.value("spfblock_table_build_seconds_count"), 1)

    def test_a_failing_domain_keeps_its_networks_and_is_stale(self):
        server = self.start(refresh=OFTEN)
        self.wait_until_expanded(server)
        self.dns.rcodes["one.example"] = SERVFAIL
        one = {"domain": "one.example"}
        self.wait_for_value(lambda n: n >= 2, "spfblock_domain_failures", **one)
        now = self.metrics()
        self.assertEqual(now.value("spfblock_domain_stale", **one), 1)
        self.assertEqual(now.value("spfblock_domain_networks", **one), 2)
        self.assertEqual(
            now.value("spfblock_domains", role="listed", condition="failing"), 1
        )
        self.assertGreaterEqual(
            now.value("spfblock_expansions_total", result="temperror"), 2
        )
        self.assertEqual(now.value("spfblock_healthy"), 1)

    def test_a_listing_that_grew_is_held(self):
        server = self.start(["one.example"], refresh=OFTEN)
        self.wait_until_expanded(server, ["62.1.1.1"])
        grown = " ".join(f"ip4:62.{n}.0.0/16" for n in range(2, 5))
        server.reload(refresh={"interval": "1h"})
        self.dns.records["one.example", "TXT"] = [f"v=spf1 {grown} -all"]
        # A changed limit makes the domain due at once.
        server.reload(limits={"networks": 9000})
        self.wait_for_value(1, "spfblock_domain_held", domain="one.example")
        self.assertEqual(
            self.value("spfblock_domain_refusals", domain="one.example"), 1
        )


class Series(MetricsCase):
    def test_only_so_many_domains_have_series_those_in_trouble_first(self):
        self.dns.rcodes["dead.example"] = SERVFAIL
        server = self.start(
            domains=["one.example", "two.example", "dead.example"],
            metrics={"domains": 2},
        )
        self.wait_until_expanded(server)
        self.wait_for_value(1, "spfblock_domains", role="listed", condition="unknown")
        self.assert_listed(server.port, "62.1.2.1")
        family = "spfblock_domain_networks"
        self.assertEqual(
            self.metrics().values_of(family, "domain"),
            {"dead.example", "two.example"},
        )
        self.assertEqual(self.value("spfblock_domains_without_series"), 1)
        left_out = "spfblock_domains_in_trouble_without_series"
        self.assertEqual(self.value(left_out), 0)
        server.reload(metrics={"domains": 1})
        by_domain = {
            each.labels["domain"]
            for each in self.metrics().samples
            if "domain" in each.labels
        }
        self.assertEqual(by_domain, {"dead.example"})
        server.reload(metrics={"domains": 0})
        self.assertEqual(self.value(left_out), 1)
        server.reload(metrics={})
        self.assertEqual(len(self.metrics().values_of(family, "domain")), 3)


class ForOthers(MetricsCase):
    def start(self, **changes):
        self.others = f"{LOOPBACK}:{free_port()}"
        server = super().start(metrics={"listen": self.others, **changes})
        server.wait_for_line(f"metrics port listening address={self.others}$")
        return server

    def test_the_metrics_are_served_and_nothing_else(self):
        self.start()
        page = admin.metrics(self.others)
        self.assertEqual(page.value("spfblock_domains_without_series"), 0)
        for path in ("/", "/status", "/healthz", "/export?format=plain", "/metric"):
            self.assertEqual(admin.ask(self.others, path).status, 404, path)
        self.assertEqual(admin.ask(self.others, "/metrics", "POST").status, 405)

    def test_whatever_the_host_is_called(self):
        self.start()
        reply = admin.ask(self.others, "/metrics", host="mx.example.org:10063")
        self.assertEqual(reply.status, 200)

    def test_a_reload_opens_it_elsewhere_and_closes_it(self):
        server = self.start()
        elsewhere = f"{LOOPBACK}:{free_port()}"
        server.reload(metrics={"listen": elsewhere})
        server.wait_for_line(f"metrics port listening address={elsewhere}$")
        self.assertEqual(admin.ask(elsewhere, "/metrics").status, 200)
        with self.assertRaises(ConnectionError):
            admin.ask(self.others, "/metrics")
        server.reload(metrics={})
        with self.assertRaises(ConnectionError):
            admin.ask(elsewhere, "/metrics")

    def test_one_that_is_taken_is_told_and_tried_again(self):
        taken = free_port()
        other = listening_socket(taken)
        place = f"{LOOPBACK}:{taken}"
        server = super().start(metrics={"listen": place})
        server.wait_for_line("metrics port unavailable reason=")
        self.assertEqual(admin.ask(self.endpoint, "/metrics").status, 200)
        other.close()
        server.wait_for_line(f"metrics port listening address={place}$")
        self.assertEqual(admin.ask(place, "/metrics").status, 200)


class ForgingDns(ScriptedDns):
    """Sends a message with another id before each answer."""

    def send(self, message, client):
        super().send(bytes([message[0] ^ 1]) + message[1:], client)
        super().send(message, client)


class Dns(MetricsCase):
    def outcome(self, word):
        return self.value("spfblock_dns_questions_total", outcome=word)

    def test_questions_are_counted_by_outcome(self):
        self.dns.records["nothing.example", "A"] = ["192.0.2.1"]
        self.dns.rcodes["fails.example"] = SERVFAIL
        self.dns.silent.add("silent.example")
        self.start(
            ["one.example", "void.example", "nothing.example", "fails.example"]
            + ["silent.example"]
        )
        for outcome in ("records", "nxdomain", "no_data", "refused", "timeout"):
            with self.subTest(outcome):
                self.wait_for_value(
                    1, "spfblock_dns_questions_total", outcome=outcome
                )
        now = self.metrics()
        # Four, and the error code of the only server twice more (`attempts`).
        self.assertEqual(now.value("spfblock_dns_answer_seconds_count"), 6)
        self.assertGreaterEqual(now.value("spfblock_dns_timeouts_total"), 1)
        self.assertGreaterEqual(now.value("spfblock_dns_retransmissions_total"), 1)
        queries = now.value("spfblock_dns_queries_total", transport="udp")
        self.assertEqual(queries, sum(self.dns.received.values()))

    def test_a_server_that_is_not_there_is_unreachable(self):
        self.start(
            ["one.example"],
            resolver={"servers": [f"{LOOPBACK}:{free_port()}"], "timeout": "1s"},
        )
        self.wait_for_value(1, "spfblock_dns_questions_total", outcome="unreachable")

    def test_messages_that_are_not_the_answer_are_counted(self):
        self.dns = self.closing(ForgingDns(RECORDS))
        server = self.start(["one.example"])
        self.wait_until_expanded(server, ["62.1.1.1"])
        now = self.metrics()
        self.assertEqual(now.value("spfblock_dns_ignored_messages_total"), 1)
        self.assertEqual(self.outcome("records"), 1)

    def test_truncated_answers_lead_to_queries_over_tcp(self):
        long_record = "v=spf1 " + " ".join(f"ip4:62.2.{n}.1" for n in range(150))
        pieces = [long_record[i : i + 250] for i in range(0, len(long_record), 250)]
        text = " ".join(f'"{piece}"' for piece in pieces)
        nsd = self.nsd({"long.example": [f"@ IN TXT {text}"]})
        server = self.start(["long.example"], resolver={"servers": [nsd.server]})
        self.wait_until_expanded(server, ["62.2.149.1"])
        self.assertEqual(self.value("spfblock_dns_queries_total", transport="tcp"), 1)
        self.assertEqual(self.value("spfblock_dns_queries_total", transport="udp"), 1)

    def test_totals_go_on_through_a_reload(self):
        server = self.start()
        self.wait_until_expanded(server)
        before = self.outcome("records")
        server.reload(domains=["one.example", "two.example", "wide.example"])
        self.wait_until_listed(server.port, "62.1.3.1")
        self.assertEqual(self.outcome("records"), before + 1)


class Operation(MetricsCase):
    def test_reloads_are_counted_by_result(self):
        server = self.start()
        self.assertEqual(self.value("spfblock_config_last_reload_successful"), 1)
        in_force = self.value("spfblock_config_last_success_timestamp_seconds")
        server.write("{")
        server.hang_up()
        self.wait_for_value(1, "spfblock_config_reloads_total", result="refused")
        now = self.metrics()
        self.assertEqual(now.value("spfblock_config_last_reload_successful"), 0)
        self.assertEqual(
            now.value("spfblock_config_last_success_timestamp_seconds"), in_force
        )
        server.reload()
        now = self.metrics()
        self.assertEqual(
            now.value("spfblock_config_reloads_total", result="accepted"), 1
        )
        self.assertEqual(now.value("spfblock_config_last_reload_successful"), 1)

    def test_savings_of_the_state_are_counted_by_result(self):
        folder = self.directory()
        server = self.start(state_file=f"{folder}/state.json")
        self.wait_until_expanded(server)
        self.wait_for_value(
            lambda n: n >= 1, "spfblock_state_saves_total", result="saved"
        )
        saved_at = self.value("spfblock_state_save_timestamp_seconds")
        self.assertLess(abs(time.time() - saved_at), 60)
        shutil.rmtree(folder)
        server.reload(domains=["one.example"])
        self.wait_for_value(1, "spfblock_state_saves_total", result="failed")

    def test_the_version_and_the_start_are_told(self):
        server = self.start()
        starting = server.matching("starting version=")[0]
        version = starting.split("version=")[1].split()[0]
        now = self.metrics()
        self.assertEqual(now.value("spfblock_build_info", version=version), 1)
        started = now.value("process_start_time_seconds")
        self.assertLess(abs(time.time() - started), 60)
