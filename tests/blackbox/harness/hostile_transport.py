"""Behaviours on the way to an answer: silence, lies, floods, TCP, EDNS."""

import functools
import struct

from . import hostile_messages
from .dns_message import NXDOMAIN, REFUSED, SERVFAIL, encode_answer
from .hostile_dns import FORGED_RECORD, SHORT_TIMEOUT_S, Behaviours

TRANSPORT = Behaviours()  # silence, lies, floods
STREAMS = Behaviours()  # TCP
EDNS = Behaviours()
MALFORMED = Behaviours()

_FORMERR, _NOTIMP, _BADVERS_HIGH_BITS = 1, 4, 1
_FLOOD = 20_000  # datagrams


# Silence.


@TRANSPORT(says="timeout")
def never(_):
    """Answers nothing at all."""


@TRANSPORT(says="timeout")
def late(query):
    """Answers when the time is over."""
    query.wait(SHORT_TIMEOUT_S + 1)
    query.send(query.truth())


@TRANSPORT(lists=True, attempts=5, silent=True)
def drop(query):
    """Loses the first datagram."""
    if query.nth > 1:
        query.send(query.truth())


@TRANSPORT(lists=True, attempts=5, silent=True)
def late_once(query):
    """Answers the first query after the second."""
    if query.nth == 1:
        query.wait(SHORT_TIMEOUT_S + 0.2)
        query.send(query.forgery())
    else:
        query.wait(0.4)
        query.send(query.truth())


@TRANSPORT(says="SERVFAIL")
def servfail(query):
    """SERVFAIL, with an answer in it."""
    query.send(query.answer([FORGED_RECORD], rcode=SERVFAIL))


@TRANSPORT(says="REFUSED")
def refused(query):
    """REFUSED, with an answer in it."""
    query.send(query.answer([FORGED_RECORD], rcode=REFUSED))


@TRANSPORT(says="no SPF record")
def nxdomain(query):
    """NXDOMAIN."""
    query.send(query.answer(rcode=NXDOMAIN))


@TRANSPORT(says="RCODE 15")
def rcode_15(query):
    """An RCODE that nobody has assigned."""
    query.send(query.answer([FORGED_RECORD], rcode=15))


# Lies.


@TRANSPORT(lists=True)
def wrong_port(query):
    """Another port is quicker than the right one."""
    query.send_from_elsewhere(query.forgery())
    query.wait(0.05)
    query.send(query.truth())


@TRANSPORT(says="no SPF record")
def wrong_owner(query):
    """The record belongs to another name."""
    message = query.forgery()
    after_question = 12 + len(query.question.section)
    owner = b"\5other\4test\0"
    query.send(message[:after_question] + owner + message[after_question + 2 :])


@TRANSPORT(says="no SPF record")
def wrong_class(query):
    """The record is of class CH."""
    message = bytearray(query.forgery())
    message[12 + len(query.question.section) + 5] = 3
    query.send(bytes(message))


@TRANSPORT(says="no SPF record")
def wrong_type(query):
    """The record is of type SPF (99), which RFC 7208 gave up."""
    message = bytearray(query.forgery())
    message[12 + len(query.question.section) + 3] = 99
    query.send(bytes(message))


@TRANSPORT(lists=True)
def flood(query):
    """Forgeries of other ids, without end, fill the buffer that the truth would
    need over UDP."""
    if query.over_tcp:
        query.send(query.truth())
    while not query.over_tcp and query.lives():
        _flood(query)


@TRANSPORT(says="timeout")
def flood_without_end(query):
    """Forgeries come until the time is over, and longer; over TCP, too."""
    while query.lives():
        _flood(query)


def _flood(query):
    """Twenty thousand forgeries, in half a second at least."""
    forgery = query.forgery()
    (right,) = struct.unpack_from("!H", forgery)
    for number in range(_FLOOD):
        wrong = struct.pack("!H", (right + 1 + number % 65535) % 65536)
        query.send(wrong + forgery[2:])
        if number % 500 == 0:
            query.wait(0.5 * 500 / _FLOOD)


@TRANSPORT(says="malformed")
def datagram_of_64_kib(query):
    """Far more than was offered to take, in one datagram."""
    query.send(query.answer(["x" * 255] * 235))


# TCP, after TC over UDP.


def _after_tc(act):
    """Truncates over UDP, acts over TCP; then the connection is closed."""

    @functools.wraps(act)
    def step(query):
        if query.over_tcp:
            act(query)
        else:
            query.truncate()

    return step


@STREAMS(lists=True)
@_after_tc
def tc(query):
    """TC, and the truth over TCP."""
    query.send(query.truth())


@STREAMS(says="over TCP")
def tc_with_records(query):
    """TC and some records; nothing over TCP."""
    if not query.over_tcp:
        message = bytearray(query.forgery())
        message[2] |= 2
        query.send(bytes(message))


@STREAMS(says="over TCP")
@_after_tc
def tc_closed(_):
    """TCP is closed without an answer."""


@STREAMS(says="over TCP")
@_after_tc
def tc_reset(query):
    """TCP is reset."""
    query.reset()


@STREAMS(says="timeout")
@_after_tc
def tc_hung(query):
    """Nothing comes over TCP."""
    query.hang()


@STREAMS(says="over TCP")
@_after_tc
def tc_cut(query):
    """TCP is closed within the answer."""
    query.send_octets(struct.pack("!H", 500) + query.forgery()[:20])


@STREAMS(says="timeout")
@_after_tc
def tc_half_a_length(query):
    """One octet comes over TCP."""
    query.send_octets(b"\0")
    query.hang()


@STREAMS(says="timeout")
@_after_tc
def tc_dripping(query):
    """The answer comes over TCP octet by octet, too slowly."""
    message = query.truth()
    for octet in struct.pack("!H", len(message)) + message:
        query.send_octets(bytes([octet]))
        query.wait(0.05)


@STREAMS(says="timeout")
@_after_tc
def tc_endless_messages(query):
    """Answers to nobody's question come over TCP without end."""
    message = hostile_messages.NOT_OURS["wrong-id"](query.question)
    while query.lives():
        query.send(message)


@STREAMS(says="timeout")
@_after_tc
def tc_endless_nothing(query):
    """Messages of no octets come over TCP without end."""
    while query.lives():
        query.send_octets(bytes(2 * 500))


@STREAMS(says="over TCP")
@_after_tc
def tc_endless_octets(query):
    """The longest message that TCP can carry comes, and goes on."""
    while query.lives():
        query.send_octets(b"\xff" * 4096)


@STREAMS(says="truncated")
@_after_tc
def tc_again(query):
    """TC over TCP, too."""
    query.truncate()


@STREAMS(says="no SPF record")
@_after_tc
def huge_txt(query):
    """An answer of 64 KiB, which is not too long."""
    query.send(query.answer(["x" * 250] * 245))


@STREAMS(says="no SPF record")
@_after_tc
def tiny_strings_64_kib(query):
    """A TXT record of 65,000 empty strings: 4 GiB for ldns."""
    query.send(query.answer([("",) * 65_000]))


@STREAMS(says="no SPF record")
@_after_tc
def strings_of_an_octet(query):
    """As many strings of one octet as fit."""
    query.send(query.answer([("x",) * 32_000]))


@STREAMS(lists=True)
@_after_tc
def a_record_octet_by_octet(query):
    """An SPF record, an octet a string, which receivers read as well."""
    text = f"v=spf1 ip4:{query.network} -all" + " " * 20_000
    query.send(query.answer([tuple(text)]))


@STREAMS(lists=True)
@_after_tc
def thousands_of_texts(query):
    """An SPF record among as many other texts as fit."""
    others = [str(number) for number in range(3_500)]
    query.send(query.answer([*others, f"v=spf1 ip4:{query.network} -all"]))


# EDNS.


def _without_question(query, rcode):
    return struct.pack("!6H", query.question.identifier, 0x8180 | rcode, 0, 0, 0, 0)


@EDNS(lists=True)
def formerr_to_edns(query):
    """FORMERR to EDNS, as servers before it."""
    if query.has_edns:
        query.send(query.answer(rcode=_FORMERR))
    else:
        query.send(query.truth())


@EDNS(lists=True)
def bare_formerr_to_edns(query):
    """FORMERR to EDNS, a header and nothing more."""
    if query.has_edns:
        query.send(_without_question(query, _FORMERR))
    else:
        query.send(query.truth())


@EDNS(lists=True)
def notimp_to_edns(query):
    """NOTIMP to EDNS."""
    if query.has_edns:
        query.send(query.answer(rcode=_NOTIMP))
    else:
        query.send(query.truth())


@EDNS(lists=True)
def badvers_to_edns(query):
    """BADVERS to EDNS of any version."""
    if query.has_edns:
        message = bytearray(query.answer())
        message[11] = 1  # ARCOUNT
        opt = struct.pack("!BHHBBHH", 0, 41, 1232, _BADVERS_HIGH_BITS, 0, 0, 0)
        query.send(bytes(message) + opt)
    else:
        query.send(query.truth())


@EDNS(says="FORMERR")
def formerr_to_all(query):
    """FORMERR to everything."""
    query.send(_without_question(query, _FORMERR))


@EDNS(says="timeout")
def silent_to_edns_and_all(query):
    """FORMERR to EDNS, and nothing to who then does without."""
    if query.has_edns:
        query.send(query.answer(rcode=_FORMERR))


@EDNS(says="FORMERR")
def formerr_then_tc_then_formerr(query):
    """FORMERR to EDNS, then TC, then FORMERR over TCP."""
    if query.has_edns or query.over_tcp:
        query.send(query.answer(rcode=_FORMERR))
    else:
        query.truncate()


# Malformed messages.


def _register_unusable(name, make):
    def act(query):
        query.send_fitting(make(query.question))

    act.__name__, act.__doc__ = f"malformed-{name}", make.__doc__
    MALFORMED(says="malformed|more than")(act)


def _register_not_ours(name, make):
    def act(query):
        for _ in range(3):
            query.send(make(query.question))
        query.wait(0.05)
        query.send(query.truth())

    act.__name__, act.__doc__ = f"not-ours-{name}", make.__doc__
    TRANSPORT(lists=True)(act)


for _name, _make in hostile_messages.UNUSABLE.items():
    _register_unusable(_name, _make)
for _name, _make in hostile_messages.NOT_OURS.items():
    _register_not_ours(_name, _make)


@MALFORMED(lists=True)
def string_missing(query):
    """A TXT record without any string stands beside the truth."""
    query.send(query.answer([f"v=spf1 ip4:{query.network} -all", ()]))


@MALFORMED(lists=True)
def other_types(query):
    """Records of types that nobody asked for hide others in their RDATA."""
    message = bytearray(query.truth())
    hidden = encode_answer(query.question, [FORGED_RECORD])
    hidden = hidden[12 + len(query.question.section) :]
    types = (6 + 1, 13, 14, 17, 18, 24, 33, 35, 43, 46, 47, 48, 50, 250, 65280)
    message[7] += len(types)  # ANCOUNT
    for number in types:
        message += b"\0" + struct.pack("!HHIH", number, 1, 300, len(hidden)) + hidden
    query.send(bytes(message))
