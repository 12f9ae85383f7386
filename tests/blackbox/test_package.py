"""The Debian package: what is in it, and how it comes and goes."""

import gzip
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

from .harness.case import BlackBoxCase
from .harness.package import (
    Package,
    ScratchSystem,
    StubbedCommands,
    build_package,
    is_sanitized,
    run_alone,
)
from .harness.process import tool
from .harness.spfblock import run
from .harness.tcp_table import ask_once
from .harness.waiting import PATIENCE_S

DOC = "/usr/share/doc/spfblock"
CONFIGURATION = "/etc/spfblock/spfblock.json"
PROGRAM = "/usr/sbin/spfblock"
UNITS = ("spfblock.socket", "spfblock.service")

FILES = {
    PROGRAM,
    CONFIGURATION,
    "/etc/logcheck/ignore.d.server/spfblock",
    "/usr/lib/systemd/system/spfblock-policy.socket",
    "/usr/lib/systemd/system/spfblock.service",
    "/usr/lib/systemd/system/spfblock.socket",
    "/usr/lib/sysusers.d/spfblock.conf",
    "/usr/share/bash-completion/completions/spfblock",
    "/usr/share/fish/vendor_completions.d/spfblock.fish",
    "/usr/share/zsh/vendor-completions/_spfblock",
    "/usr/share/lintian/overrides/spfblock",
    "/usr/share/man/man5/spfblock.json.5.gz",
    "/usr/share/man/man8/spfblock.8.gz",
    "/usr/share/spfblock/providers-networks.txt",
    "/usr/share/spfblock/providers.txt",
    "/usr/share/spfblock/spfblock.schema.json",
    DOC + "/README.md",
    DOC + "/changelog.Debian.gz",
    DOC + "/changelog.gz",
    DOC + "/copyright",
    DOC + "/docs/building.md",
    DOC + "/docs/expand-json.md",
    DOC + "/docs/doors.md",
    DOC + "/docs/export.md",
    DOC + "/docs/fleet.md",
    DOC + "/docs/history.md",
    DOC + "/docs/log-events.md",
    DOC + "/docs/mail-log.md",
    DOC + "/docs/metrics.md",
    DOC + "/docs/operations.md",
    DOC + "/docs/page.md",
    DOC + "/docs/performance-growth.svg",
    DOC + "/docs/performance.md",
    DOC + "/docs/providers.md",
    DOC + "/docs/spf-semantics.md",
    DOC + "/docs/status-json.md",
    DOC + "/docs/symptoms.md",
    DOC + "/docs/threat-model.md",
    DOC + "/etc",
    DOC + "/examples/fleet/knot-primary.conf",
    DOC + "/examples/fleet/knot-secondary.conf",
    DOC + "/examples/fleet/named-secondary.conf",
    DOC + "/examples/fleet/nsd-primary.conf",
    DOC + "/examples/fleet/nsd-secondary.conf",
    DOC + "/examples/fleet/rbldnsd.default",
    DOC + "/examples/fleet/rsyncd.conf",
    DOC + "/examples/fleet/spfblock-rsync.service",
    DOC + "/examples/fleet/spfblock-rsync.timer",
    DOC + "/examples/fleet/spfblock-zone-knot.path",
    DOC + "/examples/fleet/spfblock-zone-knot.service",
    DOC + "/examples/fleet/spfblock-zone-knot.timer",
    DOC + "/examples/fleet/spfblock-zone-nsd.path",
    DOC + "/examples/fleet/spfblock-zone-nsd.service",
    DOC + "/examples/fleet/spfblock-zone-nsd.timer",
    DOC + "/examples/fleet/unbound.conf",
    DOC + "/examples/grafana-dashboard.json",
    DOC + "/examples/main.cf.example",
    DOC + "/examples/prometheus-alerts.yml",
    DOC + "/examples/spfblock-policy.socket",
    DOC + "/examples/spfblock.json",
    DOC + "/examples/spfblock.service",
    DOC + "/examples/spfblock.socket",
    DOC + "/examples/spfblock.sysusers",
}

NEXT_CONFIGURATION = '{ "domains": [] }\n'

ACCOUNTS = {f"/etc/{name}" for name in ("group", "gshadow", "passwd", "shadow")} | {
    "/etc/.pwd.lock"
}

STATE = "/var/lib/spfblock/state.json"
PRIVATE_STATE = "/var/lib/private/spfblock/state.json"


def setUpModule():
    """Packs once for all tests."""
    if is_sanitized():
        raise unittest.SkipTest("a program with sanitizers is not packaged")
    folder = tempfile.mkdtemp(prefix="spfblock-package-")
    unittest.addModuleCleanup(shutil.rmtree, folder, ignore_errors=True)
    PackageCase.package = Package(
        build_package(os.path.join(folder, "cpack")), os.path.join(folder, "unpacked")
    )


class PackageCase(BlackBoxCase):
    package = None

    def assert_valid(self, program, configuration):
        done = subprocess.run(
            [program, "check", "-c", configuration],
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        self.assertEqual(done.returncode, 0, done.stderr)


class Contents(PackageCase):
    def test_it_holds_what_an_administrator_looks_for_and_no_more(self):
        files = {each.path for each in self.package.entries() if not each.is_folder}
        self.assertEqual(files, FILES)

    def test_every_link_of_a_document_leads_to_a_file_of_the_package(self):
        followed = 0
        for path in sorted(FILES):
            if path.startswith(DOC) and path.endswith((".md", "/changelog.gz")):
                for target in self.links_of(path):
                    followed += 1
                    with self.subTest(document=path, link=target):
                        beside = os.path.join(os.path.dirname(path), target)
                        self.assertTrue(os.path.exists(self.package.file(beside)))
        self.assertGreater(followed, 20)

    def links_of(self, path):
        """The files that a document links to, relative to its own folder."""
        whole = self.package.file(path)
        read = gzip.open if path.endswith(".gz") else open
        with read(whole, "rt", encoding="utf-8") as file:
            links = re.findall(r"\]\(([^)\s#]+)", file.read())
        return [each for each in links if not re.match(r"[a-z]+:", each)]

    def test_it_has_folders_for_lists_of_domains_and_for_entries(self):
        folders = {each.path for each in self.package.entries() if each.is_folder}
        self.assertIn("/etc/spfblock/domains.d/", folders)
        self.assertIn("/etc/spfblock/conf.d/", folders)

    def test_everything_belongs_to_root_and_only_the_program_is_executable(self):
        for entry in self.package.entries():
            with self.subTest(path=entry.path):
                self.assertEqual(entry.owner, "root/root")
                if entry.is_folder:
                    self.assertEqual(entry.mode, "drwxr-xr-x")
                elif entry.path == PROGRAM:
                    self.assertEqual(entry.mode, "-rwxr-xr-x")
                elif entry.path == DOC + "/etc":
                    self.assertEqual(entry.mode, "lrwxrwxrwx")
                else:
                    self.assertEqual(entry.mode, "-rw-r--r--")

    def test_every_file_in_etc_is_a_conffile(self):
        in_etc = {
            each.path
            for each in self.package.entries()
            if each.path.startswith("/etc/") and not each.is_folder
        }
        self.assertEqual(in_etc, self.package.conffiles())

    def test_the_control_fields_are_those_of_a_mail_service(self):
        version = run("--version").stdout.split()[1]
        self.assertEqual(self.package.field("Package"), "spfblock")
        self.assertEqual(self.package.field("Version"), version + "-1")
        self.assertEqual(self.package.field("Section"), "mail")
        self.assertEqual(self.package.field("Priority"), "optional")
        self.assertIn("postfix", self.package.field("Suggests").split(", "))
        for library in ("libc6", "libidn2-0", "libldns3", "libpsl5", "libstdc++6"):
            self.assertRegex(self.package.field("Depends"), rf"\b{re.escape(library)}(t64)? ")

    def test_the_changelogs_are_of_this_version(self):
        with gzip.open(self.package.file(DOC + "/changelog.Debian.gz"), "rt") as file:
            self.assertEqual(
                file.readline().split()[1], f"({self.package.field('Version')})"
            )
        with gzip.open(self.package.file(DOC + "/changelog.gz"), "rt") as file:
            self.assertEqual(file.readline(), "# Changelog\n")

    def test_the_program_is_stripped(self):
        done = subprocess.run(
            [tool("file"), self.package.file(PROGRAM)],
            capture_output=True,
            text=True,
            check=True,
        )
        self.assertRegex(done.stdout, r", stripped$")

    def test_the_same_build_is_packed_to_the_same_files(self):
        again = Package(
            build_package(os.path.join(self.directory(), "cpack")),
            os.path.join(self.directory(), "unpacked"),
        )
        self.assertEqual(
            again.text("DEBIAN/md5sums"), self.package.text("DEBIAN/md5sums")
        )

    def test_lintian_finds_neither_errors_nor_warnings(self):
        done = subprocess.run(
            [
                tool("lintian"),
                "--allow-root",
                "--fail-on=error,warning",
                self.package.path,
            ],
            capture_output=True,
            text=True,
            timeout=600,
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class Configuration(PackageCase):
    def test_it_is_valid_as_it_is_shipped(self):
        self.assert_valid(
            self.package.file(PROGRAM), self.package.file(CONFIGURATION)
        )

    def test_a_domain_that_is_put_into_its_folder_is_watched_and_not_rejected(self):
        folder = self.directory()
        configuration = json.loads(
            re.sub(r"(?m)^ *//.*$", "", self.package.text(CONFIGURATION))
        )
        (pattern,) = configuration["domain_files"]
        os.mkdir(os.path.join(folder, os.path.dirname(pattern)))
        list_file = os.path.join(folder, pattern.replace("*", "mine"))
        with open(list_file, "w", encoding="utf-8") as file:
            file.write("spam.example\n")
        zone = 'spam.example. 300 IN TXT "v=spf1 ip4:11.2.3.0/24 -all"\n'
        server = self.serve(
            {
                **configuration,
                "domain_files": [os.path.join(folder, pattern)],
                "resolver": {"zone_file": self.file("t.zone", zone)},
            }
        )
        self.wait_until_listed(server.port, "11.2.3.4")
        self.assertEqual(
            ask_once(server.port, "11.2.3.4"),
            (200, "WARN spfblock: spam.example 11.2.3.0/24"),
        )


class Life(PackageCase):
    def setUp(self):
        self.system = ScratchSystem(self.directory())
        self.before = self.system.contents()

    def next_version(self):
        """A package that brings another configuration."""
        path = os.path.join(self.directory(), "next.deb")
        return self.package.next_version(path, {CONFIGURATION: NEXT_CONFIGURATION})

    def keep_state(self):
        for path in (STATE, PRIVATE_STATE):
            self.system.write(path, "{}\n")

    def test_an_installation_enables_the_socket_and_the_service(self):
        self.system.install(self.package.path)
        links = [
            each for each in self.system.contents() if each.startswith("/etc/systemd/")
        ]
        for unit in UNITS:
            with self.subTest(unit=unit):
                self.assertTrue([each for each in links if each.endswith("/" + unit)])

    def test_an_installation_makes_the_user_of_the_service(self):
        self.system.install(self.package.path)
        self.assertRegex(
            self.system.read("/etc/passwd"),
            r"(?m)^spfblock:x:\d+:\d+:SPF block list:/var/lib/spfblock:/usr/sbin/nologin$",
        )

    def test_the_installed_program_accepts_the_installed_configuration(self):
        self.system.install(self.package.path)
        self.assert_valid(self.system.path(PROGRAM), self.system.path(CONFIGURATION))

    def test_an_upgrade_keeps_an_edited_configuration(self):
        self.system.install(self.package.path)
        edited = '{ "domains": ["spam.example"] }\n'
        self.system.write(CONFIGURATION, edited)
        self.system.install(self.next_version())
        self.assertEqual(self.system.read(CONFIGURATION), edited)

    def test_an_upgrade_renews_an_untouched_configuration_and_keeps_the_state(self):
        self.system.install(self.package.path)
        self.keep_state()
        self.system.install(self.next_version())
        self.assertEqual(self.system.read(CONFIGURATION), NEXT_CONFIGURATION)
        self.assertEqual(self.system.read(STATE), "{}\n")

    def test_a_removal_keeps_configuration_and_state(self):
        self.system.install(self.package.path)
        self.keep_state()
        self.system.remove()
        contents = self.system.contents()
        for path in (CONFIGURATION, STATE, PRIVATE_STATE):
            self.assertIn(path, contents)
        self.assertNotIn(PROGRAM, contents)

    def test_a_purge_leaves_nothing(self):
        self.system.install(self.package.path)
        self.keep_state()
        self.system.write("/etc/spfblock/domains.d/mine.txt", "spam.example\n")
        self.system.purge()
        files = {each for each in self.system.contents() if not each.endswith("/")}
        # The user stays, as Debian's users do.
        self.assertEqual(files - self.before - ACCOUNTS, set())
        named_after_it = {each for each in self.system.contents() if "spfblock" in each}
        self.assertEqual(named_after_it, set())


class MaintainerScripts(PackageCase):
    """What they tell systemd, where it runs; and without it."""

    def calls(self, script, *arguments, exit_status=None):
        """What a script calls, and what it says."""
        stubs = StubbedCommands(self.directory(), exit_status)
        return stubs.run(self.package.script(script), *arguments)

    def test_a_first_installation_enables_then_starts(self):
        calls, said = self.calls("postinst", "configure", "")
        self.assertEqual(said, "")
        self.assertEqual(calls[0], "systemd-sysusers spfblock.conf")
        self.assertEqual(
            calls[-6:],
            [
                "systemctl --system daemon-reload",
                "runuser -u spfblock -- spfblock check",
                "systemctl is-enabled spfblock.socket",
                "deb-systemd-invoke start spfblock.socket",
                "systemctl is-enabled spfblock.service",
                "deb-systemd-invoke restart spfblock.service",
            ],
        )
        for unit in UNITS:
            self.assertIn(f"deb-systemd-helper enable {unit}", calls[:-6])

    def test_an_upgrade_restarts_the_service_and_leaves_its_socket_open(self):
        self.assertEqual(self.calls("prerm", "upgrade", "0.2"), ([], ""))
        self.assertEqual(self.calls("postrm", "upgrade", "0.2"), ([], ""))
        calls, _ = self.calls("postinst", "configure", "0.1")
        self.assertIn("deb-systemd-invoke restart spfblock.service", calls)
        for call in calls:
            self.assertNotRegex(call, r"(stop|restart).* spfblock\.socket")

    def test_a_faulty_configuration_does_not_end_the_former_version(self):
        calls, said = self.calls(
            "postinst", "configure", "0.1", exit_status={"runuser": 78}
        )
        self.assertNotIn("deb-systemd-invoke restart spfblock.service", calls)
        self.assertIn("not restarted", said)

    def test_with_a_faulty_configuration_it_starts_where_nothing_runs(self):
        calls, said = self.calls(
            "postinst", "configure", "", exit_status={"runuser": 78, "systemctl": 3}
        )
        self.assertIn("deb-systemd-invoke restart spfblock.service", calls)
        self.assertEqual(said, "")

    def test_what_the_administrator_has_disabled_stays_so(self):
        calls, _ = self.calls(
            "postinst", "configure", "0.1", exit_status={"deb-systemd-helper": 1}
        )
        for unit in UNITS:
            self.assertNotIn(f"deb-systemd-helper enable {unit}", calls)
            self.assertIn(f"deb-systemd-helper update-state {unit}", calls)

    def test_a_removal_stops_both(self):
        calls, _ = self.calls("prerm", "remove")
        self.assertEqual(
            calls, [
                "deb-systemd-invoke stop spfblock.socket "
                "spfblock-policy.socket spfblock.service"
            ]
        )

    def test_a_purge_forgets_the_units_and_the_state(self):
        calls, _ = self.calls("postrm", "purge")
        for unit in UNITS:
            self.assertIn(f"deb-systemd-helper purge {unit}", calls)
        self.assertRegex(calls[-1], "^rm -rf /var/lib/spfblock ")

    def test_where_no_systemd_is_every_script_succeeds_and_is_silent(self):
        for name, *arguments in (
            ("postinst", "configure", ""),
            ("postinst", "abort-upgrade", "0.2"),
            ("prerm", "upgrade", "0.2"),
            ("prerm", "remove"),
            ("postrm", "upgrade", "0.2"),
            ("postrm", "remove"),
        ):
            with self.subTest(script=name, arguments=arguments):
                script = self.package.script(name)
                self.assertEqual(run_alone(script, self.directory(), *arguments), "")
