"""What the compiler and the linker have done for the safety of the program."""

import os
import platform
import re
import subprocess
import unittest

from .harness.process import tool
from .harness.spfblock import program


def told_by(*arguments):
    done = subprocess.run(
        [tool(arguments[0]), *arguments[1:], program()],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def cached(name):
    """An entry of CMakeCache.txt beside the program; "" without one."""
    path = os.path.join(os.path.dirname(program()), "CMakeCache.txt")
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as file:
        found = re.search(rf"^{name}:[A-Z]+=(.*)$", file.read(), re.MULTILINE)
    return found[1] if found else ""


class Hardening(unittest.TestCase):
    def test_it_is_loaded_anywhere(self):
        self.assertRegex(told_by("readelf", "-hW"), r"Type:\s+DYN")
        self.assertRegex(told_by("readelf", "-dW"), r"FLAGS_1.*\bPIE\b")

    def test_addresses_of_functions_are_bound_and_read_only_from_the_start(self):
        self.assertRegex(told_by("readelf", "-dW"), r"FLAGS_1.*\bNOW\b")
        self.assertRegex(told_by("readelf", "-lW"), r"(?m)^\s*GNU_RELRO")

    def test_no_stack_holds_code(self):
        stack = re.search(r"(?m)^\s*GNU_STACK.*$", told_by("readelf", "-lW"))[0]
        self.assertNotRegex(stack, r"\bRW?E\b")

    def test_stacks_are_guarded(self):
        self.assertIn("__stack_chk_fail", told_by("nm", "-D"))

    def test_containers_are_checked(self):
        self.assertIn("__glibcxx_assert_fail", told_by("nm", "-D"))

    def test_fixed_buffers_are_checked_where_it_is_optimised(self):
        if cached("SPFBLOCK_SANITIZE") or cached("CMAKE_BUILD_TYPE") == "Debug":
            self.skipTest("not an optimised build without sanitizers")
        self.assertRegex(told_by("nm", "-D"), r"__(mem|str|read|recv|v?snprintf)\w*_chk")

    @unittest.skipUnless(platform.machine() == "x86_64", "of x86")
    def test_jumps_land_where_they_may(self):
        main = told_by("objdump", "-d", "--no-show-raw-insn", "--disassemble=main")
        self.assertRegex(main, r"<main>:\n.*\bendbr64\b")
