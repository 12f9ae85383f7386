#!/usr/bin/python3 -B
"""Whether what the Markdown files refer to is there.

usage: tests/docs/check_links.py [FOLDER]

Below FOLDER (default: this checkout) every relative link must lead to a file, and
to a heading where it names one; and a path in backquotes that begins with a
folder of the checkout, as `core/dns/zone.hpp`, must be one.  `core/dns/zone` is
the module, `core/FOLDER/x.cpp` is no path.

Says what leads nowhere, a line each, and exits 1 if something does.
"""

import os
import re
import sys

CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDERS = ("core", "docs", "etc", "scripts", "server", "tests")
NOT_OURS = ("build", ".git")


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def markdown_files(root):
    for folder, inner, files in os.walk(root):
        inner[:] = [each for each in inner if each not in NOT_OURS]
        for name in sorted(files):
            if name.endswith(".md"):
                yield os.path.relpath(os.path.join(folder, name), root)


def anchor(heading):
    """As hosts of Markdown make it."""
    plain = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return plain.replace(" ", "-")


def without_code(text):
    """Without fenced blocks and what stands in backquotes."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"(?ms)^```.*?^```", "", text))


def check_link(root, name, target):
    file, _, part = target.partition("#")
    beside = os.path.join(os.path.dirname(name), file)
    linked = os.path.normpath(beside) if file else name
    if not os.path.exists(os.path.join(root, linked)):
        yield f"{name}: no such file: {target}"
    elif part and linked.endswith(".md"):
        headings = re.findall(r"(?m)^#+ (.*)$", read(root, linked))
        if part not in map(anchor, headings):
            yield f"{name}: no such heading: {target}"


def check_links(root, name, text):
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(text)):
        if not re.match(r"[a-z]+:", target):
            yield from check_link(root, name, target)


def is_there(root, path):
    whole = os.path.join(root, path)
    return os.path.exists(whole) or os.path.exists(whole + ".hpp")


def check_paths(root, name, text):
    for path in re.findall(rf"`((?:{'|'.join(FOLDERS)})/[\w./-]+)`", text):
        has_placeholder = re.search(r"\b[A-Z]{2,}\b", path)
        if not has_placeholder and not is_there(root, path):
            yield f"{name}: no such file: {path}"


def check(root):
    for name in markdown_files(root):
        text = read(root, name)
        yield from check_links(root, name, text)
        yield from check_paths(root, name, text)


def main():
    if len(sys.argv) > 2 or any(each.startswith("-") for each in sys.argv[1:]):
        print(__doc__)
        return 64
    found = list(check(os.path.abspath(sys.argv[1] if sys.argv[1:] else CHECKOUT)))
    for each in found:
        print(f"check_links: {each}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
