"""What in SPF records no list of addresses can hold."""

import re

# The mechanisms and macros that a list has no use for: they depend on the
# sender, HELO, or what the DNS says about the one client.
_MECHANISMS = ("exists", "ptr")
_MACRO = re.compile(r"%\{([slodiphv])([0-9]*)(r?)([-.+,/_=]*)\}", re.IGNORECASE)
_UNLISTABLE_LETTERS = "sliph"

NO_DOMAIN_NAME = "the sender's domain is no domain name"

_TERM = re.compile(
    r"(?P<qualifier>[-+~?]?)(?P<name>[a-z][-a-z0-9_.]*)(?P<sign>[:=/]?)(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)


def reason_to_leave_out(case, zone):
    """Why a list cannot know the case's result, or None if it must.

    Left out is a case whose result may depend on a mechanism or macro that no
    list can hold.  It does not where
    - the client has no host name: `ptr` then matches nobody;
    - the result is not pass, and a match could only have made it pass: there
      was none, which is how a list takes such terms, too;
    - the record has a macro that is none, and so is never evaluated.
    """
    if not case.listable_domain:
        return NO_DOMAIN_NAME
    for what, can_only_pass in _unlistable_terms(zone, case.domain, case.domain):
        if what == "ptr" and not zone.has_host_name(case.address):
            continue
        if "pass" in case.results or not can_only_pass:
            return f"the result depends on {what}"
    return None


def _unlistable_terms(zone, domain, sender_domain, passing=True, above=()):
    """Of the domain's record and those that it includes: (what, can_only_pass)."""
    record = zone.spf_record(domain)
    if record is None or domain in above or "%" in _MACRO.sub("", _unescaped(record)):
        return
    for term in record.split(" ")[1:]:
        parts = _TERM.fullmatch(term)
        if not parts:
            continue
        name, rest = parts["name"].lower(), parts["rest"]
        if parts["sign"] == "=" and name != "redirect":
            continue  # exp= and unknown modifiers have no say in it
        can_only_pass = passing and parts["qualifier"] in ("", "+")
        if name in _MECHANISMS:
            yield name, can_only_pass
        elif macros := [
            macro[1].lower()
            for macro in _MACRO.finditer(rest)
            if macro[1].lower() in _UNLISTABLE_LETTERS
        ]:
            yield f"the macro %{{{macros[0]}}}", can_only_pass
        elif name in ("include", "redirect"):
            target = _expanded(rest, domain, sender_domain)
            yield from _unlistable_terms(
                zone, target, sender_domain, can_only_pass, (*above, domain)
            )


def _unescaped(text):
    return re.sub("%[%_-]", "", text)


def _expanded(target, domain, sender_domain):
    """A target-name, %{d} and %{o} put in."""

    def value(macro):
        parts = (domain if macro[1].lower() == "d" else sender_domain).split(".")
        if macro[3]:
            parts.reverse()
        return ".".join(parts[-int(macro[2] or 0) :])

    return _MACRO.sub(value, target).lower().rstrip(".")
