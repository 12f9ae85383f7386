"""What the test cases have in common."""

import os
import shutil
import tempfile
import unittest

from .nsd import Nsd
from .postfix import Postfix
from .spfblock import Spfblock
from .tcp_table import TableClient, ask_once
from .waiting import PATIENCE_S, eventually


class BlackBoxCase(unittest.TestCase):
    """Starts parts that are stopped when the test ends, however it ends."""

    maxDiff = None

    def directory(self):
        path = tempfile.mkdtemp(prefix="spfblock-test-")
        self.addCleanup(shutil.rmtree, path, ignore_errors=True)
        return path

    def file(self, name, text):
        path = os.path.join(self.directory(), name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def closing(self, part):
        self.addCleanup(part.close)
        return part

    def nsd(self, zones):
        return self.closing(Nsd(zones))

    def postfix(self, table_port, settings="", is_chrooted=False):
        return self.closing(Postfix(table_port, settings, is_chrooted))

    def serve(self, configuration, cwd=None, through=(), pass_fds=(), text=None):
        return self.closing(Spfblock(configuration, cwd, through, pass_fds, text))

    def connect(self, port, host="127.0.0.1"):
        return self.closing(TableClient(port, host))

    def assert_listed(self, port, key):
        self.assertEqual(ask_once(port, key).code, 200, key)

    def assert_not_listed(self, port, key):
        self.assertEqual(ask_once(port, key), (500, "not listed"), key)

    def wait_until_listed(self, port, key, timeout=PATIENCE_S):
        eventually(
            lambda: ask_once(port, key).code == 200, f"{key} is listed", timeout
        )

    def wait_until_not_listed(self, port, key, timeout=PATIENCE_S):
        eventually(
            lambda: ask_once(port, key).code == 500, f"{key} is not listed", timeout
        )
