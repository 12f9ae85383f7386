"""DNS messages that no honest server sends, octet by octet.

Each function makes one of a question; what they would have listed is always
the forged network.  The decorator says what a stub resolver must make of it.
"""

import random
import struct

from .dns_message import TYPES, encode_answer, question_section
from .hostile_dns import FORGED_RECORD

# Ours by id and question, but malformed: another server may do better.
UNUSABLE = {}
# Not the answer to our question, so it is still to come.
NOT_OURS = {}

_RESPONSE = 0x8580  # QR AA RD RA
_IN = 1
_OPT = 41
_HEADER_SIZE = 12
_QUESTION_NAME = b"\xc0\x0c"
_ROOT = b"\0"


def _in(which):
    def register(make):
        which[make.__name__.replace("_", "-")] = make
        return make

    return register


def _message(question, *records, flags=_RESPONSE, counts=None, section=None):
    """`counts` are QDCOUNT to ARCOUNT."""
    counts = counts or (1, len(records), 0, 0)
    section = question.section if section is None else section
    header = struct.pack("!6H", question.identifier, flags, *counts)
    return header + section + b"".join(records)


def _record(rdata, kind=TYPES["TXT"], owner=_QUESTION_NAME, size=None):
    size = len(rdata) if size is None else size
    return owner + struct.pack("!HHIH", kind, _IN, 300, size) + rdata


def _name(text):
    return question_section(text, "A")[:-4]


def _forged():
    return _record(bytes([len(FORGED_RECORD)]) + FORGED_RECORD.encode())


def _opt(rdata=b"", owner=_ROOT):
    return _record(rdata, _OPT, owner)


def _with_name(question, octets):
    """The name of a CNAME record, which stands at the end."""
    return _message(question, _forged(), _record(octets, TYPES["CNAME"]))


def _end_of(question, *records):
    """Where the octets behind these records stand."""
    return len(_message(question, *records))


def _pointer(to):
    return struct.pack("!H", 0xC000 | to)


# Counts and lengths.


@_in(UNUSABLE)
def counts_too_high(question):
    """More records are announced than there are."""
    return _message(question, _forged(), counts=(1, 5, 0, 0))


@_in(UNUSABLE)
def counts_of_65535(question):
    """Every section is announced to be full."""
    return _message(question, _forged(), counts=(1, 65535, 65535, 65535))


@_in(UNUSABLE)
def counts_of_0(question):
    """Records stand where none is announced."""
    return _message(question, _forged(), counts=(1, 0, 0, 0))


@_in(UNUSABLE)
def octets_behind(question):
    """Octets follow the last record."""
    return _message(question, _forged()) + b"\0" * 40


@_in(UNUSABLE)
def cut_in_a_record(question):
    """The last octet is missing."""
    return _message(question, _forged())[:-1]


@_in(UNUSABLE)
def rdlength_over_the_end(question):
    """RDLENGTH is 65535."""
    return _message(question, _forged(), _record(b"\1x", size=65535))


@_in(UNUSABLE)
def rdlength_too_short(question):
    """RDLENGTH ends within a string."""
    return _message(question, _forged(), _record(b"\x09nine.more", size=4))


@_in(UNUSABLE)
def string_over_the_rdata(question):
    """A string is longer than its record."""
    return _message(question, _forged(), _record(b"\xff" + b"x" * 9))


@_in(UNUSABLE)
def a_of_3_octets(question):
    """An IPv4 address is cut."""
    return _message(question, _forged(), _record(b"\1\2\3", TYPES["A"]))


@_in(UNUSABLE)
def aaaa_of_17_octets(question):
    """An IPv6 address is too long."""
    return _message(question, _forged(), _record(bytes(17), TYPES["AAAA"]))


@_in(UNUSABLE)
def mx_without_name(question):
    """An MX has a preference only."""
    return _message(question, _forged(), _record(b"\0\x0a", TYPES["MX"]))


@_in(UNUSABLE)
def soa_too_short(question):
    """A SOA ends behind its names."""
    return _message(question, _forged(), _record(_ROOT * 2, TYPES["SOA"]))


@_in(UNUSABLE)
def noise(question):
    """Noise stands behind the question."""
    octets = random.Random(1).randbytes(600)
    return _message(question, octets, counts=(1, 9, 9, 9))


# Names.


@_in(UNUSABLE)
def pointer_to_itself(question):
    """A compression pointer points at itself."""
    at = _end_of(question, _forged(), _record(b""))
    return _with_name(question, _pointer(at))


@_in(UNUSABLE)
def pointers_in_a_circle(question):
    """Two compression pointers point at each other."""
    at = _end_of(question, _forged(), _record(b""))
    return _with_name(question, _pointer(at + 2) + _pointer(at))


@_in(UNUSABLE)
def pointer_forwards(question):
    """A compression pointer points behind itself."""
    at = _end_of(question, _forged(), _record(b""))
    return _with_name(question, _pointer(at + 2) + _name("a.test"))


@_in(UNUSABLE)
def pointer_into_the_header(question):
    """A compression pointer takes the header for a name."""
    return _with_name(question, _pointer(4))


@_in(UNUSABLE)
def pointer_over_the_end(question):
    """A compression pointer points outside the message."""
    return _with_name(question, _pointer(0x3FFF))


@_in(UNUSABLE)
def pointers_by_the_hundred(question):
    """A name leads through 400 pointers, each to the one before."""
    at = _end_of(question, _forged(), _record(b"", 65280))
    chain = _ROOT + _pointer(at)
    chain += b"".join(_pointer(at + 1 + 2 * i) for i in range(400))
    hidden = _record(chain, 65280)
    return _message(question, _forged(), hidden, _record(chain[-2:], TYPES["CNAME"]))


@_in(UNUSABLE)
def label_type_01(question):
    """A label is of the type that RFC 6891 withdrew."""
    return _with_name(question, b"\x41" + b"x" * 0x41 + _ROOT)


@_in(UNUSABLE)
def label_type_10(question):
    """A label is of a type that never was."""
    return _with_name(question, b"\x81" + b"x" * 0x81 + _ROOT)


@_in(UNUSABLE)
def label_over_the_end(question):
    """A label is longer than what is left."""
    return _with_name(question, b"\x3fx")


@_in(UNUSABLE)
def name_without_end(question):
    """The octet that ends a name is missing."""
    return _with_name(question, _name("www.test")[:-1])


@_in(UNUSABLE)
def name_of_300_octets(question):
    """A name is longer than names may be."""
    return _with_name(question, (b"\x3b" + b"x" * 0x3B) * 5 + _ROOT)


# EDNS.


@_in(UNUSABLE)
def two_opts(question):
    """There are two OPT records."""
    return _message(question, _forged(), _opt(), _opt(), counts=(1, 1, 0, 2))


@_in(UNUSABLE)
def opt_as_an_answer(question):
    """The OPT record is in the answer section."""
    return _message(question, _forged(), _opt())


@_in(UNUSABLE)
def opt_with_an_owner(question):
    """The OPT record is not the root's."""
    opt = _opt(owner=_QUESTION_NAME)
    return _message(question, _forged(), opt, counts=(1, 1, 0, 1))


@_in(UNUSABLE)
def option_over_the_end(question):
    """An EDNS option is longer than its record."""
    opt = _opt(struct.pack("!HH", 10, 500) + b"x")
    return _message(question, _forged(), opt, counts=(1, 1, 0, 1))


# What is not the answer.


@_in(NOT_OURS)
def no_octets(_):
    """There is nothing in it."""
    return b""


@_in(NOT_OURS)
def one_octet(question):
    """There is half an id in it."""
    return encode_answer(question)[:1]


@_in(NOT_OURS)
def cut_in_the_header(question):
    """The header is not complete."""
    return encode_answer(question)[: _HEADER_SIZE - 1]


@_in(NOT_OURS)
def cut_in_the_question(question):
    """The question is not complete."""
    return encode_answer(question)[: _HEADER_SIZE + 5]


@_in(NOT_OURS)
def all_ones(_):
    """Every bit is set."""
    return b"\xff" * 600


@_in(NOT_OURS)
def no_question(question):
    """The question is missing."""
    return _message(question, _forged(), counts=(0, 1, 0, 0), section=b"")


@_in(NOT_OURS)
def two_questions(question):
    """The question is there twice."""
    section = question.section * 2
    return _message(question, _forged(), counts=(2, 1, 0, 0), section=section)


@_in(NOT_OURS)
def wrong_id(question):
    """The id is another."""
    message = bytearray(_message(question, _forged()))
    message[0] ^= 0xFF
    return bytes(message)


@_in(NOT_OURS)
def wrong_question_name(question):
    """The question is about another name."""
    section = question_section("other.test", question.kind)
    return _message(question, _forged(), section=section)


@_in(NOT_OURS)
def wrong_question_type(question):
    """The question is for another type."""
    section = question_section(question.name, "A")
    return _message(question, _forged(), section=section)


@_in(NOT_OURS)
def wrong_question_class(question):
    """The question is of another class."""
    return _message(question, _forged(), section=question.section[:-1] + b"\3")


@_in(NOT_OURS)
def not_a_response(question):
    """The QR bit says that it is a query."""
    return _message(question, _forged(), flags=_RESPONSE & 0x7FFF)


@_in(NOT_OURS)
def wrong_opcode(question):
    """It answers an UPDATE."""
    return _message(question, _forged(), flags=_RESPONSE | 5 << 11)
