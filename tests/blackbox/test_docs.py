"""The documents say what the program does; the check of that can fail."""

import os
import shutil
import subprocess

from .harness.case import BlackBoxCase
from .harness.process import tool
from .harness.spfblock import CHECKOUT, program
from .harness.waiting import PATIENCE_S

PAGES = ("docs/man/spfblock.8", "docs/man/spfblock.json.5")

# A damage to a file: what stands there, what takes its place, and what
# the check must say.
DAMAGES = [
    (
        "etc/spfblock.json",
        '"attempts": 3,',
        '"tries": 3,',
        "etc/spfblock.json: resolver.attempts is missing",
    ),
    (
        "etc/spfblock.json",
        '"depth": 20,',
        '"depth": 21,',
        "etc/spfblock.json: limits.depth is 21, but",
    ),
    (
        "etc/spfblock.json",
        '"threads": 1,',
        '"threads": 1, "heads": 2,',
        "etc/spfblock.json: /heads: unknown setting",
    ),
    (
        "docs/man/spfblock.json.5",
        ".It Cm limits.growth\n",
        ".It Cm limits.size\n",
        "docs/man/spfblock.json.5: limits.growth is missing",
    ),
    (
        "docs/man/spfblock.json.5",
        "An integer from 1 to 64; default 1.",
        "An integer from 1 to 16; default 1.",
        "docs/man/spfblock.json.5: threads: ",
    ),
    (
        "docs/man/spfblock.json.5",
        '"admin": "[::1]:10061"',
        '"admin": "[::1]"',
        "docs/man/spfblock.json.5: admin: example: /admin: ",
    ),
    (
        "docs/man/spfblock.8",
        ".It Cm status Oo Fl c Ar file Oc Oo Fl -json Oc ",
        ".It Cm status Oo Fl c Ar file Oc ",
        "docs/man/spfblock.8: status: --json is missing",
    ),
    (
        "README.md",
        "| `spfblock check [-c FILE] [--postfix] [--dnsbl]` |",
        "| `spfblock test [-c FILE]` |",
        "README.md: the program has no test",
    ),
    (
        "etc/completion/spfblock.bash",
        "'--config --door --help --server --version -c' ;;",
        "'--config --door --help --version -c' ;;",
        "etc/completion/spfblock.bash: query: --server is missing",
    ),
    (
        "README.md",
        " [--exit-code]` |",
        " [--exit-status]` |",
        "README.md: diff: the program has no --exit-status",
    ),
    (
        "README.md",
        "(docs/architecture.md)",
        "(docs/architektur.md)",
        "README.md: no such file: docs/architektur.md",
    ),
    (
        "docs/testing.md",
        "`harness/case.py`",
        "`tests/blackbox/harness/case.pl`",
        "docs/testing.md: no such file: tests/blackbox/harness/case.pl",
    ),
]


def check(script, folder):
    """What tests/docs/SCRIPT says of what is below a folder."""
    return subprocess.run(
        [os.path.join(CHECKOUT, "tests", "docs", script), folder],
        capture_output=True,
        text=True,
        timeout=600,
        env={**os.environ, "SPFBLOCK_PROGRAM": program()},
    )


class Documents(BlackBoxCase):
    def test_settings_commands_and_options_are_as_the_program_has_them(self):
        done = check("check_docs.py", CHECKOUT)
        self.assertEqual((done.stderr, done.returncode), ("", 0))

    def test_links_and_paths_lead_somewhere(self):
        done = check("check_links.py", CHECKOUT)
        self.assertEqual((done.stderr, done.returncode), ("", 0))

    def test_every_kind_of_difference_is_noticed(self):
        folder = self.copy_of_documents()
        for name in {name for name, _, _, _ in DAMAGES}:
            self.damage(folder, name)
        noticed = ""
        for script in ("check_docs.py", "check_links.py"):
            done = check(script, folder)
            self.assertEqual(done.returncode, 1)
            noticed += done.stderr
        for name, before, after, said in DAMAGES:
            with self.subTest(file=name, instead_of=before, stands=after):
                self.assertIn(": " + said, noticed)

    def test_the_manual_pages_are_well_formed(self):
        for page in PAGES:
            with self.subTest(page=page):
                done = subprocess.run(
                    [tool("mandoc"), "-T", "lint", os.path.join(CHECKOUT, page)],
                    capture_output=True,
                    text=True,
                    timeout=PATIENCE_S,
                )
                # Which other pages are installed here is no fault of this one.
                said = [
                    line
                    for line in done.stdout.splitlines()
                    if "referenced manual not found" not in line
                ]
                self.assertEqual(said, [])

    def copy_of_documents(self):
        folder = self.directory()
        for name in ("docs", "etc"):
            shutil.copytree(os.path.join(CHECKOUT, name), os.path.join(folder, name))
        for name in os.listdir(CHECKOUT):
            if name.endswith(".md") or name == "LICENSE":
                shutil.copy(os.path.join(CHECKOUT, name), folder)
        return folder

    def damage(self, folder, name):
        """Does all damages to that file."""
        path = os.path.join(folder, name)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for damaged, before, after, _ in DAMAGES:
            if damaged == name:
                self.assertIn(before, text)
                text = text.replace(before, after, 1)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
