"""check_host() of RFC 7208 for one address, read from a zone at hand."""

import ipaddress
import re
import typing

from . import spf_record
from .failing_dns import LEGIBLE
from .habits import Habit
from .spf_record import SyntaxFault
from .zone import FAILED, RECORDS, VOID, Answer

_RESULTS = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
_TERM_LIMIT, _VOID_LIMIT, _MX_LIMIT, _NAME_LIMIT = 10, 2, 10, 10
_LISTABLE = {"d", "o", "v"}
_MAPPED = ipaddress.ip_network("::ffff:0:0/96")

HELO = "helo.test"  # which does not exist


def client(address):
    """An address as the RFC sees the client: mapped ones are IPv4."""
    parsed = ipaddress.ip_address(address)
    return getattr(parsed, "ipv4_mapped", None) or parsed


class Mail(typing.NamedTuple):
    """Who offers a mail, as he says it."""

    address: str
    sender: str  # of MAIL FROM; may be empty
    helo: str = HELO


def check_host(zone, address, domain, habits=frozenset()):
    """The result for postmaster@`domain`.

    Without habits it is the RFC's, but what depends on the client's name or
    on the sender matches nobody, since no list can hold it.
    """
    return _result(_Check(zone, Mail(address, f"postmaster@{domain}"), habits))


def check_mail(zone, mail, habits=frozenset()):
    """The result for a mail; without habits it is the RFC's."""
    habits |= {Habit.ASKS_ABOUT_THE_CLIENT}
    return _result(_Check(zone, mail, habits))


def _result(check):
    try:
        return check.run()
    except (SyntaxFault, _Permerror):
        return "permerror"
    except _Temperror:
        return "temperror"


def _identity(mail, habits):
    """The sender's local part and domain, and what %{s} is (sections 2.4, 4.3)."""
    sender = mail.sender or "postmaster@" + mail.helo
    if Habit.SPLITS_AT_FIRST_AT in habits:
        local, at, domain = sender.partition("@")
    else:
        local, at, domain = sender.rpartition("@")
    if not at:
        local, domain = "", sender
    local = local or "postmaster"
    whole = f"{local}@{domain}"
    if Habit.RAW_SENDER in habits and mail.sender:
        whole = mail.sender
    if Habit.HELO_IS_SENDER in habits and not mail.sender:
        whole = mail.helo
    return local, domain, whole


class _Permerror(Exception):
    pass


class _Temperror(Exception):
    pass


class _NoRecord(Exception):
    """What Mail::SPF 3 makes of a name that cannot be asked for."""


class _Check:
    def __init__(self, zone, mail, habits):
        address = client(mail.address)
        self._zone = zone
        self._client = address
        self._local, self._listed, self._sender = _identity(mail, habits)
        self._helo = mail.helo
        # Differs from it for him only who takes an IPv6 client for an IPv4 one,
        # and only in the first record.
        self._as_ip6 = address
        if Habit.MORE_IS_MAPPED in habits:
            self._client = _taken_for_mapped(address)
        if Habit.MORE_IS_IPV4 in habits:
            self._client = self._as_ip6 = _taken_for_mapped(address)
        self._habits = habits
        self._terms = 0
        self._voids = 0
        self._name = None  # of the client, and for which domain it was looked for

    def run(self):
        if "." not in self._listed.strip(".") and (
            Habit.ASKS_FOR_ONE_LABEL not in self._habits
        ):
            return "none"
        return self.result(self._listed)

    def result(self, domain):
        record = None
        try:
            text = self._record(domain)
            if text is None:
                return "none"
            if Habit.EXPANDS_ALL_FIRST in self._habits:
                self._expand_in_order(text, domain)
            record = spf_record.parse(text, self._habits)
            return self._evaluated(record, domain)
        except _NoRecord:
            return "permerror" if record and _begins_with_bad_name(record) else "none"

    def _evaluated(self, record, domain):
        self._refuse_self_include(record, domain)
        self._refuse_own_domain(record, domain)
        if record.redirects and Habit.REDIRECT_COUNTS_LAST not in self._habits:
            self._spend_term()
        includes = []
        for directive in record.directives:
            if directive.name == "include":
                includes.append(directive.spec)
                self._ask_for_aliases(includes)
            try:
                matches = self._matches(directive, domain)
            except (SyntaxFault, _Permerror, _Temperror):
                if directive.name == "include":  # a result, for who counts last
                    self._count_unfollowed(record)
                raise
            if matches:
                self._count_unfollowed(record)
                return _RESULTS[directive.sign]
        if record.redirects:
            return self._redirected(record.redirects[0], domain)
        return "neutral"

    def _expand_in_order(self, text, domain):
        """Looks for %{p} where a term has it, up to the first fault."""
        terms = text.split(b" ")
        for end in range(2, len(terms) + 1):
            record = spf_record.parse(b" ".join(terms[:end]), self._habits)
            if record.has_macro("p"):
                self._client_name(domain)
                return

    def _count_unfollowed(self, record):
        if record.redirects and Habit.REDIRECT_COUNTS_LAST in self._habits:
            self._spend_term()

    def _record(self, domain):
        if not _is_name(domain):
            self._die_of(domain)
            return None
        answer = self._ask(domain, "TXT")
        texts = [b"".join(strings) for strings in answer.values]
        found = [text for text in texts if spf_record.is_spf_record(text)]
        if len(found) > 1:
            raise _Permerror("two records")
        return found[0] if found else None

    def _redirected(self, spec, domain):
        if Habit.REDIRECT_COUNTS_LAST in self._habits:
            self._spend_term()
        if not self._evaluates(spec):
            return "neutral"
        result = self._inner_result(self._target(spec, domain))
        if result == "none":
            raise _Permerror("redirect to nothing")
        return result

    def _inner_result(self, domain):
        outside, self._as_ip6 = self._as_ip6, self._client
        try:
            return self.result(domain)
        finally:
            self._as_ip6 = outside

    # Directives.

    def _matches(self, directive, domain):
        if directive.name == "all":
            return True
        if directive.network is not None:
            return self._is_in(directive.network)
        self._spend_term()
        if directive.spec is not None and not self._evaluates(directive.spec):
            return False
        target = domain
        if directive.spec is not None:
            target = self._target(directive.spec, domain)
        return getattr(self, "_" + directive.name)(directive, target)

    def _is_in(self, network):
        if self._client != self._as_ip6:
            return network.version == 6 and self._as_ip6 in network
        if self._client.version == network.version:
            return self._client in network and not (
                network.version == 6 and network.subnet_of(_MAPPED)
            )
        if network.version == 6 and Habit.IP6_MATCHES_IPV4 in self._habits:
            return ipaddress.ip_address(f"::ffff:{self._client}") in network
        return False

    def _include(self, _, target):
        result = self._inner_result(target)
        if result == "none":
            raise _Permerror("include of nothing")
        return result == "pass"

    def _a(self, directive, target):
        if not _is_name(target):
            self._die_of(target)
            return False
        return self._covers(directive, self._addresses(target))

    def _mx(self, directive, target):
        if not _is_name(target):
            self._die_of(target)
            return False
        exchanges = self._counted(self._ask(target, "MX"))
        values = exchanges.values
        if Habit.HOSTS_AS_ANSWERED not in self._habits:
            values = sorted(values, key=_in_order)
        hosts = [host for _, host in values]
        if Habit.TEN_OF_MANY_MX in self._habits:
            hosts = hosts[: _MX_LIMIT - exchanges.aliased]
        elif len(hosts) > _MX_LIMIT:
            raise _Permerror("too many MX")
        answers = map(self._addresses, hosts)
        if Habit.ALL_HOSTS_FIRST in self._habits:
            answers = list(answers)
        return any(self._covers(directive, answer) for answer in answers)

    def _exists(self, _, target):
        if Habit.ASKS_ABOUT_THE_CLIENT not in self._habits:
            return False
        if not _is_name(target):
            self._die_of(target)
            return False
        return self._counted(self._ask(target, "A")).status != VOID

    def _ptr(self, _, target):
        if Habit.ASKS_ABOUT_THE_CLIENT not in self._habits:
            return False
        if not _is_name(target) and Habit.ASKS_FOR_NAMES_FIRST not in self._habits:
            return False
        names = self._client_names()
        if Habit.CONFIRMS_ALL_NAMES in self._habits:
            names = self._confirmed(names)
            return any(_is_at_or_below(name, target) for name in names)
        return any(
            _is_at_or_below(name, target) and self._is_confirmed(name)
            for name in names
        )

    # The client's names (section 5.5).

    def _client_names(self):
        """The first ten that the DNS gives, confirmed or not."""
        try:
            answer = self._counted(self._ask(self._client.reverse_pointer, "PTR"))
        except _Temperror:
            if Habit.PTR_FAILURE_IS_ERROR in self._habits:
                raise
            return []
        most = _NAME_LIMIT
        if Habit.TEN_OF_MANY_MX in self._habits:
            most -= answer.aliased
        return list(answer.values[:most])

    def _is_confirmed(self, name):
        try:
            answer = self._addresses(name)
        except _Temperror:
            if Habit.NAME_FAILURE_IS_ERROR in self._habits:
                raise
            return False
        return any(self._client == ipaddress.ip_address(each) for each in answer.values)

    def _confirmed(self, names):
        return [name for name in names if self._is_confirmed(name)]

    def _client_name(self, domain):
        """What %{p} stands for (section 7.3); looked for once in a record."""
        if self._name and (
            self._name[0] == domain or Habit.REMEMBERS_CLIENT_NAME in self._habits
        ):
            return self._name[1]

        def rank(name):
            if Habit.MINDS_CASE_OF_NAMES in self._habits:
                return 0 if name == domain else 1 if name.endswith("." + domain) else 2
            return 0 if name.lower() == domain.lower() else (
                1 if _is_at_or_below(name, domain) else 2
            )

        try:
            found = self._best_name(rank)
        except _Temperror:
            if Habit.NAME_FAILURE_IS_ERROR in self._habits:
                raise
            found = None
        if Habit.LOOKS_FOR_NAME_EACH_TIME not in self._habits:
            self._name = domain, found or "unknown"
        return found or "unknown"

    def _best_name(self, rank):
        names = self._client_names()
        if Habit.CONFIRMS_ALL_NAMES in self._habits:
            return min(self._confirmed(names), key=rank, default=None)
        if Habit.CONFIRMS_IN_ORDER in self._habits:
            found = []
            for name in filter(self._is_confirmed, names):
                found.append(name)
                if rank(name) == 0:
                    break
            return min(found, key=rank, default=None)
        return next(filter(self._is_confirmed, sorted(names, key=rank)), None)

    # Names.

    def _evaluates(self, spec):
        """Whether the term is evaluated at all."""
        if Habit.LAZY_MACROS in self._habits:
            spf_record.check_macros(spec, self._habits)
        letters = spf_record.macro_letters(spec)
        return letters <= _LISTABLE or Habit.ASKS_ABOUT_THE_CLIENT in self._habits

    def _target(self, spec, domain):
        values = {
            "d": domain,
            "o": self._listed,
            "v": "in-addr" if self._client.version == 4 else "ip6",
            "i": _dotted(self._client),
            "s": self._sender,
            "l": self._local,
            "h": self._helo,
        }
        if "p" in spf_record.macro_letters(spec):
            values["p"] = self._client_name(domain)
        return spf_record.expand(spec, values, self._habits)

    def _refuse_self_include(self, record, domain):
        if Habit.NO_SELF_INCLUDE in self._habits:
            for directive in record.directives:
                if directive.name == "include" and domain == self._target(
                    directive.spec, domain
                ):
                    raise _Permerror("includes itself")

    def _refuse_own_domain(self, record, domain):
        if Habit.EXPANDS_OWN_DOMAIN in self._habits and re.search(
            r"(?<!%)%[^{%_-]|%$", domain
        ):
            for directive in record.directives:
                if directive.name in ("a", "mx", "ptr") and directive.spec is None:
                    raise _Permerror(f"no macro: {domain}")

    def _ask_for_aliases(self, specs):
        """Of the includes up to one, once they are two; the answers mean nothing."""
        if len(specs) < 2 or Habit.ASKS_FOR_ALIASES not in self._habits:
            return
        for name in specs:
            if not _has_good_labels(name):
                raise _NoRecord(name)
            self._ask(name, "CNAME")

    def _die_of(self, name):
        """What is no name, as _is_name() says, is not asked for either."""
        if Habit.BAD_NAME_IS_NO_RECORD in self._habits:
            raise _NoRecord(name)
        too_long = len(name) > 253 and Habit.CUTS_ONE_LABEL in self._habits
        if too_long or Habit.DIES_OF_BAD_NAMES in self._habits:
            raise _Permerror(f"died of {name}")

    # Questions and what they cost.

    def _ask(self, name, kind):
        if Habit.ADDRESS_IS_REVERSED in self._habits and re.fullmatch("[0-9.]+", name):
            name = ".".join(reversed(name.split("."))) + ".in-addr.arpa"
        answer = self._zone.lookup(name, kind)
        if answer.status == FAILED and Habit.READS_DAMAGED_ANSWERS in self._habits:
            return self._legible(name, kind)
        if answer.status == FAILED:
            raise _Temperror(name)
        return answer

    def _legible(self, name, kind):
        """What can be read of a damaged answer."""
        texts = LEGIBLE.get(self._zone.failure(name, kind))
        if texts is None:
            raise _Temperror(name)
        values = tuple((text.encode(),) for text in texts if kind == "TXT")
        return Answer(RECORDS if texts else VOID, values)

    def _addresses(self, host):
        kind = "A" if self._client.version == 4 else "AAAA"
        return self._counted(self._ask(host, kind))

    def _covers(self, directive, answer):
        length = directive.lengths[0 if self._client.version == 4 else 1]
        return any(
            self._client in ipaddress.ip_network(f"{address}/{length}", strict=False)
            for address in answer.values
        )

    def _spend_term(self):
        self._terms += 1
        if self._terms > _TERM_LIMIT:
            raise _Permerror("too many DNS terms")

    def _counted(self, answer):
        overlooked = answer.aliased and Habit.ALIASES_NOT_VOID in self._habits
        if answer.status == VOID and not overlooked:
            self._count_void()
        return answer

    def _count_void(self):
        self._voids += 1
        if self._voids > _VOID_LIMIT:
            raise _Permerror("too many void lookups")


def _in_order(exchange):
    """Of equal preferences by name, as it is on the wire."""
    preference, host = exchange
    return preference, [(len(label), label) for label in host.lower().split(".")]


def _is_name(name):
    """Whether it can be asked for: labels of 1 to 63 octets, 253 in all."""
    return len(name) <= 253 and all(0 < len(label) < 64 for label in name.split("."))


def _has_good_labels(name):
    return all(0 < len(label) < 64 for label in name.removesuffix(".").split("."))


def _begins_with_bad_name(record):
    return bool(record.directives) and ".." in (record.directives[0].spec or "")


def _is_at_or_below(name, target):
    name, target = name.lower(), target.lower()
    return name == target or name.endswith("." + target)


def _taken_for_mapped(address):
    match = re.match(r"::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})", str(address))
    if match is None:
        return address
    high, low = (int(group, 16) for group in match.groups())
    return ipaddress.IPv4Address(high << 16 | low)


def _dotted(address):
    if address.version == 4:
        return str(address)
    return ".".join(address.exploded.replace(":", ""))
