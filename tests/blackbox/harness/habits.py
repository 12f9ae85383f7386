"""Where two well-known implementations are known not to follow RFC 7208.

Each habit says what the implementation does instead.  The differential test
excuses a difference by a habit only if a reading of the RFC with that habit
gives the very result that the implementation gave.
"""

import enum


class Habit(enum.Enum):
    # Both: what is evaluated for one client and cannot be listed.
    ASKS_ABOUT_THE_CLIENT = "a term that depends on the client or the sender"

    # How the hosts of a term are asked for.
    ALL_HOSTS_FIRST = "asks for all MX hosts before any matches"
    HOSTS_AS_ANSWERED = "takes MX hosts in the order of the answer"
    ALIASES_NOT_VOID = "does not count a void lookup that a CNAME led to"

    # DNS terms.
    REDIRECT_COUNTS_LAST = "counts a redirect= after the terms of its record, or when an include fails"
    TEN_OF_MANY_MX = "looks at the first ten records of an MX answer, a CNAME among them"

    # pyspf's parser.
    LOWER_CASE_MODIFIERS = "knows redirect= and exp= in lower case only"
    NO_MODIFIER_TWICE = "refuses any modifier that stands twice"
    NO_SELF_INCLUDE = "refuses a record that includes itself, evaluated or not"
    ANY_CHARACTER = "takes any character in a domain-spec"
    ANY_TRANSFORMER = "takes anything behind the letter of a macro; 0 empties its first part"
    OPEN_MACRO = "takes a macro without } in a modifier"
    NO_FINAL_PERCENT = "refuses %% at the end"
    KEEPS_DELIMITERS = "joins the parts of a macro by their delimiters"
    CUTS_ONE_LABEL = "cuts one label only from a name over 253 octets, and dies of the rest"

    # Mail::SPF's parser.
    IP6_MATCHES_IPV4 = "lets ip6: match IPv4 clients"
    MORE_IS_MAPPED = "takes ::ffff:a:b:c and longer for IPv4-mapped"
    MORE_IS_IPV4 = "takes ::ffff:a:b:c and longer for IPv4, so that no ip6: matches"
    LAZY_MACROS = "checks the letters of macros when it evaluates them"
    IGNORES_LONE_DELIMITERS = "ignores the delimiters of a macro without digits or r"
    CUTS_LONG_LABELS = "cuts labels at 63 octets"
    EMPTY_DOMAIN_SPEC = "takes a:/24 for a/24"
    DIES_OF_BAD_NAMES = "dies of an empty label"
    BAD_NAME_IS_NO_RECORD = "takes a record for none once a name in it has an empty label"
    ASKS_FOR_ALIASES = "from the second include: on asks for an alias of each, as it is written"

    # Of the mail.
    SPLITS_AT_FIRST_AT = "takes the sender's domain from the first @ on"
    RAW_SENDER = "takes a sender without a local part for %{s} as he is"
    HELO_IS_SENDER = "takes HELO alone for %{s} where the sender is empty"
    ASKS_FOR_ONE_LABEL = "asks for the record of a domain of one label"
    EXPANDS_ALL_FIRST = "looks for %{p} as soon as it stands in a record"
    REMEMBERS_CLIENT_NAME = "keeps the %{p} of one record for the others"
    LOOKS_FOR_NAME_EACH_TIME = "looks for %{p} anew, and counts void lookups anew"
    MINDS_CASE_OF_NAMES = "takes a client's name for one of the domain in the same case only"
    EXPANDS_OWN_DOMAIN = "takes the domain of a record for a macro where a term names none"
    CONFIRMS_ALL_NAMES = "confirms all names of a client, whatever the target"
    CONFIRMS_IN_ORDER = "confirms the names for %{p} in the order of the answer"
    ASKS_FOR_NAMES_FIRST = "asks for the client's names though ptr: names no domain"
    PTR_FAILURE_IS_ERROR = "takes a PTR question that fails for a temperror"
    NAME_FAILURE_IS_ERROR = "takes a client's name that fails for a temperror"
    SMALL_R_ONLY = "knows r in a macro in lower case only, and passes over the rest"
    DIES_OF_CAPITAL_R = "knows r in a macro in lower case only, and refuses the rest"
    ESCAPES_NOTHING = "escapes nothing for a macro in upper case"
    ADDRESS_IS_REVERSED = "takes a name of numbers for an address, and asks for its reverse name"
    FORGETS_LAST_EMPTY_PARTS = "drops empty parts at the end of a macro"

    # Net::DNS, through which Mail::SPF asks.
    READS_DAMAGED_ANSWERS = "takes of a damaged answer what can be read"


PYSPF = (
    Habit.ASKS_ABOUT_THE_CLIENT,
    Habit.ALL_HOSTS_FIRST,
    Habit.LOWER_CASE_MODIFIERS,
    Habit.NO_MODIFIER_TWICE,
    Habit.NO_SELF_INCLUDE,
    Habit.ANY_CHARACTER,
    Habit.ANY_TRANSFORMER,
    Habit.OPEN_MACRO,
    Habit.NO_FINAL_PERCENT,
    Habit.KEEPS_DELIMITERS,
    Habit.CUTS_ONE_LABEL,
)

_MAIL_SPF_BOTH = (
    Habit.ASKS_ABOUT_THE_CLIENT,
    Habit.HOSTS_AS_ANSWERED,
    Habit.ALIASES_NOT_VOID,
    Habit.REDIRECT_COUNTS_LAST,
    Habit.TEN_OF_MANY_MX,
    Habit.LAZY_MACROS,
    Habit.IGNORES_LONE_DELIMITERS,
    Habit.CUTS_LONG_LABELS,
    Habit.EMPTY_DOMAIN_SPEC,
    Habit.READS_DAMAGED_ANSWERS,
)

# By the version's first number.
MAIL_SPF = {
    2: (
        *_MAIL_SPF_BOTH,
        Habit.IP6_MATCHES_IPV4,
        Habit.MORE_IS_MAPPED,
        Habit.DIES_OF_BAD_NAMES,
    ),
    3: (
        *_MAIL_SPF_BOTH,
        Habit.MORE_IS_IPV4,
        Habit.BAD_NAME_IS_NO_RECORD,
        Habit.ASKS_FOR_ALIASES,
    ),
}

# For one mail, beside those.
PYSPF_MAIL = (
    Habit.SPLITS_AT_FIRST_AT,
    Habit.RAW_SENDER,
    Habit.ASKS_FOR_ONE_LABEL,
    Habit.EXPANDS_ALL_FIRST,
    Habit.REMEMBERS_CLIENT_NAME,
    Habit.CONFIRMS_ALL_NAMES,
    Habit.MINDS_CASE_OF_NAMES,
    Habit.EXPANDS_OWN_DOMAIN,
    Habit.ASKS_FOR_NAMES_FIRST,
    Habit.PTR_FAILURE_IS_ERROR,
    Habit.NAME_FAILURE_IS_ERROR,
    Habit.SMALL_R_ONLY,
)

MAIL_SPF_MAIL = (
    Habit.RAW_SENDER,
    Habit.HELO_IS_SENDER,
    Habit.ASKS_FOR_ONE_LABEL,
    Habit.LOOKS_FOR_NAME_EACH_TIME,
    Habit.CONFIRMS_IN_ORDER,
    Habit.ASKS_FOR_NAMES_FIRST,
    Habit.PTR_FAILURE_IS_ERROR,
    Habit.DIES_OF_CAPITAL_R,
    Habit.FORGETS_LAST_EMPTY_PARTS,
    Habit.ESCAPES_NOTHING,
    Habit.ADDRESS_IS_REVERSED,
)
