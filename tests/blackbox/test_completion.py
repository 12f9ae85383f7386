"""Completion in bash, as a shell asks for it."""

import os
import subprocess

from .harness.case import BlackBoxCase
from .harness.spfblock import CHECKOUT
from .harness.waiting import PATIENCE_S

SCRIPT = os.path.join(CHECKOUT, "etc", "completion", "spfblock.bash")

COMMANDS = {
    "add",
    "allow",
    "check",
    "diff",
    "expand",
    "explain",
    "export",
    "help",
    "query",
    "remove",
    "replay",
    "report",
    "serve",
    "status",
}
FORMATS = {"plain", "json", "cidr", "access", "nftables", "rbldnsd", "dnsbl-zone"}

CONFIGURATION = """{
  // not "commented.example"
  "domains": ["spam.example", { "name": "more-spam.example", "action": "HOLD" }],
  "allow": { "networks": ["192.0.2.0/24"], "domains": ["good.example"] },
  "listen": ["127.0.0.1:10060"]
}
"""


def offered(*words, cwd=None):
    """What TAB offers behind `spfblock WORD...`."""
    script = (
        'source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _spfblock;'
        " ((${#COMPREPLY[@]})) && printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    done = subprocess.run(
        ["bash", "-c", script, SCRIPT, "spfblock", *words],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        cwd=cwd,
    )
    if done.stderr:
        raise AssertionError(done.stderr)
    return set(done.stdout.splitlines())


class Completion(BlackBoxCase):
    def test_the_first_word_is_a_command(self):
        self.assertEqual(
            offered(""), COMMANDS | {"-c", "--config", "--help", "--version"}
        )
        self.assertEqual(offered("ex"), {"expand", "explain", "export"})
        self.assertEqual(offered("x"), set())

    def test_a_command_follows_the_configuration(self):
        file = self.file("c.json", CONFIGURATION)
        for before in (["-c", file], ["--config", file], ["--config", "=", file]):
            self.assertEqual(offered(*before, "ex"), {"expand", "explain", "export"})
            self.assertEqual(offered(*before, "status", "more"), {"more-spam.example"})

    def test_help_is_of_a_command(self):
        self.assertEqual(offered("help", ""), COMMANDS)
        self.assertEqual(offered("help", "-"), {"--help", "--version"})

    def test_options_are_those_of_the_command(self):
        self.assertEqual(offered("status", "--j"), {"--json"})
        self.assertEqual(offered("status", "--t"), {"--trouble"})
        self.assertEqual(offered("diff", "--e"), {"--exit-code"})
        self.assertEqual(offered("expand", "--a"), {"--address"})
        self.assertEqual(offered("query", "--s"), {"--server"})
        self.assertEqual(
            offered("add", "x.example", "--"),
            {"--comment", "--config", "--help", "--until", "--version", "--watch"},
        )
        self.assertEqual(offered("allow", "--u"), {"--until"})
        self.assertEqual(offered("allow", "--w"), set())
        self.assertEqual(offered("check", "--j"), set())
        self.assertEqual(offered("serve", "--"), {"--config", "--help", "--version"})

    def test_formats_of_export(self):
        self.assertEqual(offered("export", "--format", ""), FORMATS)
        self.assertEqual(offered("export", "--format", "r"), {"rbldnsd"})
        self.assertEqual(offered("export", "--format", "="), FORMATS)
        self.assertEqual(offered("export", "--format", "=", "r"), {"rbldnsd"})
        self.assertEqual(offered("export", "--format", "=", "plain", "x"), set())

    def test_files_stand_behind_the_option_that_wants_one(self):
        folder = self.directory()
        for name in ("a.json", "with blank.json", "b.txt"):
            with open(os.path.join(folder, name), "w", encoding="utf-8"):
                pass
        for option in ("-c", "--config"):
            self.assertEqual(
                offered("check", option, "", cwd=folder),
                {"a.json", "with blank.json", "b.txt"},
            )
            self.assertEqual(offered("check", option, "a", cwd=folder), {"a.json"})

    def test_expand_offers_the_domains_of_the_configuration_that_is_named(self):
        file = self.file("c.json", CONFIGURATION)
        self.assertEqual(
            offered("expand", "-c", file, ""),
            {"spam.example", "more-spam.example", "good.example"},
        )
        self.assertEqual(
            offered("expand", "--config", file, "--json", "more"),
            {"more-spam.example"},
        )

    def test_remove_offers_the_domains_of_entry_files_too(self):
        folder = self.directory()
        os.mkdir(os.path.join(folder, "conf.d"))
        for name, text in (
            ("c.json", CONFIGURATION),
            ("conf.d/added.json", '{"domains": ["added.example"]}'),
        ):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        file = os.path.join(folder, "c.json")
        self.assertEqual(offered("remove", "-c", file, "a"), {"added.example"})
        self.assertIn("spam.example", offered("remove", "-c", file, ""))

    def test_what_an_option_takes_is_not_completed(self):
        file = self.file("c.json", CONFIGURATION)
        for option in ("--until", "--comment"):
            self.assertEqual(offered("add", "-c", file, option, ""), set())
            self.assertEqual(
                offered(option, "remove", "-c", file, "remove", "more"),
                {"more-spam.example"},
            )

    def test_without_a_configuration_expand_offers_nothing(self):
        file = os.path.join(self.directory(), "none.json")
        self.assertEqual(offered("expand", "-c", file, ""), set())

    def test_bash_completes_by_it(self):
        done = subprocess.run(
            ["bash", "-c", 'source "$0"; complete -p spfblock', SCRIPT],
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        self.assertEqual(done.stdout.strip(), "complete -F _spfblock spfblock")
