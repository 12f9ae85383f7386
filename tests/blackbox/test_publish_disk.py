"""`publish` where the disk is in the way: full, read-only, gone, or with links where
the file is to be.  The former file stays, which is told, and the rest goes on."""

import json
import os
import subprocess

from .harness import admin, own_machine
from .harness.case import BlackBoxCase
from .harness.ports import LOOPBACK, free_port
from .harness.waiting import eventually

SMALL, LARGE = 10, 20_000  # networks; the latter take over 256 KiB


def setUpModule():
    own_machine.move_in()


def networks(count):
    return [
        {"network": f"62.{i // 250}.{i % 250}.7", "action": "REJECT"}
        for i in range(count)
    ]


def mount(*arguments):
    subprocess.run(["mount", *arguments], check=True, timeout=60)


class Disk(BlackBoxCase):
    def setUp(self):
        self.folder = self.directory()
        mount("-t", "tmpfs", "-o", "size=256k", "tmpfs", self.folder)
        self.addCleanup(subprocess.run, ["umount", "-l", self.folder], check=True)
        self.path = os.path.join(self.folder, "list")
        self.admin = f"{LOOPBACK}:{free_port()}"

    def serve_published(self):
        server = self.serve(
            {
                "networks": networks(SMALL),
                "publish": [{"format": "plain", "file": self.path, "every": "1s"}],
                "admin": self.admin,
            }
        )
        server.wait_for_line(f"file published file={self.path}")
        return server

    def content(self):
        with open(self.path, encoding="ascii") as file:
            return file.read()

    def trouble(self):
        return json.loads(admin.ask(self.admin, "/status").body)["files"][0]["trouble"]

    def assert_told_and_unharmed(self, server, reason, before):
        """A change cannot be written."""
        mark = server.mark()
        server.reload(networks=networks(LARGE))
        server.wait_for_line(f"file not published .*{reason}", after=mark)
        self.assertIn(reason, self.trouble())
        self.assertEqual(self.content(), before)
        self.assertEqual(os.listdir(self.folder), ["list"])

    def assert_written_again(self, server):
        mark = server.mark()
        server.reload(threads=1)  # it is tried at once
        server.wait_for_line("file published again", after=mark)
        self.assertEqual(self.trouble(), "")
        self.assertEqual(self.content().count("\n62."), LARGE)

    def test_a_full_disk(self):
        server = self.serve_published()
        self.assert_told_and_unharmed(server, "No space left on device", self.content())
        mount("-o", "remount,size=16m", self.folder)
        self.assert_written_again(server)

    def test_a_disk_that_is_read_only(self):
        server = self.serve_published()
        before = self.content()
        mount("-o", "remount,ro", self.folder)
        self.assert_told_and_unharmed(server, "Read-only file system", before)
        mount("-o", "remount,rw,size=16m", self.folder)
        self.assert_written_again(server)

    def test_a_folder_that_goes_and_comes_back(self):
        self.path = os.path.join(self.folder, "inner", "list")
        os.mkdir(os.path.dirname(self.path))
        server = self.serve_published()
        os.rename(os.path.dirname(self.path), os.path.join(self.folder, "away"))
        mark = server.mark()
        server.reload(networks=networks(SMALL - 1))
        server.wait_for_line("file not published .*No such file", after=mark)
        os.rename(os.path.join(self.folder, "away"), os.path.dirname(self.path))
        mark = server.mark()
        server.reload(threads=1)
        server.wait_for_line("file published again", after=mark)
        self.assertEqual(self.content().count("\n62."), SMALL - 1)

    def test_links_are_replaced_and_lead_nowhere(self):
        server = self.serve_published()
        victim = self.file("victim", "precious")
        os.remove(self.path)
        os.symlink(victim, self.path)
        os.symlink(victim, self.path + ".new")
        server.reload(networks=networks(SMALL - 1))
        eventually(lambda: not os.path.islink(self.path), "it is a file")
        self.assertEqual(self.content().count("\n62."), SMALL - 1)
        self.assertEqual(os.listdir(self.folder), ["list"])
        with open(victim, encoding="ascii") as file:
            self.assertEqual(file.read(), "precious")
