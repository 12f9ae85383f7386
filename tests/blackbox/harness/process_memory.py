"""How much memory a process has needed, and whether that tells anything."""

import re

_TIB_IN_KIB = 2**30


def peak_resident_mib(pid):
    """Its peak resident set in MiB; 0 under a sanitizer.

    What a sanitizer keeps resident says nothing of the program.
    """
    return 0 if is_sanitized(pid) else _kib(pid, "VmHWM") / 1024


def resident_mib(pid):
    """Its resident set in MiB; 0 under a sanitizer, as above."""
    return 0 if is_sanitized(pid) else _kib(pid, "VmRSS") / 1024


def is_sanitized(pid):
    """Whether AddressSanitizer or ThreadSanitizer is in it: they reserve
    terabytes of addresses for shadow memory."""
    return _kib(pid, "VmPeak") > _TIB_IN_KIB


def _kib(pid, field):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        status = file.read()
    return int(re.search(rf"^{field}:\s*(\d+) kB$", status, re.MULTILINE)[1])
