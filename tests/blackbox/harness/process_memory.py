"""How much memory a process has needed."""

import re

_TIB_IN_KIB = 2**30


def peak_resident_mib(pid):
    """Its peak resident set in MiB; 0 under a sanitizer.

    AddressSanitizer and ThreadSanitizer reserve terabytes of addresses for
    shadow memory, and what they keep resident says nothing of the program.
    """
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        status = file.read()
    if _kib(status, "VmPeak") > _TIB_IN_KIB:
        return 0
    return _kib(status, "VmHWM") / 1024


def _kib(status, field):
    return int(re.search(rf"^{field}:\s*(\d+) kB$", status, re.MULTILINE)[1])
