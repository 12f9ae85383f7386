"""The version that a build gets from git (scripts/cmake/version.cmake)."""

import os
import re
import shutil
import subprocess

from .harness.case import BlackBoxCase
from .harness.process import tool
from .harness.spfblock import CHECKOUT, run

SCRIPT = os.path.join(CHECKOUT, "scripts", "cmake", "version.cmake")
OF_A_COMMIT = r"0\.2\.0~git20261127153012\.[0-9a-f]{7,}"


class Version(BlackBoxCase):
    def setUp(self):
        self.source = os.path.join(self.directory(), "source")
        for name in ("CHANGELOG.md", "etc/debian/changelog.in", "server/version.cpp.in"):
            copy = os.path.join(self.source, name)
            os.makedirs(os.path.dirname(copy), exist_ok=True)
            shutil.copy(os.path.join(CHECKOUT, name), copy)
        self.built = os.path.join(self.directory(), "built")

    def git(self, *arguments, second=12):
        date = f"2026-11-27T16:30:{second}+0100"
        who = {"NAME": "a", "EMAIL": "a@example.org", "DATE": date}
        subprocess.run(
            [tool("git"), "-C", self.source, *arguments],
            check=True,
            capture_output=True,
            env={
                **os.environ,
                "GIT_CONFIG_GLOBAL": os.devnull,
                **{f"GIT_AUTHOR_{name}": value for name, value in who.items()},
                **{f"GIT_COMMITTER_{name}": value for name, value in who.items()},
            },
        )

    def commit(self, second=12):
        self.git("commit", "-q", "--allow-empty", "-m", "a change", second=second)

    def begin(self):
        self.git("init", "-q")
        self.git("add", ".")
        self.commit()

    def edit(self):
        with open(os.path.join(self.source, "CHANGELOG.md"), "a") as file:
            file.write("more\n")

    def version(self):
        subprocess.run(
            [tool("cmake"), f"-DSOURCE={self.source}", f"-DFOLDER={self.built}"]
            + ["-DRELEASE=0.2.0", "-DSPFBLOCK_MAINTAINER=a <a@example.org>"]
            + ["-P", SCRIPT],
            check=True,
            capture_output=True,
            timeout=60,
        )
        with open(os.path.join(self.built, "version.cpp"), encoding="utf-8") as file:
            return re.search(r'version = "(.*)"', file.read())[1]

    def assert_apt_installs(self, later, earlier):
        compared = [tool("dpkg"), "--compare-versions", later, "gt", earlier]
        self.assertEqual(subprocess.run(compared, check=False).returncode, 0)

    def test_without_git_it_is_the_release(self):
        self.assertEqual(self.version(), "0.2.0")

    def test_a_folder_in_another_repository_is_none_of_it(self):
        self.begin()
        outer = self.source
        self.source = os.path.join(outer, "inner")
        without = shutil.ignore_patterns(".git", "inner")
        shutil.copytree(outer, self.source, ignore=without)
        self.assertEqual(self.version(), "0.2.0")

    def test_it_names_the_commit_and_its_time_in_utc(self):
        self.begin()
        self.assertRegex(self.version(), rf"\A{OF_A_COMMIT}\Z")

    def test_a_tag_of_the_release_makes_it_the_release(self):
        self.begin()
        self.git("tag", "v0.1.9")
        self.assertRegex(self.version(), OF_A_COMMIT)
        self.git("tag", "v0.2.0")
        self.assertEqual(self.version(), "0.2.0")

    def test_what_is_not_committed_shows(self):
        self.begin()
        self.git("tag", "v0.2.0")
        self.edit()
        self.assertRegex(self.version(), rf"\A{OF_A_COMMIT}\.dirty\Z")

    def test_apt_installs_what_is_built_later(self):
        self.begin()
        versions = [self.version()]
        self.edit()
        versions.append(self.version())
        self.git("checkout", "-q", ".")
        self.commit(second=13)
        versions.append(self.version())
        versions.append("0.2.0")
        for earlier, later in zip(versions, versions[1:]):
            with self.subTest(earlier=earlier, later=later):
                self.assert_apt_installs(later, earlier)

    def test_the_same_version_is_not_written_again(self):
        self.begin()
        self.version()
        path = os.path.join(self.built, "version.cpp")
        before = os.stat(path).st_mtime_ns
        self.version()
        self.assertEqual(os.stat(path).st_mtime_ns, before)

    def test_the_program_tells_it(self):
        said = run("--version").stdout
        self.assertRegex(
            said, r"\Aspfblock \d+\.\d+\.\d+(~git\d{14}\.\w+(\.dirty)?)?\n\Z"
        )
