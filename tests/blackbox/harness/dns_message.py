"""Just enough of RFC 1035 to ask and to answer on behalf of a test."""

import dataclasses
import ipaddress
import struct

TYPES = {"A": 1, "CNAME": 5, "SOA": 6, "MX": 15, "TXT": 16, "AAAA": 28}
_NAMES_OF_TYPES = {number: name for name, number in TYPES.items()}

NOERROR, SERVFAIL, NXDOMAIN, REFUSED = 0, 2, 3, 5

_QR, _AA, _RD, _RA = 0x8000, 0x0400, 0x0100, 0x0080


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
        labels.append(message[at + 1 : at + 1 + message[at]].decode().lower())
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


def encode_answer(question, values=(), rcode=NOERROR, ttl=300):
    """A response to it; `values` are texts, addresses, or "10 host" for MX."""
    flags = _QR | _AA | _RD | _RA | rcode
    header = struct.pack(
        "!6H", question.identifier, flags, 1, len(values), 0, 0
    )
    records = b"".join(_record(question.kind, value, ttl) for value in values)
    return header + question.section + records


def txt_record(owner, text, ttl=300):
    """A TXT record in master format, of as many strings as it takes."""
    strings = " ".join(f'"{piece}"' for piece in _txt_strings(text))
    return f"{owner} {ttl} IN TXT {strings}"


def _record(kind, value, ttl):
    """A resource record whose owner is the question's name."""
    rdata = _rdata(kind, value)
    fixed = struct.pack("!HHHIH", 0xC00C, TYPES[kind], 1, ttl, len(rdata))
    return fixed + rdata


def _rdata(kind, value):
    if kind == "TXT":
        return b"".join(
            bytes([len(piece)]) + piece.encode() for piece in _txt_strings(value)
        )
    if kind == "MX":
        preference, host = value.split()
        return struct.pack("!H", int(preference)) + _encode_name(host)
    return ipaddress.ip_address(value).packed


def _txt_strings(text):
    return [text[at : at + 255] for at in range(0, len(text), 255)] or [""]


def _encode_name(name):
    labels = [label for label in name.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label.encode() for label in labels) + b"\0"
