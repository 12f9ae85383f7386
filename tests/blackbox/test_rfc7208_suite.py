"""The openspf.org test suite for RFC 7208, whole: of one mail by `explain`, of a mail
at the policy door, and of an address, as far as a list can know it."""

import collections
import concurrent.futures
import contextlib
import dataclasses
import ipaddress
import json
import re
import tempfile
import time

from .harness.case import BlackBoxCase
from .harness.dns_message import SERVFAIL, encode_answer
from .harness.policy import PolicyClient
from .harness.ports import LOOPBACK, free_port
from .harness.scripted_dns import ScriptedDns
from .harness.spf_suite import read_suite
from .harness.spfblock import Spfblock, run
from .harness.tcp_table import TableClient
from .harness.unlistable import NO_DOMAIN_NAME, reason_to_leave_out
from .harness.waiting import PATIENCE_S, eventually

# The cases of the suite, and how many a list of addresses can know; that they
# never become fewer in silence.
CASES = 203
LEAST_ASKED = 185
# Servers at once; they mostly wait for their second refresh.
SERVERS = 16
# Cases of mail that passes whoever sends it: there the door passes nobody, and
# says so (docs/doors.md).
OF_EVERYBODY = {"exists-ip4", "exists-ip6", "macro-multiple-delimiters"}
# A sender whose domain is no domain name claims no listing; some domain must
# be listed all the same.
NOBODYS = "listed.test"
OPEN = "DEFER_IF_PERMIT"

SETTINGS = {
    "action": "WARN {domain}",
    "on_permerror": "stop",
    "limits": {
        "widest_ipv4": None,
        "widest_ipv6": None,
        "ipv4_addresses": None,
        "ipv6_slash64s": None,
        "networks": None,
        "growth": None,
        "dns_queries": None,
        "depth": None,
        "answer_bytes": None,
        "total": {"ipv4_addresses": None, "networks": None},
    },
    "allow": {"reserved": False, "providers": False},
    "state_file": "",
    "refresh": {"interval": "1s", "follow_ttl": False, "retry": "1s"},
}


class Rfc7208Suite(BlackBoxCase):
    def test_an_address_is_listed_if_and_only_if_check_host_passes_it(self):
        left_out, subjects = _subjects(read_suite())
        asked = sum(len(subject.cases) for subject in subjects)
        with concurrent.futures.ThreadPoolExecutor(SERVERS) as pool:
            wrong = sum(pool.map(_Subject.check, subjects), [])
        print(
            f"\nRFC 7208 suite: {asked} cases asked of {len(subjects)} listings, "
            f"{len(wrong)} wrong; {left_out.total()} cases left out"
            + "".join(f"\n  {count:3}  {why}" for why, count in left_out.most_common())
        )
        self.assertGreaterEqual(asked, LEAST_ASKED)
        if wrong:
            self.fail(f"{len(wrong)} wrong:\n" + "\n".join(wrong))

    def test_every_case_is_as_check_host_has_it(self):
        """For one mail, by `explain --sender --helo`: nothing is left out."""
        asked, wrong = 0, []
        for scenario in read_suite():
            with (
                _Explaining(scenario) as command,
                concurrent.futures.ThreadPoolExecutor(SERVERS) as pool,
            ):
                results = list(pool.map(command.result, scenario.cases))
            asked += len(results)
            wrong += [
                f"{scenario.description} / {case.name}: expected "
                f"{' or '.join(sorted(case.results))}, not {result}"
                for case, result in zip(scenario.cases, results)
                if result not in case.results
            ]
        print(f"\nRFC 7208 suite: {asked} cases of one mail, {len(wrong)} wrong")
        self.assertEqual(asked, CASES)
        self.assertEqual(wrong, [])

    def test_a_mail_gets_the_action_if_and_only_if_check_host_passes_it(self):
        """At the policy door, by real sockets: nothing is left out.

        The cases about `exp` have their result; the explanation is shown to
        nobody.
        """
        doors = [door for each in read_suite() for door in _Door.all_of(each)]
        with concurrent.futures.ThreadPoolExecutor(SERVERS) as pool:
            said = sum(pool.map(_Door.ask, doors), [])
        wrong = [
            f"{case.name}: expected {' or '.join(sorted(case.results))}, not {action}"
            for case, action, told in said
            if case.name not in OF_EVERYBODY and not _is_right(case, action)
        ]
        everybody = {
            case.name
            for case, action, told in said
            if told and _is_of_everybody(case, action)
        }
        count = collections.Counter(action.partition(" ")[0] for _, action, _ in said)
        explained = sum(case.is_explained for case, _, _ in said)
        print(
            f"\nRFC 7208 suite at the policy door: {len(said)} cases at {len(doors)} "
            f"servers, {count['WARN']} with the action, {count['DUNNO']} DUNNO, "
            f"{count[OPEN]} open for a temperror, {len(wrong)} wrong; {explained} have "
            f"an explanation, which is not asked for; {len(everybody)} of mail that "
            "passes everybody"
        )
        self.assertEqual(len(said), CASES)
        self.assertEqual(wrong, [])
        self.assertEqual(everybody, OF_EVERYBODY)
        self._assert_that_anybody_passes(OF_EVERYBODY)

    def _assert_that_anybody_passes(self, names):
        """Of these cases, whoever the client is: by `explain`."""
        for scenario in read_suite():
            with _Explaining(scenario) as command:
                for case in scenario.cases:
                    if case.name in names:
                        nobody = dataclasses.replace(case, host="192.0.2.77")
                        self.assertEqual(command.result(nobody), "pass", case.name)

    def test_a_sender_whose_domain_is_no_domain_name_cannot_be_listed(self):
        domains = [
            case.domain
            for scenario in read_suite()
            for case in scenario.cases
            if reason_to_leave_out(case, scenario.zone) == NO_DOMAIN_NAME
        ]
        self.assertGreaterEqual(len(domains), 4)
        done = run("check", "-c", self.file("x.json", json.dumps({"domains": domains})))
        for index, domain in enumerate(domains):
            with self.subTest(domain=domain):
                self.assertRegex(done.stderr, rf"(?m): /domains/{index}: ")


def _subjects(scenarios):
    """(Counter of the reasons why cases are left out, the subjects of the rest)."""
    left_out, subjects = collections.Counter(), []
    for scenario in scenarios:
        cases = collections.defaultdict(list)
        for case in scenario.cases:
            if reason := reason_to_leave_out(case, scenario.zone):
                left_out[reason] += 1
            else:
                cases[case.domain.lower()].append(case)
        subjects += [_Subject(scenario, *asked) for asked in cases.items()]
    return left_out, subjects


def _is_right(case, action):
    """Whether the door may say that."""
    if action.startswith(OPEN):
        return "temperror" in case.results
    may_pass, must_pass = "pass" in case.results, case.results == {"pass"}
    if action == "DUNNO":
        return not must_pass
    return may_pass and action == f"WARN {case.domain.lower()}"


def _is_of_everybody(case, action):
    """Whether it would be so where mail of the domain passes everybody."""
    return action == "DUNNO" and case.results == {"pass"}


class _Door:
    """One listed domain at the policy door, and the mails of its cases."""

    def __init__(self, scenario, domain, cases):
        self._scenario = scenario
        self._domain = domain
        self._cases = cases
        self._address = f"{LOOPBACK}:{free_port()}"

    def ask(self):
        """[(case, action, whether mail of the domain passes everybody)]"""
        with contextlib.closing(_Dns(self._scenario.zone, silent=False)) as dns:
            with contextlib.closing(Spfblock(self._configured(dns))) as spfblock:
                # A second refresh begins only when the first is served.
                eventually(
                    lambda: dns.asked[self._domain, "TXT"] >= 2,
                    f"{self._domain} is refreshed",
                    timeout=PATIENCE_S,
                )
                with PolicyClient(spfblock.port) as client:
                    actions = [self._final_action(client, case) for case in self._cases]
                told = self._is_told_of(spfblock, actions)
        return [(case, action, told) for case, action in zip(self._cases, actions)]

    def _is_told_of(self, spfblock, actions):
        """The line comes a moment after what it tells of."""
        awaited = any(map(_is_of_everybody, self._cases, actions))
        with contextlib.suppress(AssertionError):
            spfblock.wait_for_line("mail passes everybody", PATIENCE_S if awaited else 0)
            return True
        return False

    def _configured(self, dns):
        return {
            **SETTINGS,
            "domains": [self._domain],
            "listen": [{"door": "policy", "at": self._address}],
            # So that it can be seen when a mail is decided.
            "query_time": {"unknown": "defer"},
            "resolver": {"servers": [dns.server], "timeout": "2s", "attempts": 1},
        }

    @staticmethod
    def _final_action(client, case):
        """Once it is known; of a temperror it never is."""
        patience = 2 if "temperror" in case.results else PATIENCE_S
        until = time.monotonic() + patience
        while True:
            action = client.ask(case.host, case.sender, case.helo)
            if not action.startswith(OPEN) or time.monotonic() > until:
                return action
            time.sleep(0.02)

    @classmethod
    def all_of(cls, scenario):
        cases = collections.defaultdict(list)
        for case in scenario.cases:
            cases[case.listable_domain or NOBODYS].append(case)
        return [cls(scenario, *asked) for asked in cases.items()]


class _Explaining:
    """`spfblock explain` with the name servers of a scenario."""

    def __init__(self, scenario):
        self._dns = _Dns(scenario.zone, silent=False)
        self._file = tempfile.NamedTemporaryFile("w", suffix=".json")
        resolver = {"servers": [self._dns.server], "timeout": "2s", "attempts": 1}
        json.dump({**SETTINGS, "domains": ["x.test"], "resolver": resolver}, self._file)
        self._file.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()
        self._dns.close()

    def result(self, case):
        """The result, in the word of RFC 7208."""
        done = run(
            "explain",
            "-c",
            self._file.name,
            f"--sender={case.sender}",
            f"--helo={case.helo}",
            case.host,
        )
        found = re.findall(r"(?m)^([a-z]+): ", done.stdout)
        return found[-1] if found else done.stderr


class _Subject:
    """One domain of a scenario, listed alone, so that no other hides it."""

    def __init__(self, scenario, domain, cases):
        self.domain = domain
        self.cases = cases
        self._scenario = scenario
        self._settings = {
            **SETTINGS,
            "domains": [domain],
            "listen": [f"{LOOPBACK}:{free_port()}"],
        }

    def check(self):
        """Asks for every case; what is wrong, a text for each."""
        served = self._ask_server()
        expansion = self._expand()
        listed = [ipaddress.ip_network(text) for text in expansion["networks"]]
        wrong = []
        for case, reply in zip(self.cases, served):
            expanded = any(case.address in network for network in listed)
            faults = []
            if case.listed not in (None, reply.code == 200):
                faults.append(f"serve answers {reply.code} {reply.text}")
            if case.listed not in (None, expanded):
                faults.append(f"expand lists {' '.join(map(str, listed)) or 'nothing'}")
            if fault := _fault_of_outcome(case, expansion):
                faults.append(fault)
            if faults:
                wrong.append(self._describe(case, "; ".join(faults)))
        return wrong

    def _ask_server(self):
        """The replies of a server whose name servers let time-outs happen."""
        with contextlib.closing(_Dns(self._scenario.zone, silent=True)) as dns:
            with contextlib.closing(Spfblock(self._configured(dns))) as spfblock:
                # A second refresh begins only when the first is served.
                eventually(
                    lambda: dns.asked[self.domain, "TXT"] >= 2,
                    f"{self.domain} is refreshed",
                    timeout=PATIENCE_S,
                )
                with TableClient(spfblock.port) as client:
                    replies = [client.get(case.host) for case in self.cases]
        for reply in replies:
            if reply not in ((200, f"WARN {self.domain}"), (500, "not listed")):
                raise AssertionError(f"{self.domain}: {reply}")
        return replies

    def _expand(self):
        """What `expand --json` says; name servers answer SERVFAIL for time-outs."""
        with contextlib.closing(_Dns(self._scenario.zone, silent=False)) as dns:
            with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
                json.dump(self._configured(dns), file)
                file.flush()
                done = run("expand", "--json", "-c", file.name, self.domain)
        return json.loads(done.stdout)["domains"][0]

    def _configured(self, dns):
        resolver = {"servers": [dns.server], "timeout": "2s", "attempts": 1}
        return {**self._settings, "resolver": resolver}

    def _describe(self, case, got):
        record = self._scenario.zone.spf_record(self.domain)
        return (
            f"{self._scenario.description} / {case.name}: {case.host} for "
            f"{self.domain} {record!r}: expected {' or '.join(sorted(case.results))}; "
            f"{got}"
        )


class _Dns(ScriptedDns):
    """Serves the zone of a scenario; its largest answer has 382 octets."""

    def __init__(self, zone, silent):
        self._zone = zone
        self._silent = silent
        super().__init__(zone.records)

    def respond(self, question, client):
        unanswered = (question.name, question.kind) in self._zone.timing_out
        if not (unanswered and self._silent):
            fails = unanswered or question.name in self._zone.looping
            self.send(
                encode_answer(question, rcode=SERVFAIL)
                if fails
                else self.answer(question),
                client,
            )


def _fault_of_outcome(case, expansion):
    """What is wrong with the cause why an address is listed or not.

    For cases with one right result, where every term is listable.
    """
    (result, *more) = case.results
    said = json.dumps(expansion["record"])
    if more or '"not listable: ' in said:
        return None
    outcome = expansion["outcome"]
    if (result == "none") != (outcome == "no_record"):
        return f"the outcome is {outcome}"
    if (result == "temperror") != (outcome == "temperror"):
        return f"the outcome is {outcome} {expansion['reason']}"
    if result == "permerror" and '"permerror: ' not in said:
        return "no permerror is reported"
    return None
