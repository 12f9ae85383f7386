"""Completion in bash, zsh and fish, as the shell itself asks for it."""

import os
import re
import subprocess

from .harness.case import BlackBoxCase
from .harness.shells import Bash, Fish, Zsh, script
from .harness.spfblock import CHECKOUT, program, run
from .harness.waiting import PATIENCE_S

SCRIPT = script("bash")

COMMANDS = {
    "add",
    "allow",
    "check",
    "diff",
    "expand",
    "explain",
    "export",
    "help",
    "history",
    "query",
    "remove",
    "replay",
    "report",
    "serve",
    "status",
    "suggest",
    "top",
}
FORMATS = {
    "plain", "json", "cidr", "access", "nftables", "rbldnsd", "dnsbl-zone", "cdb",
}

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


def long_options(command):
    """Those that the program itself names."""
    told = run(*(["help", command] if command else ["--help"])).stdout
    return set(re.findall(r"^  (?:-\w,)?(--[\w-]+)", told, re.M))


class Generated(BlackBoxCase):
    def test_the_files_are_what_the_program_says(self):
        folder = self.directory()
        subprocess.run(
            [os.path.join(CHECKOUT, "scripts", "completions"), program(), folder],
            check=True,
            timeout=4 * PATIENCE_S,
        )
        for shell in "bash", "zsh", "fish":
            with open(script(shell), encoding="ascii") as kept, open(
                os.path.join(folder, f"spfblock.{shell}"), encoding="ascii"
            ) as made:
                self.assertEqual(kept.read(), made.read(), "run scripts/completions")


class EveryShell(BlackBoxCase):
    """What is offered is the same in all three."""

    def setUp(self):
        self.shells = [self.closing(each()) for each in (Bash, Zsh, Fish)]
        self.configuration = self.file("c.json", CONFIGURATION)

    def assert_offered(self, line, expected, of=lambda each: True):
        for shell in self.shells:
            offers = {each for each in shell.offered(line) if of(each)}
            self.assertEqual(offers, expected, (type(shell).__name__, line))

    def assert_offered_options(self, line, expected):
        self.assert_offered(line, expected, lambda each: each.startswith("--"))

    def test_every_command_and_every_long_option_of_the_help(self):
        told = run("--help").stdout.partition("Subcommands:")[2]
        self.assertEqual(set(re.findall(r"^  (\w+) ", told, re.M)), COMMANDS)
        for line in "spfblock ", "spfblock help ":
            self.assert_offered(line, COMMANDS, lambda each: each[0] != "-")
        self.assert_offered_options("spfblock -", long_options(None))
        for command in sorted(COMMANDS):
            self.assert_offered_options(
                f"spfblock {command} -", long_options(command)
            )

    def test_a_command_follows_the_configuration(self):
        for before in "-c ", "--config ", "--config=":
            self.assert_offered(
                f"spfblock {before}{self.configuration} expl", {"explain"}
            )

    def test_values(self):
        self.assert_offered("spfblock export --format r", {"rbldnsd"})
        self.assert_offered("spfblock export --format ", FORMATS)
        self.assert_offered("spfblock export --format=", FORMATS)
        self.assert_offered(
            "spfblock query --door ", {"tcp_table", "policy", "socketmap", "dnsbl"}
        )
        self.assert_offered("spfblock add --until ", set())
        name = os.path.basename(self.configuration)
        folder = os.path.dirname(self.configuration)
        for files in "check -c", "--config", "replay", "replay --seen", "report":
            self.assert_files(f"spfblock {files} {folder}/c", name)

    def assert_files(self, line, name):
        for shell in self.shells:
            offers = {os.path.basename(each) for each in shell.offered(line)}
            self.assertEqual(offers, {name}, (type(shell).__name__, line))

    def test_domains_of_the_configuration_that_is_named(self):
        names = {"spam.example", "more-spam.example", "good.example"}
        for command in "expand", "remove", "status":
            for place in (
                f"-c {self.configuration} {command} ",
                f"{command} -c {self.configuration} ",
                f"{command} --config={self.configuration} ",
            ):
                self.assert_offered(
                    "spfblock " + place, names, lambda each: "." in each
                )
        self.assert_offered(
            f"spfblock status -c {self.configuration} --json more",
            {"more-spam.example"},
        )
        none = os.path.join(self.directory(), "none.json")
        self.assert_offered(
            f"spfblock expand -c {none} ", set(), lambda each: "." in each
        )


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
            {
                "--comment",
                "--config",
                "--help",
                "--provider",
                "--until",
                "--version",
                "--watch",
            },
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
