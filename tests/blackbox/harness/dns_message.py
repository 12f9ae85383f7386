"""Just enough of RFC 1035 to ask and to answer on behalf of a test."""

import dataclasses
import ipaddress
import struct

TYPES = {"A": 1, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28}
_NAMES_OF_TYPES = {number: name for name, number in TYPES.items()}

NOERROR, SERVFAIL, NXDOMAIN, REFUSED = 0, 2, 3, 5

_QR, _AA, _RD, _RA = 0x8000, 0x0400, 0x0100, 0x0080
_QUESTION_NAME = struct.pack("!H", 0xC00C)  # compressed: it is at octet 12


@dataclasses.dataclass(frozen=True)
class Question:
    """A query's id and question; `section` as it stands in the message."""

    identifier: int
    name: str
    kind: str
    section: bytes


def decode_question(message):
    """The question of a query, its name in lower case, without final dot."""
    (identifier,) = struct.unpack_from("!H", message, 0)
    labels, at = [], 12
    while message[at]:
        label = message[at + 1 : at + 1 + message[at]]
        labels.append(label.decode(errors="backslashreplace").lower())
        at += 1 + message[at]
    (number,) = struct.unpack_from("!H", message, at + 1)
    kind = _NAMES_OF_TYPES.get(number, f"TYPE{number}")
    return Question(identifier, ".".join(labels), kind, message[12 : at + 5])


def encode_question(identifier, name, kind):
    """A whole query."""
    header = struct.pack("!6H", identifier, _RD, 1, 0, 0, 0)
    return header + question_section(name, kind)


def question_section(name, kind):
    return _encode_name(name) + struct.pack("!2H", TYPES[kind], 1)


def encode_answer(question, values=(), rcode=NOERROR, ttl=300, aliases=()):
    """A response to it.

    `values` are addresses, "10 host" for MX (a null MX is "0 ."), and for TXT
    a text, cut into strings as needed, or a tuple of strings; a character of
    either is one octet.  `aliases` are the names that a chain of CNAMEs leads
    to; the last has the values.
    """
    flags = _QR | _AA | _RD | _RA | rcode
    count = len(aliases) + len(values)
    header = struct.pack("!6H", question.identifier, flags, 1, count, 0, 0)
    owners = [_QUESTION_NAME, *map(_encode_name, aliases)]
    records = [
        _record(owner, "CNAME", alias, ttl) for owner, alias in zip(owners, aliases)
    ]
    records += [_record(owners[-1], question.kind, value, ttl) for value in values]
    return header + question.section + b"".join(records)


def txt_record(owner, text, ttl=300):
    """A TXT record in master format, of as many strings as it takes."""
    strings = " ".join(f'"{piece}"' for piece in _txt_strings(text))
    return f"{owner} {ttl} IN TXT {strings}"


def _record(owner, kind, value, ttl):
    rdata = _rdata(kind, value)
    return owner + struct.pack("!HHIH", TYPES[kind], 1, ttl, len(rdata)) + rdata


def _rdata(kind, value):
    if kind == "TXT":
        return b"".join(
            bytes([len(piece)]) + piece.encode("latin-1")
            for piece in (value if isinstance(value, tuple) else _txt_strings(value))
        )
    if kind in ("CNAME", "PTR"):
        return _encode_name(value)
    if kind == "MX":
        preference, host = value.split()
        return struct.pack("!H", int(preference)) + _encode_name(host)
    return ipaddress.ip_address(value).packed


def _txt_strings(text):
    return [text[at : at + 255] for at in range(0, len(text), 255)] or [""]


def _encode_name(name):
    labels = [label for label in name.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label.encode() for label in labels) + b"\0"
