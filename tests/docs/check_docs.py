#!/usr/bin/python3 -B
"""Whether the documents say what the program does.

usage: tests/docs/check_docs.py [FOLDER]

The program (build/release/spfblock, or $SPFBLOCK_PROGRAM) is asked for its
settings, commands and options.  Compared with it are, below FOLDER (default:
this checkout):

  settings   etc/spfblock.json and docs/man/spfblock.json.5: the same names, what
             each takes, the same defaults, examples that the program accepts
  commands   docs/man/spfblock.8, README.md and etc/completion/spfblock.bash: the
             same commands and options

Says each difference on a line and exits 1 if there is one.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

EXAMPLE = "etc/spfblock.json"
SETTINGS_PAGE = "docs/man/spfblock.json.5"
COMMANDS_PAGE = "docs/man/spfblock.8"
COMPLETION = "etc/completion/spfblock.bash"

# Settings that are described at another place, which has these and more.
DESCRIBED_AT = {"domains[].limits": "limits", "allow.domains[]": "domains[]"}
# Excludes another setting, or is one of two forms: the example has it in a
# comment.
ONLY_IN_COMMENT = {
    "resolver.zone_file",
    "listen[].door",
    "listen[].at",
    "listen[].mode",
    "listen[].zone",
    "listen[].clients",
    "publish[].format",
    "publish[].file",
    "publish[].every",
}

COMMON_OPTIONS = {"-h", "--help", "--version"}


class Program:
    """The program, asked for what it knows."""

    def __init__(self, path):
        self._path = path

    def run(self, *arguments):
        done = subprocess.run(
            [self._path, *arguments], capture_output=True, text=True, timeout=60
        )
        return done.stdout + done.stderr

    def faults(self, configuration):
        """{pointer: message} of a configuration, as JSON text or as a value."""
        if not isinstance(configuration, str):
            configuration = json.dumps(configuration)
        with tempfile.TemporaryDirectory(prefix="check-docs-") as folder:
            file = os.path.join(folder, "c.json")
            with open(file, "w", encoding="utf-8") as out:
                out.write(configuration)
            # A file that an example may name.
            with open(os.path.join(folder, "demo.zone"), "w", encoding="utf-8"):
                pass
            said = self.run("check", "-c", file)
        found = re.findall(
            rf"(?m)^{re.escape(file)}:\d+: (\S*): (?!warning: )(.*)$", said
        )
        if not found and ": valid, " not in said:
            found = [("", said.strip())]
        return dict(found)

    def settings(self):
        """{name: what it takes}, as in "limits.growth" or "domains[].name"."""
        return self._settings_below("", lambda value: value)

    def _settings_below(self, name, within):
        """The settings of the object `name`, which `within` puts into a file."""
        known = self._known(within({"?": 0}))
        # Nothing takes an array of null but an array, and that only as a whole.
        said = self.faults(within({each: [None] for each in known}))
        said_of_objects = self.faults(within({each: {} for each in known}))
        settings = {}
        for member in known:
            path = f"{name}.{member}" if name else member
            settings[path] = self._taken(said, member) or (
                self._taken(said_of_objects, member)
            )
            for deeper, wrap in (
                (path, lambda value, m=member: within({m: value})),
                (path + "[]", lambda value, m=member: within({m: [value]})),
            ):
                if self._known(wrap({"?": 0})):
                    settings.update(self._settings_below(deeper, wrap))
        return settings

    def _known(self, configuration):
        for pointer, message in self.faults(configuration).items():
            if pointer.endswith("/?") and (
                names := re.search(r"\(known: (.*)\)", message)
            ):
                return names.group(1).split(", ")
        return []

    @staticmethod
    def _taken(said, member):
        for pointer, message in said.items():
            expected = re.search(r"found an \w+ \(expected (.*)\)$", message)
            if pointer.endswith("/" + member) and expected:
                return without_examples(expected.group(1))
        return None

    def commands(self):
        """{command: its options}, each by its shortest name."""
        listed = self.run("--help").partition("Subcommands:")[2]
        names = re.findall(r"(?m)^  (\w+) ", listed)
        return {name: self._options(name) for name in names}

    def _options(self, command):
        text = self.run(command, "--help")
        found = re.findall(r"(?m)^  (-[\w-]+)", text)
        return set(found) - COMMON_OPTIONS

    def formats(self):
        """Of export."""
        text = self.run("export", "--help")
        listed = re.search(r"--format FORMAT .*:\n((?: +[\w, -]+\n)+)", text)
        return re.split(r",\s+", listed.group(1).strip()) if listed else []


def without_examples(expected):
    """`a duration such as "90s" ..., from "1s" to "1m"` without the examples."""
    return re.sub(r"^a duration such as .*?, from", "a duration from", expected)


class Documents:
    """The files below a folder."""

    def __init__(self, folder):
        self.folder = folder

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()


def without_comments(text):
    """JSON without // and /* */ comments."""
    parts = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
    return parts.sub(lambda match: match.group(1) or "", text)


def flattened(value, path=""):
    """{name: value} of every setting in a configuration."""
    found = {}
    for name, inner in value.items():
        here = f"{path}.{name}" if path else name
        found[here] = inner
        if isinstance(inner, dict):
            found.update(flattened(inner, here))
        elif isinstance(inner, list):
            for element in inner:
                if isinstance(element, dict):
                    found.update(flattened(element, here + "[]"))
    return found


def is_elsewhere(name):
    return any(
        name.startswith(place + ".") or name.startswith(place + "[")
        for place in DESCRIBED_AT
    )


class ManualEntry:
    """What spfblock.json(5) says of one setting.

    The first line says what it takes, then "; required" or "; default VALUE".
    """

    def __init__(self, text):
        first = " ".join(text.splitlines()[:2])
        said = re.match(r"(.*?); (?:required|default (.*?))\.( |$)", first)
        self.takes = said.group(1) if said else None
        self.default = self._value(said.group(2)) if said else None
        self.examples = re.findall(
            r"(?ms)^\.Bd -literal -offset indent\n(.*?)^\.Ed", text
        )

    @staticmethod
    def _value(text):
        """The value, or None where the default is told in words."""
        try:
            return json.loads(text)
        except (TypeError, ValueError):
            return None


def manual_entries(page):
    """{setting: ManualEntry}"""
    found = re.findall(
        r"(?ms)^\.It Cm ([a-z_.0-9\[\]]+)\n(.*?)(?=^\.It |^\.El)", page
    )
    return {name: ManualEntry(text) for name, text in found}


def differences(what, expected, found):
    for name in sorted(set(expected) - set(found)):
        yield f"{what}: {name} is missing"
    for name in sorted(set(found) - set(expected)):
        yield f"{what}: the program has no {name}"


def check_elsewhere(settings):
    for name, place in DESCRIBED_AT.items():
        here = {each[len(name) :] for each in settings if each.startswith(name + ".")}
        there = {
            each[len(place) :] for each in settings if each.startswith(place + ".")
        }
        for member in sorted(here - there):
            yield f"{SETTINGS_PAGE}: {name}{member} has no place of its own"


def check_example(documents, program, settings, manual):
    text = documents.read(EXAMPLE)
    for pointer, message in program.faults(text).items():
        yield f"{EXAMPLE}: {pointer}: {message}"
    shown = flattened(json.loads(without_comments(text)))
    for name in ONLY_IN_COMMENT:
        if f'"{name.rpartition(".")[2]}":' in text:
            shown[name] = None
    shown = {name: value for name, value in shown.items() if not is_elsewhere(name)}
    yield from differences(EXAMPLE, settings, shown)
    for name, value in shown.items():
        default = manual[name].default if name in manual else None
        is_choice = "[]" in name or name in ONLY_IN_COMMENT
        if default in (None, [], {}, "") or is_choice:
            continue
        if value != default:
            yield (
                f"{EXAMPLE}: {name} is {json.dumps(value)}, but"
                f" {SETTINGS_PAGE} says {json.dumps(default)}"
            )


def check_settings_page(program, settings, manual):
    yield from differences(SETTINGS_PAGE, settings, manual)
    for name in sorted(set(settings) & set(manual)):
        entry, takes = manual[name], settings[name]
        if entry.takes is None:
            yield f"{SETTINGS_PAGE}: {name}: no default, and not required"
        elif entry.takes.lower() != takes.lower():
            yield f'{SETTINGS_PAGE}: {name}: "{entry.takes}", but it takes "{takes}"'
        if not entry.examples and takes != "an object":
            yield f"{SETTINGS_PAGE}: {name} has no example"
        for example in entry.examples:
            yield from check_manual_example(program, name, example)


def check_manual_example(program, name, example):
    if f'"{name.rpartition(".")[2]}"' not in example:
        yield f"{SETTINGS_PAGE}: {name}: the example does not show it"
    whole = '{"domain_files": [], ' + example + "}"
    for pointer, message in program.faults(whole).items():
        if not message.startswith("given twice"):
            yield f"{SETTINGS_PAGE}: {name}: example: {pointer}: {message}"


def manual_commands(page):
    """{command: its options} of spfblock(8)."""
    section = page.partition(".Sh COMMANDS")[2].partition("\n.Sh ")[0]
    rows = re.findall(r"(?m)^\.It Cm (\w+) (.*)$", section)
    return {
        name: {"-" + flag for flag in re.findall(r"Fl (-?[\w-]+)", usage)}
        for name, usage in rows
        if "Op" in usage or "Oo" in usage
    }


def synopsis_commands(page):
    """The same of its synopsis."""
    section = page.partition(".Sh SYNOPSIS")[2].partition("\n.Sh ")[0]
    return {
        usage.split()[0]: {"-" + flag for flag in re.findall(r"Fl (-?[\w-]+)", usage)}
        for usage in section.split(".Nm\n.Cm ")[1:]
    }


def readme_commands(text):
    rows = re.findall(r"(?m)^\| `spfblock (\w+)([^`]*)` \|", text)
    option = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")
    return {name: set(option.findall(usage)) for name, usage in rows}


def completed(documents, *words):
    """What bash offers for the last of the words."""
    script = (
        'source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _spfblock;'
        ' printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        ["bash", "-c", script, documents.path(COMPLETION), "spfblock", *words],
        capture_output=True,
        text=True,
        timeout=30,
    )
    return set(done.stdout.split())


def completed_commands(documents):
    names = {each for each in completed(documents, "") if not each.startswith("-")}
    long_of_short = {"--config", "--listings"}
    return {
        name: completed(documents, name, "-") - COMMON_OPTIONS - long_of_short
        for name in names
    }


def check_commands(documents, program):
    page = documents.read(COMMANDS_PAGE)
    commands = program.commands()
    for what, found in (
        (COMMANDS_PAGE, manual_commands(page)),
        (f"{COMMANDS_PAGE}, synopsis", synopsis_commands(page)),
        ("README.md", readme_commands(documents.read("README.md"))),
        (COMPLETION, completed_commands(documents)),
    ):
        yield from differences(what, commands, found)
        for name in sorted(set(commands) & set(found)):
            yield from differences(f"{what}: {name}", commands[name], found[name])


def check_formats(documents, program):
    page = documents.read(COMMANDS_PAGE)
    listed = page.partition('.Bl -tag -width "dnsbl-zone"')[2].partition(".El")[0]
    described = re.findall(r"(?m)^\.It Cm ([\w-]+)$", listed)
    offered = completed(documents, "export", "--format", "")
    formats = program.formats()
    yield from differences(f"{COMMANDS_PAGE}: --format", formats, described)
    yield from differences(f"{COMPLETION}: --format", formats, offered)


def check(documents, program):
    settings = program.settings()
    yield from check_elsewhere(settings)
    settings = {
        name: takes for name, takes in settings.items() if not is_elsewhere(name)
    }
    manual = manual_entries(documents.read(SETTINGS_PAGE))
    yield from check_example(documents, program, settings, manual)
    yield from check_settings_page(program, settings, manual)
    yield from check_commands(documents, program)
    yield from check_formats(documents, program)


def main():
    if len(sys.argv) > 2 or any(each.startswith("-") for each in sys.argv[1:]):
        print(__doc__)
        return 64
    documents = Documents(os.path.abspath(sys.argv[1] if sys.argv[1:] else CHECKOUT))
    built = os.path.join(CHECKOUT, "build", "release", "spfblock")
    program = Program(os.environ.get("SPFBLOCK_PROGRAM", built))
    found = list(check(documents, program))
    for each in found:
        print(f"check_docs: {each}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
