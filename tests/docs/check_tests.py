#!/usr/bin/env python3
"""A module's tests are found by its name, as a test.

A source NAME.cpp of core/ or server/ is tested by NAME_test.cpp or test_NAME.py; or, where
it is a part of a noun (`status_json.cpp`: a status), by that one's; or by a file that
names it in `Tests also: a, b.` of the comment at its top.  And each of these files is
named in tests/CMakeLists.txt, which has them run.
"""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The commands are tested by what people call: test_walkthrough.py.
ELSEWHERE = ("server/commands/", "server/main.cpp")
ALSO = re.compile(r"Tests also: ([a-z0-9_,\s/#]+)\.")


def tracked(*patterns):
    listed = subprocess.run(
        ["git", "-C", ROOT, "ls-files", *patterns],
        check=True, capture_output=True, text=True,
    )
    return [Path(line) for line in listed.stdout.split("\n") if line]


def names_of_tests():
    """What has tests of its name, and what other tests say that they test."""
    own, also = set(), {}
    for path in tracked("tests/*_test.cpp", "tests/blackbox/test_*.py"):
        own.add(re.sub(r"^test_|_test$", "", path.stem))
        top = (ROOT / path).read_text(encoding="utf-8")[:2000]
        for named in ALSO.findall(top):
            for name in re.findall(r"[a-z0-9_]+", named):
                also.setdefault(name, []).append(path)
    return own, also


def is_found(path, own, also):
    parts = [path.stem[: each.start()] for each in re.finditer("_", path.stem)]
    return path.stem in also or any(name in own for name in [path.stem, *parts])


def left_out():
    """The tests that nobody runs."""
    listed = (ROOT / "tests/CMakeLists.txt").read_text(encoding="utf-8").split()
    words = {each.strip("()") for each in listed}
    for path in tracked("tests/*_test.cpp"):
        if str(path.relative_to("tests")) not in words:
            yield path
    for path in tracked("tests/blackbox/test_*.py"):
        if path.stem.removeprefix("test_") not in words:
            yield path


def main():
    own, also = names_of_tests()
    modules = [
        path
        for path in tracked("core/*.cpp", "server/*.cpp")
        if not str(path).startswith(ELSEWHERE)
    ]
    faults = [
        f"{path}: no test has its name, and none says `Tests also: {path.stem}`"
        for path in modules
        if not is_found(path, own, also)
    ]
    faults += [f"{path}: not in tests/CMakeLists.txt" for path in left_out()]
    stems = {path.stem for path in modules}
    for name, where in sorted(also.items()):
        for path in where:
            if name not in stems:
                faults.append(f"{path}: tests also {name}, which is no module")
            elif name in own:
                faults.append(f"{path}: {name} has tests of its own name")
    print("\n".join(faults), file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
