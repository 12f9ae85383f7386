"""The page at `/` of the admin port, as a browser shows it."""

import itertools
import json
import os
import urllib.parse

from .harness import admin
from .harness.browser import SIZES, Browser, artefacts, shown
from .harness.case import BlackBoxCase
from .harness.dns_message import SERVFAIL
from .harness.metrics_case import OFTEN
from .harness.ports import LOOPBACK, free_port
from .harness.scripted_dns import ScriptedDns
from .harness.waiting import PATIENCE_S

SCRIPT = "<script>alert(1)</script>"
TURNED = "moc.\u202eelpmaxe"
LONG = ".".join(["x" * 63, "y" * 63, "z" * 63, "w" * 53, "example"])

RECORDS = {
    ("spam.example", "TXT"): [
        "v=spf1 ip4:62.1.1.0/24 include:shared.example ip6:2a00:1:1::/48 -all"
    ],
    ("other.example", "TXT"): ["v=spf1 include:shared.example -all"],
    ("shared.example", "TXT"): ["v=spf1 include:deep.example ip4:62.7.0.0/16 -all"],
    ("deep.example", "TXT"): ["v=spf1 ip4:62.8.0.0/17 -all"],
    ("mixed.example", "TXT"): ["v=spf1 ip4:62.3.0.0/23 -all"],
    ("_spf.provider.example", "TXT"): ["v=spf1 ip4:62.3.1.0/24 -all"],
    ("hostile.example", "TXT"): [
        f"v=spf1 include:{SCRIPT}.example include:{LONG} -all"
    ],
    (f"{SCRIPT}.example", "TXT"): ["v=spf1 ip4:62.5.5.0/24 -all"],
    (LONG, "TXT"): ["v=spf1 ip4:62.5.6.0/24 -all"],
    ("wide.example", "TXT"): ["v=spf1 ip4:62.0.0.0/8 ip4:62.6.6.0/24 -all"],
    ("ally.example", "TXT"): ["v=spf1 ip4:62.1.1.99 -all"],
}


class PageCase(BlackBoxCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        self.browser.complaints()  # of tests before
        self.browser.run_scripts(True)
        self.browser.prefer("light")
        self.browser.resize("desk")

    def start(self, domains, **changes):
        self.endpoint = f"{LOOPBACK}:{free_port()}"
        server = self.serve(
            {
                "admin": self.endpoint,
                "domains": domains,
                "state_file": os.path.join(self.directory(), "state.json"),
                **changes,
            }
        )
        server.wait_for_line("admin port listening")
        return server

    def url(self, question=None):
        query = urllib.parse.urlencode({"address": question}) if question else ""
        return f"http://{self.endpoint}/{'?' + query if query else ''}"

    def open(self, question=None):
        """The page, when all of it is there."""
        self.browser.open(self.url(question))
        self.browser.wait_for(
            "the page is filled",
            lambda: self.browser.run(
                "return 'filled' in document.documentElement.dataset"
            ),
        )

    def ask(self, question):
        """As a person does.  @return what is seen of the answer"""
        field = self.browser.element("#address")
        field.clear()
        field.send_keys(question)
        before = self.browser.document()
        self.browser.element("form button").click()
        self.browser.wait_for_another(before)
        return shown(self.answer, f"an answer to {question}")

    def answer(self):
        found = self.browser.elements("#answer")
        return found[0].text if found else ""

    def assert_no_complaints(self):
        self.assertEqual(self.browser.complaints(), [])


class Page(PageCase):
    def setUp(self):
        super().setUp()
        self.dns = self.closing(ScriptedDns(RECORDS))
        self.server = self.start(
            [
                {"name": "spam.example", "comment": f"{SCRIPT} {TURNED}"},
                "other.example",
                "mixed.example",
                "hostile.example",
                "wide.example",
                "gone.example",
            ],
            allow={
                "domains": ["ally.example"],
                "providers": [self.file("p.txt", "_spf.provider.example # theirs\n")],
            },
            resolver={"servers": [self.dns.server], "timeout": "1s"},
            refresh=OFTEN,
        )
        for key in ("62.1.1.1", "62.3.0.1", "62.5.5.5", "62.6.6.6", "62.7.7.7"):
            self.wait_until_listed(self.server.port, key)

    def test_says_whether_all_is_well(self):
        self.open()
        self.assertIn("All is well", self.browser.text("#health"))
        self.assertRegex(self.browser.text("#trouble"), "gone.example gone")

    def test_says_what_is_not_well(self):
        self.dns.rcodes["spam.example"] = SERVFAIL
        self.start(["spam.example"], resolver={"servers": [self.dns.server]})
        shown(
            lambda: "SERVFAIL" in admin.ask(self.endpoint, "/healthz").body,
            "it is ill",
        )
        self.open()
        self.assertIn("Not well", self.browser.text("#health"))
        self.assertIn("SERVFAIL", self.browser.text("#health"))
        self.assertIn("spam.example unknown", self.browser.text("#trouble"))

    def test_says_why_an_address_is_listed(self):
        self.open()
        answer = self.ask("62.8.1.2")
        self.assertRegex(answer, r"^Listed 62\.8\.1\.2 by spam\.example\n")
        chain = [each.text for each in self.browser.elements(".chain li")][:4]
        self.assertEqual(
            chain,
            ["spam.example", "include:shared.example", "include:deep.example",
             "ip4:62.8.0.0/17"],
        )
        self.assertIn("grep -F '[62.8.1.2]' /var/log/mail.log", answer)
        self.assertIn("spfblock allow 62.8.1.2 --comment", answer)
        self.assertRegex(answer, r"Postfix is told\s+REJECT .*spam\.example")
        self.assertIn("Also listed by other.example", answer)

    def test_takes_a_line_of_the_mail_log(self):
        self.open()
        line = "NOQUEUE: reject: RCPT from unknown[62.1.1.7]: 554 5.7.1 blocked"
        self.assertRegex(self.ask(line), r"^Listed 62\.1\.1\.7 by ")

    def test_counts_the_hits_of_a_listing(self):
        for _ in range(3):
            self.assert_listed(self.server.port, "62.3.0.9")
        self.open("62.3.0.9")
        self.assertRegex(self.answer(), r"hits of this listing\s+([3-9]|\d\d) since")

    def test_says_what_keeps_an_address_off(self):
        self.open()
        self.assertIn("allowed by domain ally.example", self.ask("62.1.1.99"))
        self.assertRegex(self.ask("62.3.1.9"), r"allowed by provider _spf\.provider")
        self.assertRegex(self.ask("62.200.1.1"), "wide.example\\s+too wide|limit")
        unknown = self.ask("203.0.113.5")
        self.assertRegex(unknown, r"^Not listed 203\.0\.113\.5\n")
        self.assertIn("No listed domain authorises it", unknown)

    def test_shows_the_tree_of_a_domain_and_who_shares_its_records(self):
        self.open()
        answer = self.ask("spam.example")
        self.assertRegex(answer, "^Listed domain spam.example\n")
        self.assertIn("include:shared.example also used by other.example", answer)
        self.assertIn("ip4:62.8.0.0/17", answer)
        self.browser.element("ul.tree a").click()
        shown(
            lambda: self.answer().startswith("Listed domain other.example"),
            "the other domain",
        )
        self.assertIn("not configured", self.ask("nobody.example"))
        self.assertRegex(self.ask("_spf.provider.example"), "^Allowed provider ")
        self.assertRegex(self.ask("ally.example"), "^Allowed domain ")

    def test_hostile_names_are_text(self):
        for question in (SCRIPT, LONG, "spam.example", "hostile.example", "62.5.5.5",
                         "62.5.6.7", f'"><img src=x onerror=alert(1)>{TURNED}'):
            self.open(question)
            with self.subTest(question=question):
                self.assertEqual(
                    self.browser.run(
                        "return [document.scripts.length, document.images.length]"
                    ),
                    [2, 0],
                )
        self.assertEqual(
            self.browser.element("#address").get_attribute("value"),
            f'"><img src=x onerror=alert(1)>{TURNED}'.replace("\u202e", "\\u{202e}"),
        )
        self.open("62.5.6.7")
        self.assertIn(f"include:{LONG[:200]}", self.answer())
        self.open("62.5.5.5")
        self.assertIn(f"include:{SCRIPT}.example", self.answer())
        self.open("spam.example")
        self.assertIn(f"{SCRIPT} moc.\\u{{202e}}elpmaxe", self.answer())
        self.open()
        self.browser.element("#search").send_keys("script")
        shown(
            lambda: len(self.browser.elements("#domains-table tbody tr")) == 1,
            "the comment is found",
        )
        self.assertIn(
            f"{SCRIPT} moc.\\u{{202e}}elpmaxe", self.browser.text("#domains-table")
        )
        self.assert_no_complaints()

    def test_shows_what_changed_and_what_was_hit(self):
        for _ in range(5):
            self.assert_listed(self.server.port, "62.3.0.9")

        def counted():
            hits = json.loads(admin.ask(self.endpoint, "/hits").body)
            return sum(hits["minutes"]["counts"]) >= 5

        def told():
            history = admin.ask(self.endpoint, "/history?domain=mixed.example")
            return history.status == 200 and json.loads(history.body)["changes"]

        shown(counted, "the hits are counted")
        shown(told, "the history tells of it")
        self.open()
        self.assertRegex(
            self.browser.text("#hits-note"), r"^([5-9]|\d\d+) hits in the last hour, by minute, UTC"
        )
        self.assertEqual(len(self.browser.elements("#hits-plot canvas")), 1)
        self.browser.element("[data-period=days]").click()
        shown(
            lambda: "in a year, by day" in self.browser.text("#hits-note"), "a year"
        )
        self.assertRegex(
            self.browser.text("#changes-list"),
            r"mixed\.example (new entry|.*first look)",
        )
        # The latest first: what came first is the last.
        self.assertIn(
            "a server started", self.browser.elements("#changes-list > li")[-1].text
        )
        self.open("mixed.example")
        self.assertRegex(self.browser.text("#hits-note"), "^mixed.example: ")
        self.assertNotIn("spam.example", self.browser.text("#changes-list"))
        self.assertIn("62.3.0.0/24", self.browser.run(
            "return document.getElementById('changes-list').textContent"))
        self.assert_no_complaints()

    def test_finds_and_sorts_domains(self):
        self.open()
        self.browser.element("#search").send_keys("OTHER")
        shown(
            lambda: self.browser.text("#domains-shown") == "1 to 1 of 1",
            "one is found",
        )
        self.assertIn("other.example", self.browser.text("#domains-table tbody"))
        self.browser.element("#search").send_keys(" no such")
        shown(
            lambda: self.browser.text("#domains-shown") == "none of 7",
            "none is found",
        )

    def test_draws_a_map_of_what_is_listed(self):
        self.open()
        self.assertEqual(self.colour_of(62 * 256 + 7), [2, 36, 88])  # all of it
        self.assertEqual(self.colour_of(99 * 256 + 100), [238, 241, 245])
        self.assertNotIn(self.colour_of(62 * 256 + 8),
                         ([2, 36, 88], [238, 241, 245]))
        self.assertIn("62.7.0.0/16", self.browser.text("#map-most"))
        self.assertIn("2a00:1::/32", self.browser.text("#ipv6-rows"))

    def test_the_map_shows_what_is_never_listed_by_lines(self):
        server = self.start(
            ["spam.example"],
            resolver={"servers": [self.dns.server]},
            allow={"networks": ["0.0.0.0/8", "10.0.0.0/8"]},
        )
        self.wait_until_listed(server.port, "62.7.7.7")
        self.open()
        nothing, lines = [238, 241, 245], [150, 158, 168]
        reserved = self.colours_of(10 * 256 + 77)
        self.assertIn(nothing, reserved)
        self.assertIn(lines, reserved)
        self.assertEqual(self.colours_of(99 * 256 + 100), [nothing])
        self.assertNotIn(lines, self.colours_of(62 * 256 + 7))
        self.assertIn("never listed", self.browser.text("#map-legend"))
        self.browser.element("#map-canvas").send_keys("\ue014")  # right
        self.assertRegex(
            self.browser.text("#map-cell"),
            r"^0\.\d\.0\.0/16: 0 listed addresses, 65,536 never listed$",
        )

    def colours_of(self, cell):
        """All that are in a cell of the map."""
        return self.browser.run(
            """return import("/page/hilbert.js").then(({ pointOf }) => {
                 const canvas = document.getElementById("map-canvas");
                 const size = canvas.width / 256;
                 const [x, y] = pointOf(arguments[0], 256).map((each) => each * size);
                 const { data } = canvas.getContext("2d").getImageData(x, y, size, size);
                 const found = new Set();
                 for (let at = 0; at < data.length; at += 4) {
                   found.add([...data.slice(at, at + 3)].join());
                 }
                 return [...found].map((each) => each.split(",").map(Number));
               });""",
            cell,
        )

    def colour_of(self, cell):
        """Of a cell of the map, as it is drawn."""
        return self.browser.run(
            """return import("/page/hilbert.js").then(({ pointOf }) => {
                 const canvas = document.getElementById("map-canvas");
                 const size = canvas.width / 256;
                 const [x, y] = pointOf(arguments[0], 256)
                   .map((each) => (each + 0.5) * size);
                 const data = canvas.getContext("2d").getImageData(x, y, 1, 1).data;
                 return [...data].slice(0, 3);
               });""",
            cell,
        )

    def test_the_map_leads_to_an_address_by_keys(self):
        self.open()
        self.enter_network("62.1.0.0/16")
        self.enter_network("62.1.1.0/24")
        self.enter_network("62.1.1.0")
        shown(
            lambda: self.answer().startswith("Listed 62.1.1.0"), "the address"
        )
        self.open()
        self.enter_network("62.1.0.0/16")
        canvas = self.browser.element("#map-canvas")
        canvas.send_keys("\ue00c")  # Escape
        shown(
            lambda: self.browser.text("#map-place") == "all of IPv4", "all of it"
        )
        canvas.send_keys("\ue014")  # right
        self.assertRegex(self.browser.text("#map-cell"), r"^\d+\.\d+\.0\.0/16: ")

    def enter_network(self, name):
        """By a button in the table beside the map."""
        def button():
            for each in self.browser.elements("#map-most button"):
                if each.text == name:
                    return each
            return None

        def entered():
            found = button()
            if found:
                found.send_keys("\n")
            return found

        shown(entered, f"{name} is in the table")

    def test_hilbert_curve_goes_by_steps_and_back(self):
        self.open()
        self.assertTrue(
            self.browser.run(
                """return import("/page/hilbert.js").then(({ pointOf, numberAt }) => {
                     for (const side of [1, 2, 16, 256]) {
                       let [a, b] = [-1, 0];
                       for (let at = 0; at < side * side; ++at) {
                         const [x, y] = pointOf(at, side);
                         const step = Math.abs(x - a) + Math.abs(y - b);
                         if (step !== 1 || numberAt(x, y, side) !== at) {
                           return false;
                         }
                         [a, b] = [x, y];
                       }
                     }
                     return true;
                   });"""
            )
        )

    def test_asks_nobody_else_and_complains_of_nothing(self):
        self.browser.requests()
        self.browser.complaints()
        self.open()
        self.open("62.1.1.1")
        self.open("spam.example")
        asked = self.browser.requests()
        self.assertGreater(len(asked), 20)
        for url in asked:
            self.assertTrue(url.startswith(f"http://{self.endpoint}/"), url)
        self.assert_no_complaints()

    def test_its_policy_holds(self):
        """What would be a hole elsewhere is none here."""
        self.open()
        self.browser.complaints()
        self.browser.run(
            "document.body.insertAdjacentHTML('beforeend',"
            " '<img src=https://example.org/x.png><b onclick=alert(1)>b</b>');"
            "document.querySelector('b').click()"
        )
        complaints = shown(self.browser.complaints, "a complaint")
        self.assertIn("Content Security Policy", complaints[0])

    def test_is_accessible(self):
        for question, scheme in itertools.product(
            (None, "62.8.1.2", "spam.example", "203.0.113.5"), ("light", "dark")
        ):
            self.browser.prefer(scheme)
            self.open(question)
            with self.subTest(question=question, scheme=scheme):
                self.assertEqual(self.browser.accessibility_faults(), [])

    def test_fits_every_screen(self):
        for size, scheme in itertools.product(SIZES, ("light", "dark")):
            self.browser.resize(size)
            self.browser.prefer(scheme)
            for name, question in (("front", None), ("listed", "62.8.1.2"),
                                   ("domain", "spam.example")):
                self.open(question)
                self.browser.screenshot(f"{name}-{size}-{scheme}")
                with self.subTest(size=size, scheme=scheme, name=name):
                    self.assertEqual(
                        self.browser.run(
                            "return document.documentElement.scrollWidth"
                            " - document.documentElement.clientWidth"
                        ),
                        0,
                    )

    def test_tells_health_and_explains_without_scripts(self):
        self.browser.run_scripts(False)
        self.browser.open(self.url())
        self.assertIn("All is well", self.browser.text("#health"))
        self.assertFalse(self.browser.element("#domains").is_displayed())
        self.assertRegex(self.ask("62.8.1.2"), r"^Listed 62\.8\.1\.2 by ")
        self.assertIn("spfblock status", self.browser.text("noscript"))
        self.browser.screenshot("listed-desk-no-script")


class ManyDomains(PageCase):
    MANY = int(os.environ.get("SPFBLOCK_PAGE_DOMAINS", "10000"))

    def test_many_domains(self):
        zone = "".join(
            f'd{i}.example. 300 IN TXT "v=spf1 ip4:{20 + i // 2500}.'
            f'{i // 250 % 250}.{i % 250}.0/24 -all"\n'
            for i in range(self.MANY)
        )
        server = self.start(
            [f"d{i}.example" for i in range(self.MANY)],
            resolver={"zone_file": self.file("many.zone", zone)},
        )
        self.wait_until_listed(server.port, "20.0.0.1", timeout=5 * PATIENCE_S)
        last = f"d{self.MANY - 1}.example"
        self.open(last)
        self.assertRegex(self.answer(), f"^Listed domain {last}\n")
        self.open()
        self.assertEqual(
            self.browser.text("#domains-shown"), f"1 to 50 of {self.MANY:,}"
        )
        self.browser.screenshot("many-desk-light")
        wanted = f"d{self.MANY * 7 // 9}."
        self.browser.element("#search").send_keys(wanted)
        shown(
            lambda: self.browser.text("#domains-shown") == "1 to 1 of 1",
            "one is found",
        )
        self.browser.element("#domains-table tbody a").click()
        shown(
            lambda: self.answer().startswith(f"Listed domain {wanted}example"),
            "the domain",
        )
        self.tell_times()

    def tell_times(self):
        """What the page took, for docs/performance.md: no pass or fail."""
        self.open()
        took = self.browser.run(
            """const [page] = performance.getEntriesByType("navigation");
               const all = performance.getEntriesByType("resource");
               return {
                 milliseconds_to_use: page.domContentLoadedEventEnd,
                 milliseconds_to_all: Math.max(...all.map((each) => each.responseEnd)),
                 octets: all.reduce((sum, each) => sum + each.transferSize,
                   page.transferSize),
                 domains_milliseconds: all.filter((each) =>
                   each.name.includes("/domains?"))[0].duration,
               };"""
        )
        with open(os.path.join(artefacts(), "times.json"), "w") as file:
            json.dump(took, file, indent=2)
        print(took)


class Reply(BlackBoxCase):
    """What curl sees."""

    def setUp(self):
        self.endpoint = f"{LOOPBACK}:{free_port()}"
        server = self.serve({"admin": self.endpoint, "domains": []})
        server.wait_for_line("admin port listening")

    def test_each_reply_says_what_a_browser_must_not_do(self):
        for path in ("/", "/status", "/page/page.js", "/nothing"):
            headers = admin.ask(self.endpoint, path).headers
            with self.subTest(path=path):
                self.assertRegex(
                    headers["content-security-policy"],
                    "^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'",
                )
                self.assertEqual(headers["x-content-type-options"], "nosniff")
                self.assertEqual(headers["referrer-policy"], "no-referrer")
                self.assertEqual(headers["cross-origin-opener-policy"], "same-origin")
                self.assertEqual(headers["cross-origin-resource-policy"], "same-origin")

    def test_a_file_that_the_browser_has_is_not_sent_again(self):
        for coding in ("gzip", "identity"):
            first = admin.ask(self.endpoint, "/page/page.js", coding=coding)
            self.assertEqual(first.status, 200)
            self.assertEqual(first.headers["cache-control"], "no-cache")
            again = admin.ask(self.endpoint, "/page/page.js", coding=coding,
                              fields={"If-None-Match": first.headers["etag"]})
            self.assertEqual((again.status, again.body), (304, ""))
            other = admin.ask(self.endpoint, "/page/page.js", coding=coding,
                              fields={"If-None-Match": '"other"'})
            self.assertEqual(other.body, first.body)
        self.assertEqual(
            admin.ask(self.endpoint, "/").headers["cache-control"], "no-store"
        )

    def test_a_host_elsewhere_does_not_get_it(self):
        for path in ("/", "/page/page.js", "/domains", "/map?prefix=::/0"):
            reply = admin.ask(self.endpoint, path, host="evil.example")
            self.assertEqual(reply.status, 403, path)

    def test_a_question_that_is_none_is_refused(self):
        for path in ("/domains?limit=501", "/domains?order=name", "/map",
                     "/map?prefix=10.0.0.0/8"):
            self.assertEqual(admin.ask(self.endpoint, path).status, 400, path)
