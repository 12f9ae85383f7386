"""scripts/setup on a machine that has a mail server: it keeps it."""

import os
import subprocess

from .harness.case import BlackBoxCase
from .harness.spfblock import CHECKOUT

# What stands for apt and its data.  The calls of apt-get are written down.
STAND_INS = {
    "apt-cache": 'echo "  Candidate: 99"\n',
    "apt-get": """\
echo "$*" >> "$CALLS"
case "$*" in
*install*-s*postfix*) echo "Remv exim4-daemon-light [4.96-15]" ;;
esac
""",
    "dpkg-query": """\
for name; do :; done
case " $MISSING " in
*" $name "*) exit 1 ;;
*) echo "installed 99" ;;
esac
""",
    "id": "echo 0\n",
}


class Setup(BlackBoxCase):
    def setUp(self):
        self.folder = self.directory()
        for name, script in STAND_INS.items():
            path = os.path.join(self.folder, name)
            with open(path, "w", encoding="ascii") as file:
                file.write("#!/bin/sh\n" + script)
            os.chmod(path, 0o755)

    def run_setup(self, *options, missing):
        """Exit status, what it said, and the calls of apt-get."""
        calls = os.path.join(self.folder, "calls")
        with open(calls, "w", encoding="ascii"):
            pass
        done = subprocess.run(
            [os.path.join(CHECKOUT, "scripts", "setup"), *options],
            env={
                "PATH": f"{self.folder}:{os.environ['PATH']}",
                "CALLS": calls,
                "MISSING": missing,
            },
            capture_output=True,
            text=True,
            timeout=60,
        )
        with open(calls, encoding="ascii") as file:
            return done.returncode, done.stdout + done.stderr, file.read()

    def test_where_nothing_is_missing_it_is_silent(self):
        self.assertEqual(self.run_setup(missing=""), (0, "", ""))

    def test_a_demo_a_build_and_a_package_need_no_mail_server(self):
        for options in ((), ("--package",)):
            with self.subTest(options=options):
                self.assertEqual(
                    self.run_setup(*options, missing="postfix prometheus nsd"), (0, "", "")
                )
        for script in ("run", "build", "package"):
            with open(os.path.join(CHECKOUT, "scripts", script)) as file:
                self.assertNotRegex(file.read(), r"setup.*--(test|check|bench)")

    def test_what_would_take_the_place_of_something_is_not_installed(self):
        status, said, calls = self.run_setup("--test", missing="postfix")
        self.assertEqual(status, 1)
        self.assertIn("postfix takes the place of exim4-daemon-light", said)
        self.assertIn("nothing is installed", said)
        for call in calls.splitlines():
            self.assertTrue(call.startswith("update") or " -s " in call, call)
