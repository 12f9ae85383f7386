"""The alerts, the dashboard and docs/metrics.md speak of the metrics there are."""

import json
import os
import re
import subprocess

from .harness import admin
from .harness.case import BlackBoxCase
from .harness.ports import LOOPBACK, free_port
from .harness.process import tool
from .harness.spfblock import CHECKOUT
from .harness.waiting import PATIENCE_S, eventually

ALERTS = os.path.join(CHECKOUT, "etc", "prometheus-alerts.yml")
DASHBOARD = os.path.join(CHECKOUT, "etc", "grafana-dashboard.json")
ALERTS_TEST = os.path.join(CHECKOUT, "tests", "alerts", "prometheus-alerts-test.yml")

METRIC = re.compile(r"\b(?:spfblock|process)_[a-z0-9_]+\b")
# What Prometheus adds.
LABELS_ADDED = {"instance", "job", "le"}


def labels_in(expression):
    """Names of labels in the selectors and groupings of a PromQL expression."""
    names = set(re.findall(r"([a-z_]+)\s*=?[=~!]~?\s*\"", expression))
    for group in re.findall(r"\b(?:by|ignoring|on)\s*\(([^)]*)\)", expression):
        names |= {each.strip() for each in group.split(",")}
    return names


def values_in(expression):
    """(label, value) of the plain selectors of an expression."""
    return set(re.findall(r"\b([a-z_]+)=\"([^\"$]*)\"", expression))


def documented():
    """{metric: (type, labels, values)} of the tables of docs/metrics.md.

    `values` are those of the only label, where they are listed behind it.
    """
    told = {}
    with open(os.path.join(CHECKOUT, "docs", "metrics.md"), encoding="utf-8") as file:
        for line in file:
            cells = [each.strip() for each in line.split("|")[1:-1]]
            name = cells[0].strip("`") if cells else ""
            if METRIC.fullmatch(name):
                labels, colon, values = cells[2].partition(":")
                told[name] = (cells[1], words(labels), words(values) if colon else None)
    return told


def words(cell):
    return set(re.findall(r"`(\w+)`", cell))


class MonitoringCase(BlackBoxCase):
    def exposed(self):
        """What a server says that has listed and allowed domains, and publishes."""
        endpoint = f"{LOOPBACK}:{free_port()}"
        zone = self.file(
            "zone",
            'a.example. 60 IN TXT "v=spf1 ip4:62.1.1.1 -all"\n'
            'b.example. 60 IN TXT "v=spf1 ip4:62.1.1.2 -all"\n',
        )
        folder = self.directory()
        server = self.serve(
            {
                "admin": endpoint,
                "domains": ["a.example"],
                "allow": {"domains": ["b.example"]},
                "resolver": {"zone_file": zone},
                "state_file": f"{folder}/state.json",
                "publish": [{"format": "plain", "file": f"{folder}/plain"}],
            }
        )
        self.wait_until_listed(server.port, "62.1.1.1")
        server.wait_for_line("file published ")
        eventually(
            lambda: admin.metrics(endpoint).values_of(
                "spfblock_published_file_entries", "file"
            ),
            "the file is counted",
        )
        return admin.metrics(endpoint)

    def assert_known(self, exposed, expression, where):
        """Metrics, labels and values of an expression are there."""
        for name in METRIC.findall(expression):
            self.assertIsNotNone(exposed.family_of(name), f"{where}: {name}")
        labels = {label for each in exposed.samples for label in each.labels}
        for label in labels_in(expression):
            self.assertIn(label, labels | LABELS_ADDED, where)
        told = {item for each in exposed.samples for item in each.labels.items()}
        for label, value in values_in(expression):
            if label not in LABELS_ADDED:
                self.assertIn((label, value), told, where)


class Alerts(MonitoringCase):
    def promtool(self, *arguments):
        done = subprocess.run(
            [tool("promtool"), *arguments], capture_output=True, text=True, timeout=600
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_prometheus_accepts_them(self):
        self.promtool("check", "rules", ALERTS)

    def test_they_fire_when_they_should_and_only_then(self):
        self.promtool("test", "rules", ALERTS_TEST)

    def test_each_has_a_story_in_which_it_fires(self):
        with open(ALERTS, encoding="utf-8") as file:
            alerts = set(re.findall(r"- alert: (\w+)", file.read()))
        with open(ALERTS_TEST, encoding="utf-8") as file:
            fired = set(re.findall(r'alertname="(\w+)"', file.read()))
        self.assertEqual(alerts, fired)

    def test_they_ask_for_metrics_that_there_are(self):
        exposed = self.exposed()
        with open(ALERTS, encoding="utf-8") as file:
            rules = re.split(r"\n(?= *- alert:)", file.read())[1:]
        for rule in rules:
            name = re.search(r"alert: (\w+)", rule)[1]
            expression = re.search(r"expr:(.*?)\n {8}\w", rule, re.DOTALL)[1]
            self.assertTrue(re.search(r"spfblock", expression), name)
            self.assert_known(exposed, expression, name)
            # {{ $labels.x }} in the texts
            added = set(re.findall(r"\$labels\.(\w+)", rule)) - LABELS_ADDED
            self.assertLessEqual(added, {"domain", "file"}, name)


class Dashboard(MonitoringCase):
    def setUp(self):
        with open(DASHBOARD, encoding="utf-8") as file:
            self.dashboard = json.load(file)

    def panels(self):
        return [each for each in self.dashboard["panels"] if each["type"] != "row"]

    def test_its_expressions_ask_for_metrics_that_there_are(self):
        exposed = self.exposed()
        expressions = [
            (panel["title"], target["expr"])
            for panel in self.panels()
            for target in panel["targets"]
        ] + [
            (each["name"], each["expr"])
            for each in self.dashboard["annotations"]["list"]
        ]
        self.assertGreater(len(expressions), 20)
        for title, expression in expressions:
            self.assertIsNotNone(METRIC.search(expression), title)
            self.assert_known(exposed, expression, title)

    def test_prometheus_can_parse_its_expressions(self):
        """As rules, with the variables of Grafana replaced."""
        rules = "groups:\n- name: dashboard\n  rules:\n"
        for panel in self.panels():
            for target in panel["targets"]:
                expression = target["expr"].replace("$__rate_interval", "5m")
                rules += f"  - record: x\n    expr: {json.dumps(expression)}\n"
                rules += f"    labels: {{at: '{panel['id']}{target['refId']}'}}\n"
        done = subprocess.run(
            [tool("promtool"), "check", "rules", self.file("rules.yml", rules)],
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_it_has_the_shape_that_grafana_imports(self):
        self.assertGreaterEqual(self.dashboard["schemaVersion"], 36)
        identities = [each["id"] for each in self.dashboard["panels"]]
        self.assertEqual(len(identities), len(set(identities)))
        taken = set()
        for each in self.dashboard["panels"]:
            place = each["gridPos"]
            self.assertLessEqual(place["x"] + place["w"], 24, each["title"])
            cells = {
                (x, y)
                for x in range(place["x"], place["x"] + place["w"])
                for y in range(place["y"], place["y"] + place["h"])
            }
            self.assertFalse(cells & taken, f"{each['title']} lies over another")
            taken |= cells
        variables = {each["name"] for each in self.dashboard["templating"]["list"]}
        used = set(re.findall(r"\$\{?(\w+)", json.dumps(self.dashboard)))
        self.assertLessEqual(used - {"__rate_interval"}, variables)
        for each in self.panels():
            self.assertTrue(each["description"], each["title"])
            references = [target["refId"] for target in each["targets"]]
            self.assertEqual(len(references), len(set(references)), each["title"])


class Documentation(MonitoringCase):
    def test_each_metric_is_in_the_documentation_and_no_other_is(self):
        exposed, told = self.exposed(), documented()
        self.assertEqual(set(told), set(exposed.types))
        for name, (kind, labels, values) in told.items():
            with self.subTest(name):
                self.assertEqual(kind, exposed.types[name])
                self.assertEqual(labels, exposed.labels_of(name))
                if values is not None:
                    self.assertEqual(values, exposed.values_of(name, *labels))
