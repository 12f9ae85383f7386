"""Ways to get SPF evaluation wrong, and what is listed, allowed, kept and
remembered of it, each a small edit of the source.

scripts/mutants applies them one at a time and shows that the tests notice.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    name: str  # the mistake, as one would make it
    file: str
    old: str  # stands exactly once in the file
    new: str


EVALUATION = "core/spf/evaluation.cpp"
EVALUATOR = "core/spf/evaluator.cpp"
HOSTS = "core/spf/hosts.cpp"
MATCHER = "core/spf/matcher.cpp"
TALLY = "core/spf/tally.cpp"
PARSER = "core/spf/record_parser.cpp"
RULES = "core/spf/rules.cpp"
LIMITS = "core/domains/limits.cpp"
GROWTH = "core/domains/growth.cpp"
BOOK = "core/domains/domain_book.cpp"
LOOKS = "core/domains/domain_book_looks.cpp"
RECOLLECTION = "core/domains/recollection.cpp"
SETTLING = "core/domains/settling.cpp"
FINDING = "core/domains/finding.cpp"
RESIDUE = "core/domains/residue.cpp"
ROOM = "core/spf/answer_room.cpp"

MUTANTS = [
    Mutant(
        "qualifiers are ignored: -ip4 lists",
        EVALUATOR,
        "  if (what.qualifier != qualifier::pass)\n"
        "    return account::decision::refused;",
        "",
    ),
    Mutant(
        "a carve-out cuts nothing",
        EVALUATOR,
        "  undecided = std::move(split.unmatched);",
        "  undecided = std::move(split.unmatched);\n"
        "  if (what.qualifier != qualifier::pass)\n"
        "    undecided.add(split.matched);",
    ),
    Mutant(
        "include matches whatever the inner record ends with",
        EVALUATOR,
        "    result.unmatched.add(std::move(inner.not_passed));",
        "    result.matched.add(std::move(inner.not_passed));",
    ),
    Mutant(
        "an include of nothing just does not match",
        EVALUATOR,
        """      inner.not_passed = tally_.permerror(at.term, std::move(inner.not_passed),
                                          "the domain named has no SPF record");""",
        "      (void)inner;",
    ),
    Mutant(
        "redirect is followed despite all",
        EVALUATOR,
        "at_end.to != nullptr && !has_all &&",
        "at_end.to != nullptr &&",
    ),
    Mutant(
        "redirect is not followed",
        EVALUATOR,
        "at_end.to != nullptr && !has_all &&",
        "false && at_end.to != nullptr && !has_all &&",
    ),
    Mutant(
        "redirect is no DNS term",
        EVALUATOR,
        "if (at_end.to != nullptr) // it counts",
        "if (false)",
    ),
    Mutant(
        "redirect is a DNS term only where it is followed",
        EVALUATOR,
        "if (at_end.to != nullptr) // it counts",
        """if (at_end.to != nullptr &&
      std::none_of(parsed.terms.begin(), parsed.terms.end(), [](const term& t) {
        const auto* const what = std::get_if<directive>(&t.value);
        return what != nullptr && what->mechanism == mechanism::all;
      })) // it counts""",
    ),
    Mutant(
        "exists is no DNS term",
        MATCHER,
        """  undecided = tally_.spend_dns_term(at.term, std::move(undecided));
  const families in_doubt_before""",
        """  const families in_doubt_before""",
    ),
    Mutant(
        "exists matches everybody",
        MATCHER,
        """    pass_by_name(what, at, undecided);
  }
  return {{}, std::move(undecided)};""",
        """    pass_by_name(what, at, undecided);
  }
  return {std::move(undecided), {}};""",
    ),
    Mutant(
        "nobody waits for the mail",
        MATCHER,
        """  tally_.depend_on_mail(at.term, on, whom);""",
        """  account_.waits(at.term, on, {});""",
    ),
    Mutant(
        "the record is not checked as a whole",
        EVALUATOR,
        "  return !tally_.skips();",
        "  return false;",
    ),
    Mutant(
        "of two records the first is taken",
        EVALUATOR,
        "  if (found.count == 1)\n    return found.first;",
        "  if (found.count >= 1)\n    return found.first;",
    ),
    Mutant(
        "%{o} is the current domain",
        MATCHER,
        "spec->expand({at.record.domain, listed_, family})",
        "spec->expand({at.record.domain, at.record.domain, family})",
    ),
    Mutant(
        "%{v} is the same for both families",
        MATCHER,
        "spec->expand({at.record.domain, listed_, family})",
        "spec->expand({at.record.domain, listed_, net::family::ipv4})",
    ),
    Mutant(
        "a wide -ip4 is passed over, too",
        MATCHER,
        "length < *widest && lists(what, here)",
        "length < *widest && here.granting",
    ),
    Mutant(
        "+all is never too wide",
        MATCHER,
        "    if (!too_wide(what, at, network.family(), network.length())) {\n",
        "    if (network.length() == 0 ||\n"
        "        !too_wide(what, at, network.family(), network.length())) {\n",
    ),
    Mutant(
        "a DNS failure is no match",
        MATCHER,
        "    tally_.temperror(at.term, unmatched, found.temperror);\n    return {};",
        "    return unmatched;",
    ),
    Mutant(
        "void lookups count for whom the term matches, too",
        MATCHER,
        "      result.matched.add(concerned.extract(found->addresses));",
        "      if (found->is_void)\n"
        "        concerned = tally_.spend_void_lookup(at.term, concerned);\n"
        "      result.matched.add(concerned.extract(found->addresses));",
    ),
    Mutant(
        "void lookups are not counted",
        MATCHER,
        "found.is_void && !found.missing",
        "false && found.is_void && !found.missing",
    ),
    Mutant(
        "all hosts of an mx are asked before its void lookups count",
        HOSTS,
        "  return found_.is_void || !found_.permerror.empty() ||",
        "  return (found_.is_void && at_ == names_.size()) ||\n"
        "         !found_.permerror.empty() ||",
    ),
    Mutant(
        "the hosts of an mx are asked as the answer has them",
        HOSTS,
        "              return std::tie(a.preference, a.host) <\n"
        "                     std::tie(b.preference, b.host);",
        "              return &a < &b;",
    ),
    Mutant(
        "IPv6 clients are looked up by A",
        HOSTS,
        "net::family::ipv4 ? dns::rr_type::a :",
        "net::family::ipv4 || true ? dns::rr_type::a :",
    ),
    Mutant(
        "one cidr-length for both families",
        HOSTS,
        "                                               : what.ip6_cidr_length",
        "                                               : what.ip4_cidr_length",
    ),
    Mutant(
        "of many MX names the first ten are taken",
        HOSTS,
        """    found_.permerror = fmt::format("over {} MX names", mx_name_limit);
  else
    names_""",
        """    mail_domain_.reset();
  names_""",
    ),
    Mutant(
        "the work has no bound",
        EVALUATOR,
        "  if (!budget_.is_spent())\n    return false;",
        "  if (!budget_.is_spent() || true)\n    return false;",
    ),
    Mutant(
        "over the work nobody is told",
        EVALUATOR,
        "  undecided = tally_.permerror(at.term, std::move(undecided), over_work);",
        "  undecided = {};",
    ),
    Mutant(
        "CNAMEs lead past allow.includes",
        EVALUATOR,
        "  if (via != nullptr && !via->record.granting)\n    return false;",
        "  if (via != nullptr)\n    return false;",
    ),
    Mutant(
        "what a carve-out names is named",
        MATCHER,
        "  return here.granting && what.qualifier == qualifier::pass;",
        "  return here.granting;",
    ),
    Mutant(
        "of networks one behind the other the innermost decides",
        "core/spf/network_run.cpp",
        "open_.back().by->term < each.term",
        "open_.back().by->term == each.term",
    ),
    Mutant(
        "of networks one behind the other carve-outs are listed",
        MATCHER,
        "run.add(each, number, what.qualifier == qualifier::pass);",
        "run.add(each, number, true);",
    ),
    Mutant(
        "what further terms of a large account list is lost",
        "core/spf/account.cpp",
        "      all->listed.add(addresses);",
        "      (void)all;",
    ),
    Mutant("limit: 9 DNS terms", TALLY, "> dns_term_limit;", ">= dns_term_limit;"),
    Mutant("limit: 11 DNS terms", TALLY, "> dns_term_limit;", "> dns_term_limit + 1;"),
    Mutant(
        "limit: 1 void lookup", TALLY, "> void_lookup_limit;", ">= void_lookup_limit;"
    ),
    Mutant(
        "limit: 3 void lookups",
        TALLY,
        "> void_lookup_limit;",
        "> void_lookup_limit + 1;",
    ),
    Mutant("limit: 9 MX names", HOSTS, "> mx_name_limit)", ">= mx_name_limit)"),
    Mutant("limit: 11 MX names", HOSTS, "> mx_name_limit)", "> mx_name_limit + 1)"),
    Mutant(
        "who is over a limit goes on",
        TALLY,
        "    account_.permerror(std::exchange(concerned, {}));",
        "    account_.permerror(concerned);",
    ),
    Mutant(
        "a permerror takes back what had passed",
        EVALUATION,
        "by.on_permerror == on_permerror::list_void &&",
        "by.on_permerror != on_permerror::skip &&",
    ),
    Mutant(
        "v=spf1 is compared with case",
        PARSER,
        "iequals(text.substr(0, version.size()), version)",
        "text.substr(0, version.size()) == version",
    ),
    Mutant(
        "v=spf10 is an SPF record",
        PARSER,
        "(text.size() == version.size() || text[version.size()] == ' ')",
        "text.size() >= version.size()",
    ),
    Mutant(
        "character-strings are joined by a space",
        "core/dns/ldns_record.cpp",
        "    text += strings.substr(1, size);",
        "    text += (text.empty() ? \"\" : \" \") + std::string{strings.substr(1, size)};",
    ),
    Mutant(
        "a limit refuses the narrowest first",
        LIMITS,
        "? a.length() < b.length() : b < a;",
        "? a.length() > b.length() : b < a;",
    ),
    Mutant(
        "IPv6 hosts push IPv4 networks off the list",
        LIMITS,
        "std::max(most - most / 2, left_by_ipv6)",
        "left_by_ipv6",
    ),
    Mutant(
        "a second look confirms whatever has waited, found again or not",
        GROWTH,
        "(waited_ | ripe(by, now)) & at.found) - before_;",
        "(waited_ | (ripe(by, now).empty() ? ripe(by, now) : at.found))"
        " & at.found) - before_;",
    ),
    Mutant(
        "growth is measured by the last look",
        GROWTH,
        "now - recent_->since < by.growth_wait)",
        "false)",
    ),
    Mutant(
        "a long name loses labels from the right",
        "core/spf/domain_spec.cpp",
        "  truncate(text);",
        "  text.resize(std::min(text.size(), max_name_length));",
    ),
    Mutant(
        "a host that cannot be looked up is one without addresses",
        MATCHER,
        "    tally_.temperror(at.term, unmatched, found.temperror);\n    return {};",
        "    return unmatched;",
    ),
    Mutant(
        "a record that cannot be looked up is no record",
        EVALUATOR,
        """    tally_.temperror(undecided, asked.to_string() + ": " + txt.given->reason);
    return nullptr;""",
        """    result.no_record = true;
    result.not_passed = std::move(undecided);
    return nullptr;""",
    ),
    Mutant(
        "a failure keeps everybody, decided or not",
        FINDING,
        "  const net::address_set rest = former.pass & undecided;",
        "  const net::address_set rest = former.pass;\n  (void)undecided;",
    ),
    Mutant(
        "what is kept never grows old",
        FINDING,
        "    each.kept_for += later;",
        "    (void)later;",
    ),
    Mutant(
        "limits of size hold for allowed domains",
        "core/config/allow_section.cpp",
        "    domain.limits = limits_of_allowed(domain.limits);",
        "",
    ),
    Mutant(
        "an allowed domain loses at the first look",
        SETTLING,
        "  of.lost = (of.lost | (of.good.pass - found.pass)) - found.pass;",
        "  of.lost = of.lost - found.pass;",
    ),
    Mutant(
        "what is to be held is only told",
        SETTLING,
        "    rest -= judged.overlap.networks;\n  }\n  judged.effective",
        "  }\n  judged.effective",
    ),
    Mutant(
        "who is seen and not listed keeps others off",
        "core/domains/seen_guard.cpp",
        "  const net::address_set hit = found & seen;",
        "  const net::address_set hit = seen;",
    ),
    Mutant(
        "nothing is shipped of a provider",
        BOOK,
        "    known.shipped = config::shipped_networks(domain.name);",
        "    known.shipped = {};",
    ),
    Mutant(
        "a provider is followed",
        RULES,
        "  return is_among(providers) ?",
        "  return is_among(providers) && false ?",
    ),
    Mutant(
        "a list of others lists a provider",
        "core/config/listed_entries.cpp",
        "          if (is_provider(name, into))",
        "          if (is_provider(name, into) && false)",
    ),
    Mutant(
        "an entry of others lists a provider unsaid",
        "core/config/listed_entries.cpp",
        "    if (by == author::perhaps_others && !entry.lists_provider &&",
        "    if (by == author::perhaps_others && false &&",
    ),
    Mutant(
        "who lists a provider has all others list it",
        "core/domains/domain_book_allowance.cpp",
        "  std::move(of_listed.begin(), of_listed.end(), "
        "std::back_inserter(entries));",
        "",
    ),
    Mutant(
        "a new listing waits for nobody",
        LOOKS,
        "  if (is_new && of->good_at && !std::exchange(of->waits, true))",
        "  if (is_new && false && !std::exchange(of->waits, true))",
    ),
    Mutant(
        "a new listing waits for ever",
        LOOKS,
        "  return until && now < *until;",
        "  return until.has_value() && now < moment::max();",
    ),
    Mutant(
        "a look does not count in the sum of all",
        LOOKS,
        "  count_other_size(size_before, of->size);",
        "  (void)size_before;",
    ),
    Mutant(
        "a restart forgets what was listed before",
        GROWTH,
        "  if (of.recent)\n    recent_ =",
        "  if (of.recent && false)\n    recent_ =",
    ),
    Mutant(
        "a restart forgets what waits",
        GROWTH,
        "  for (growth_history::found_set& each : of.waiting)",
        "  of.waiting.clear();\n  for (growth_history::found_set& each : of.waiting)",
    ),
    Mutant(
        "a restart forgets what an allowed domain lost",
        RECOLLECTION,
        "  into.lost = std::move(kept.lost);",
        "",
    ),
    Mutant(
        "expand takes an allowed domain for a listed one",
        "core/domains/expansion_rules.cpp",
        "    return config::rules_of(*allowed, nullptr);",
        "    return rules_of_listed(*allowed, by.allow);",
    ),
    Mutant(
        "not all records that a legal way leads through are visited",
        "core/spf/budget.cpp",
        "  if (records_ >= record_visit_limit)",
        "  if (records_ >= record_visit_limit / 8)",
    ),
    Mutant(
        "answers are read without end",
        "core/spf/crawl.cpp",
        "    return stay.bytes <= most_answer_bytes;",
        "    return stay.bytes <= 100 * most_answer_bytes;",
    ),
    Mutant(
        "answers to all domains together have no bound",
        "core/spf/answer_room.cpp",
        "  while (held_ > most_ && put_aside(0)) {",
        "  while (held_ > 100 * most_ && put_aside(0)) {",
    ),
    Mutant(
        "who is put aside is let in again at once",
        "core/spf/answer_room.cpp",
        "(looks() == 0 || held_ + promised_ + waiting_.front().bytes <= most_)",
        "(looks() == 0 || held_ <= most_)",
    ),
    Mutant(
        "who asks much is looked at as often as others",
        SETTLING,
        "std::max(wait_after_success(by, result.ttl, of.changes),",
        "std::min(wait_after_success(by, result.ttl, of.changes),",
    ),
    Mutant(
        "whose record is dear is looked at as often as others",
        "core/domains/schedule.cpp",
        "work / work_a_second)",
        "work * 0 / work_a_second)",
    ),
    Mutant(
        "the largest are cut to a power of two",
        LIMITS,
        "constexpr int digits = 5;",
        "constexpr int digits = 1;",
    ),
    Mutant(
        "what whole networks leave of a share is nobody's",
        "core/domains/domain_book_allowance.cpp",
        "is_above && left > 0 ?",
        "is_above && left > *most * 1000 ?",
    ),
    Mutant(
        "what stands behind an all is told as any other",
        "core/spf/expansion.cpp",
        "has_ended[each.record] = true;",
        "has_ended[each.record] = false;",
    ),
    Mutant(
        "a total refuses one network too many",
        LIMITS,
        "      if (sum > most)",
        "      if (sum >= most)",
    ),
    Mutant(
        "of networks that add up to a wider one all are refused up to the open one",
        LIMITS,
        "    refuse_first(within, static_cast<std::size_t>(open - filled.begin()) + 1);",
        "    refuse_first(within, static_cast<std::size_t>(open - filled.begin()));",
    ),
    Mutant(
        "each host of an IPv6 network of 64 bits counts",
        "core/domains/nested_networks.cpp",
        "    if (i + 1 < narrow.size() && narrow[i].first == narrow[i + 1].first)",
        "    if (i + 1 < narrow.size() && narrow[i] == narrow[i + 1])",
    ),
    Mutant(
        "what waits for an allowed domain is an illness",
        "core/reports/health.cpp",
        "  case domain_condition::waiting: return of.age.has_value();",
        "  case domain_condition::waiting: return false;",
    ),
    Mutant(
        "a look that others must make room for is let in last",
        ROOM,
        "    const waiter next = std::move(waiting_.front());\n    waiting_.pop_front();",
        "    const waiter next = std::move(waiting_.back());\n    waiting_.pop_back();",
    ),
    Mutant(
        "looks that begin later take the room of who waits",
        ROOM,
        "  while (all(since) > left_to_others() && put_aside(since)) {",
        "  while (all(since) > most_ && put_aside(since)) {",
    ),
    Mutant(
        "a check of a mail may hold whatever its answers take",
        "core/spf/asked_check.cpp",
        "  if (of->stay.bytes > most_answer_bytes)",
        "  if (false)",
    ),
    Mutant(
        "what one check gives back is counted for none",
        "core/spf/asked_check.cpp",
        "  room_.gave_back(of->stay.bytes);",
        "",
    ),
    Mutant(
        "about whom the mail decides is kept for ever while the DNS fails",
        RESIDUE,
        "    return now - each.good_at >= longest;",
        "    return false;",
    ),
    Mutant(
        "each failure renews about whom the mail decides",
        RESIDUE,
        "    all.push_back({std::move(latest), of.mail_at});",
        "    all.push_back({std::move(latest), now});",
    ),
    Mutant(
        "an error is said to be another one's that the address never met",
        "core/spf/verdict.cpp",
        "    if (!each.addresses.contains(address))\n      continue;\n    return each.term",
        "    return each.term",
    ),
]
