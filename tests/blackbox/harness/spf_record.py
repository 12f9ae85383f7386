"""SPF records as the grammar of RFC 7208 (section 12) has them.

Together with check_host.py a plain reading of the RFC for one address at a
time.  It judges nothing by itself: the differential test uses it to say why
two implementations that others wrote disagree with each other.

`habits` are the ways in which those are known to read records otherwise; they
are listed in habits.py.
"""

import ipaddress
import re
import typing
import urllib.parse

from .habits import Habit

_LETTERS = "slodiphv"
_EXPAND = r"(?:%\{[A-Za-z][0-9]*[rR]?[.\-+,/_=]*\}|%%|%_|%-)"
_LITERAL = r"[!-$&-~]"
_STRING = rf"(?:{_EXPAND}|{_LITERAL})*"
_TOPLABEL = r"(?:[A-Za-z0-9]*[A-Za-z][A-Za-z0-9]*|[A-Za-z0-9]+-[A-Za-z0-9-]*[A-Za-z0-9])"
_SPEC = rf"{_STRING}(?:\.{_TOPLABEL}\.?|{_EXPAND})"

_MACRO = re.compile(r"%\{([A-Za-z])([0-9]*)([rR]?)([^}]*)\}|%([%_-])")
_MODIFIER = re.compile(r"([A-Za-z][A-Za-z0-9_.-]*)=(.*)", re.DOTALL)
_CIDR = r"(?:/(?P<ip4>0|[1-9][0-9]*))?(?://(?P<ip6>0|[1-9][0-9]*))?"
_DIRECTIVES = [
    (names, re.compile(f"(?P<sign>[-+?~]?)(?P<name>{names}){rest}", re.IGNORECASE))
    for names, rest in (
        ("all", ""),
        ("include|exists", f":(?P<spec>{_SPEC})"),
        ("ptr", f"(?::(?P<spec>{_SPEC}))?"),
        ("a|mx", f"(?::(?P<spec>{_SPEC}))?{_CIDR}"),
        ("ip4|ip6", r":(?P<address>[0-9A-Fa-f:.]+)(?:/(?P<length>0|[1-9][0-9]*))?"),
    )
]


class SyntaxFault(Exception):
    """The record does not follow the grammar."""


class Directive(typing.NamedTuple):
    sign: str
    name: str
    spec: str | None = None
    network: typing.Any = None
    lengths: tuple = (32, 128)


class Record(typing.NamedTuple):
    directives: tuple
    redirects: tuple  # one at most, but for those who are mistaken
    unevaluated: tuple = ()  # the values of exp= and of unknown modifiers

    def has_macro(self, letter):
        """Whether it stands in any term, evaluated or not."""
        specs = [each.spec for each in self.directives if each.spec is not None]
        return any(
            letter in macro_letters(spec)
            for spec in (*specs, *self.redirects, *self.unevaluated)
        )


def is_spf_record(text):
    return re.match(rb"v=spf1(?: |\Z)", text, re.IGNORECASE) is not None


def parse(text, habits=frozenset()):
    """The record in `text` (bytes), or SyntaxFault."""
    try:
        terms = text.decode("ascii").split(" ")[1:]
    except UnicodeDecodeError:
        raise SyntaxFault("octets outside ASCII") from None
    directives, redirects, others, seen = [], [], [], set()
    for term in filter(None, terms):
        modifier = _MODIFIER.fullmatch(term)
        if modifier is None:
            directives.append(_directive(term, habits))
            continue
        name, value = modifier.groups()
        if Habit.LOWER_CASE_MODIFIERS not in habits:
            name = name.lower()
        known = name in ("redirect", "exp")
        if name in seen and (known or Habit.NO_MODIFIER_TWICE in habits):
            raise SyntaxFault(f"a second {name}=")
        seen.add(name)
        _check_spec(value, _SPEC if known else _STRING, habits)
        (redirects if name == "redirect" else others).append(value)
    return Record(tuple(directives), tuple(redirects), tuple(others))


def _directive(term, habits):
    if Habit.EMPTY_DOMAIN_SPEC in habits:
        term = re.sub(r"(?i)^([-+?~]?(?:a|mx)):(?=/)", r"\1", term)
    for names, pattern in _DIRECTIVES:
        lax = _lax(pattern.pattern, habits)
        match = re.fullmatch(lax, term, re.IGNORECASE)
        if match:
            return _checked(match.groupdict(), habits)
    raise SyntaxFault(f"no directive: {term}")


def _checked(parts, habits):
    name = parts["name"].lower()
    sign = parts["sign"] or "+"
    if name in ("ip4", "ip6"):
        return Directive(sign, name, network=_network(name, parts))
    if parts.get("spec") is not None:
        _check_spec(parts["spec"], _SPEC, habits)
    lengths = (int(parts.get("ip4") or 32), int(parts.get("ip6") or 128))
    if lengths[0] > 32 or lengths[1] > 128:
        raise SyntaxFault("cidr-length too long")
    return Directive(sign, name, parts.get("spec"), lengths=lengths)


def _network(name, parts):
    kind = {"ip4": ipaddress.IPv4Network, "ip6": ipaddress.IPv6Network}[name]
    length = "" if parts["length"] is None else "/" + parts["length"]
    try:
        return kind(parts["address"] + length, strict=False)
    except ValueError as error:
        raise SyntaxFault(str(error)) from None


def _lax(pattern, habits):
    if Habit.ANY_CHARACTER in habits:
        pattern = pattern.replace(_LITERAL, r"[^% ]")
    if Habit.ANY_TRANSFORMER in habits:
        pattern = pattern.replace(r"[0-9]*[rR]?[.\-+,/_=]*\}", r"[^}]*\}")
    return pattern


def _check_spec(spec, pattern, habits):
    if Habit.OPEN_MACRO in habits and pattern is _STRING:
        spec = re.sub(r"%\{[^}]*$", "", spec)
    if re.fullmatch(_lax(pattern, habits), spec) is None:
        raise SyntaxFault(f"no domain-spec: {spec}")
    if Habit.DIES_OF_CAPITAL_R in habits and "R" in _reversals(spec):
        raise SyntaxFault("R in a macro")
    if spec.endswith("%%") and Habit.NO_FINAL_PERCENT in habits:
        raise SyntaxFault("%% at the end")
    if Habit.LAZY_MACROS not in habits:
        check_macros(spec, habits)


def check_macros(spec, habits):
    """Letters and digits: what the grammar of a macro leaves to the text."""
    for letter, digits, *_ in _MACRO.findall(spec):
        if letter and letter.lower() not in _LETTERS:
            raise SyntaxFault(f"macro letter {letter}")
        if digits and int(digits) == 0 and Habit.ANY_TRANSFORMER not in habits:
            raise SyntaxFault("a macro that keeps no part")


def macro_letters(spec):
    """The macro letters in it, in lower case."""
    return {letter.lower() for letter, *_ in _MACRO.findall(spec) if letter}


def expand(spec, values, habits=frozenset()):
    """The name that a domain-spec stands for; `values` is a dict by letter."""
    name = _MACRO.sub(lambda match: _expanded(match, values, habits), spec)
    name = name.removesuffix(".")
    if Habit.CUTS_LONG_LABELS in habits:
        name = re.sub(r"([^.]{63})[^.]+", r"\1", name)
    while len(name) > 253 and "." in name:
        name = name.partition(".")[2]
        if Habit.CUTS_ONE_LABEL in habits:
            break
    return name


def _reversals(spec):
    return {reverse for _, _, reverse, *_ in _MACRO.findall(spec)}


def _expanded(match, values, habits):
    letter, digits, reverse, delimiters, escape = match.groups()
    if escape:
        return {"%": "%", "_": " ", "-": "%20"}[escape]
    text = _transformed(
        values[letter.lower()], letter.lower(), digits, reverse, delimiters, habits
    )
    is_escaped = letter.isupper() and Habit.ESCAPES_NOTHING not in habits
    return urllib.parse.quote(text, safe="~") if is_escaped else text


def _transformed(value, letter, digits, reverse, delimiters, habits):
    if reverse == "R" and Habit.SMALL_R_ONLY in habits:
        reverse = delimiters = ""
    if Habit.IGNORES_LONE_DELIMITERS in habits and not digits and not reverse:
        return value
    parts = re.split(f"([{re.escape(delimiters or '.')}])", value)
    parts, joints = parts[::2], parts[1::2]
    if Habit.FORGETS_LAST_EMPTY_PARTS in habits:
        while parts and not parts[-1]:
            parts.pop()
        joints = joints[: max(len(parts) - 1, 0)]
    if Habit.KEEPS_DELIMITERS not in habits or letter in "ls":
        joints = ["."] * len(joints)
    if reverse:
        parts, joints = parts[::-1], joints[::-1]
    if digits and int(digits) > 0:
        parts = parts[-int(digits) :]
        joints = joints[len(joints) - len(parts) + 1 :]
    elif digits:  # of who takes anything there
        parts = ["", *parts[1:]]
    return "".join(map("".join, zip(parts, joints + [""])))
