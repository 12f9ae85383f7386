"""The Debian package: how it is built, and a scratch system to install it on."""

import glob
import os
import re
import shutil
import subprocess
import tempfile

from .process import tool
from .spfblock import program

# Where dpkg finds ldconfig and start-stop-daemon.
_PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def _run(*arguments, **options):
    done = subprocess.run(
        arguments,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        **options,
    )
    if done.returncode != 0:
        raise AssertionError(
            f"{' '.join(arguments)}: exit status {done.returncode}\n"
            f"{done.stdout}{done.stderr}"
        )
    return done.stdout


def build_folder():
    return os.path.dirname(program())


def is_sanitized():
    """Whether the program is one that nobody would install."""
    with open(os.path.join(build_folder(), "CMakeCache.txt"), encoding="utf-8") as file:
        return re.search(r"(?m)^SPFBLOCK_SANITIZE:\w+=.", file.read()) is not None


def build_package(folder):
    """Packs what is built, without building it; returns the package's path."""
    configuration = os.path.join(build_folder(), "CPackConfig.cmake")
    _run(tool("cpack"), "-G", "DEB", "--config", configuration, "-B", folder)
    (package,) = glob.glob(os.path.join(folder, "*.deb"))
    return package


class Entry:
    """A file of a package, as dpkg-deb lists it."""

    def __init__(self, line):
        mode, owner, _, _, _, path = line.split(None, 5)
        self.mode = mode
        self.owner = owner
        self.path = path.partition(" -> ")[0][1:]

    @property
    def is_folder(self):
        return self.mode.startswith("d")


class Package:
    """A .deb, unpacked for reading below `folder`."""

    def __init__(self, path, folder):
        self.path = path
        self._folder = folder
        _run(tool("dpkg-deb"), "-R", path, folder)

    def entries(self):
        return [Entry(line) for line in _run("dpkg-deb", "-c", self.path).splitlines()]

    def field(self, name):
        return _run("dpkg-deb", "-f", self.path, name).strip()

    def file(self, path):
        """Where a file of the package can be read."""
        return os.path.join(self._folder, path.lstrip("/"))

    def script(self, name):
        """Where a maintainer script can be read."""
        return self.file("DEBIAN/" + name)

    def text(self, path):
        with open(self.file(path), encoding="utf-8") as file:
            return file.read()

    def conffiles(self):
        return set(self.text("DEBIAN/conffiles").split())

    def next_version(self, path, changed):
        """Makes a package of a higher version; returns its path.

        @param changed: new texts by the path of their file
        """
        folder = path + ".d"
        shutil.copytree(self._folder, folder, symlinks=True)
        control = os.path.join(folder, "DEBIAN", "control")
        with open(control, encoding="utf-8") as file:
            text = file.read()
        with open(control, "w", encoding="utf-8") as file:
            file.write(re.sub(r"(?m)^(Version: .*)$", r"\1+next", text))
        for name, new_text in changed.items():
            with open(folder + name, "w", encoding="utf-8") as file:
                file.write(new_text)
        _run(tool("dpkg-deb"), "--root-owner-group", "-b", folder, path)
        return path


class ScratchSystem:
    """A folder that dpkg takes for the whole system.

    The maintainer scripts run for real, on DPKG_ROOT: nothing outside the
    folder is touched, and no service of this machine is.
    """

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(self.path("/var/lib/dpkg/info"))
        os.makedirs(self.path("/var/lib/dpkg/updates"))
        with open(self.path("/var/lib/dpkg/status"), "w", encoding="utf-8"):
            pass

    def path(self, name):
        return os.path.join(self.folder, name.lstrip("/"))

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def contents(self):
        """Everything but dpkg's own books, folders with a slash at the end."""
        found = set()
        for folder, inner, files in os.walk(self.folder):
            here = folder[len(self.folder) :]
            found.update(f"{here}/{name}" for name in files)
            found.update(f"{here}/{name}/" for name in inner)
        return {each for each in found if not each.startswith("/var/lib/dpkg/")}

    def install(self, package):
        return self._dpkg("--install", package)

    def remove(self):
        return self._dpkg("--remove", "spfblock")

    def purge(self):
        return self._dpkg("--purge", "spfblock")

    def _dpkg(self, *what):
        rootless = [] if os.geteuid() == 0 else [tool("fakeroot"), "--"]
        return _run(
            *rootless,
            tool("dpkg"),
            f"--root={self.folder}",
            f"--log={self.folder}/var/lib/dpkg/log",
            "--force-not-root,depends,script-chrootless,confdef,confold",
            *what,
            env={**os.environ, "PATH": _PATH, "LC_ALL": "C"},
        )


def run_alone(script, root, *arguments):
    """Runs a maintainer script on DPKG_ROOT where no other program is.

    @return what it said
    """
    with tempfile.TemporaryDirectory(prefix="spfblock-empty-") as empty:
        return _run(
            "/bin/sh",
            "-c",
            'exec 2>&1; . "$0"',
            script,
            *arguments,
            env={"PATH": empty, "DPKG_ROOT": root},
        )


class StubbedCommands:
    """A place where systemd seems to run, and what a script calls is written down.

    @param exit_status: what some of the programs exit with, by name; others 0
    """

    _NAMES = (
        "deb-systemd-helper",
        "deb-systemd-invoke",
        "rm",
        "runuser",
        "systemctl",
        "systemd-sysusers",
    )

    def __init__(self, folder, exit_status=None):
        self._folder = folder
        self._calls = os.path.join(folder, "calls")
        for name in self._NAMES:
            path = os.path.join(folder, name)
            with open(path, "w", encoding="utf-8") as file:
                file.write(
                    f'#!/bin/sh\necho "{name} $*" >> {self._calls}\n'
                    f"exit {(exit_status or {}).get(name, 0)}\n"
                )
            os.chmod(path, 0o755)

    def run(self, script, *arguments):
        """Runs a maintainer script; returns (its calls, what it said)."""
        with open(script, encoding="utf-8") as file:
            text = file.read().replace("/run/systemd/system", self._folder)
        with open(self._calls, "w", encoding="utf-8"):
            pass
        said = _run(
            "/bin/sh",
            "-c",
            f"exec 2>&1\n{text}",
            os.path.basename(script),
            *arguments,
            env={"PATH": self._folder},
        )
        with open(self._calls, encoding="utf-8") as file:
            return file.read().splitlines(), said
